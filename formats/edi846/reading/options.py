"""What can be configured of a feed of 846 files."""

from __future__ import annotations

from typing import Literal

from formats.options import Options


class Reading(Options):
    """`columns` and `attributes` of the feed name LIN qualifiers and QTY01 codes; a feed needs none.

    `location`: where files tell the warehouse. `auto` finds it out, file by file.
    """

    location: Literal["auto", "none", "header", "sdq", "ls", "sch"] = "auto"
