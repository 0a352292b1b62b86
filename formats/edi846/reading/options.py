"""What can be configured of a feed of 846 files."""

from __future__ import annotations

from formats.contract import Options


class Reading(Options):
    """A feed needs none: `columns` and `attributes` name LIN qualifiers and QTY01 codes."""
