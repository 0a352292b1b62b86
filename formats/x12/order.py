"""Whether the segments of the envelopes stand where they must, and nothing stands between them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

from formats.x12.dictionary import MOST_ELEMENTS
from formats.x12.place import shown, unreadable
from formats.x12.segments import Segments

ISA_ELEMENTS = 16

FOLLOWERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ISA": ("GS", "IEA"),
        "GS": ("ST", "GE"),
        "ST": ("SE",),
        "SE": ("ST", "GE"),
        "GE": ("GS", "IEA"),
        "IEA": ("ISA",),
    }
)
"""Segment of an envelope → those that may be the next of an envelope."""


def marked_segments(segments: Segments) -> list[tuple[int, str]]:
    """Row and name of every envelope segment, in order; the first is the ISA."""
    return sorted((row, name) for name in FOLLOWERS for row in segments.rows(name).tolist())


def check_order(segments: Segments, marked: list[tuple[int, str]]) -> None:
    """Checks the sequence of the envelope segments and how many elements each has.

    Raises:
        Unreadable: truncated, out of order, or with a segment outside a set.
    """
    for row, name in marked:
        _check_elements(segments, row, name)
    _check_strays(segments, marked)
    _check_sequence(segments, marked)


def tail_shown(segments: Segments) -> str:
    """What follows the last terminator, as a message shows it."""
    return shown(segments.tail.decode(errors="replace"))


def _check_sequence(segments: Segments, marked: list[tuple[int, str]]) -> None:
    for (row, name), (after, follower) in pairwise(marked):
        if follower not in FOLLOWERS[name]:
            raise unreadable(
                segments.place(after),
                found=f"{follower} after the {name} of segment {row + 1}",
                expected=f"{' or '.join(FOLLOWERS[name])}; the file is truncated, or a segment is missing",
            )
    row, name = marked[-1]
    if name != "IEA" or segments.tail[:3].upper() == b"ISA":
        missing = "IEA" if name == "IEA" else " or ".join(FOLLOWERS[name])
        end = (
            f"the end of the file (its last bytes are {tail_shown(segments)})"
            if segments.tail
            else "the end of the file"
        )
        raise unreadable(
            segments.place(row),
            found=f"{end} after this {name}",
            expected=f"{missing}; the file is truncated, ask for it again",
        )


def _check_strays(segments: Segments, marked: list[tuple[int, str]]) -> None:
    """Only a set has segments of its own; a TA1 may stand before the groups."""
    ends = [*(row for row, _ in marked[1:]), len(segments)]
    for (row, name), end in zip(marked, ends, strict=True):
        if name == "ST":
            continue
        for stray in range(row + 1, end):
            found = segments.text(stray, 0)
            if found.upper() != "TA1":
                other = found[:3].upper() == "ISA"
                cure = ", separated as the file's first ISA is; split a file whose interchanges differ"
                raise unreadable(
                    segments.place(stray),
                    found=f"{shown(found)} outside a transaction set",
                    expected=" or ".join(FOLLOWERS[name]) + (cure if other else ""),
                )


def _check_elements(segments: Segments, row: int, name: str) -> None:
    count = int(segments.last[row] - segments.first[row])
    if count > MOST_ELEMENTS[name]:
        raise unreadable(
            segments.place(row, MOST_ELEMENTS[name] + 1),
            found=f"{name} with {count} elements",
            expected=f"at most {MOST_ELEMENTS[name]}; a segment terminator is missing",
        )
    if name == "ISA" and count < ISA_ELEMENTS:
        raise unreadable(
            segments.place(row),
            found=f"an ISA with {count} elements",
            expected="16, separated as in the file's first ISA; split a file whose interchanges differ",
        )
