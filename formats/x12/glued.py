"""A segment whose terminator was lost has run into the one before it: a line may have been swallowed."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from formats.x12.dictionary import RELEASES, element
from formats.x12.envelopes import TransactionSet
from formats.x12.place import shown, unreadable
from formats.x12.segments import Segments

GLUED = "a segment terminator is missing; ask for the file again"


def check_segment_count(segments: Segments, one: TransactionSet, names: Sequence[str]) -> None:
    """Refuses a set that has fewer segments than SE01 says and one of these names inside a segment.

    Raises:
        Unreadable: with the place of that segment.
    """
    stated = one.stated.lstrip("0")
    most = element("SE01", RELEASES[0]).most
    if not (stated.isdecimal() and len(stated) <= most and int(stated) > one.counted):
        return
    inside = re.compile(
        rb"(?<=[^\s%b])(?:%b)%b"
        % (
            re.escape(segments.delimiters.segment.encode()),
            "|".join(names).encode(),
            re.escape(segments.delimiters.element.encode()),
        )
    )
    found = inside.search(segments.data, int(segments.starts[one.first]), int(segments.starts[one.last]))
    if found:
        row = int(np.searchsorted(segments.starts, found.start(), side="right")) - 1
        raise unreadable(
            segments.place(row),
            found=f"{shown(found[0].decode())} inside a segment, and SE01 counts {stated} segments where {one.counted} stand",
            expected=f"it at the beginning of one; {GLUED}",
        )


def check_element_count(segments: Segments, row: int, most: int) -> None:
    """Refuses a segment with more elements than there can be.

    Raises:
        Unreadable: with its place.
    """
    count = int(segments.last[row] - segments.first[row])
    if count > most:
        name = segments.text(row, 0).upper()
        raise unreadable(
            segments.place(row, most + 1),
            found=f"{name} with {count} elements",
            expected=f"at most {most}; {GLUED}",
        )
