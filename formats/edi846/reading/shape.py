"""Whether the segments of an 846 have the form they should have.

A lost terminator glues a segment to the next one. That shows as too many elements, an element that is too
long, or a segment count that is too high with a segment's name at the end of an element: refused, since a
line may have been swallowed.
"""

from __future__ import annotations

import re

import numpy as np

from formats.edi846.codes import CODED, FOREIGN, QUALIFIERS, SEGMENTS
from formats.x12.dictionary import MOST_ELEMENTS, RELEASES, element
from formats.x12.envelopes import TransactionSet
from formats.x12.glued import GLUED, check_element_count, check_segment_count
from formats.x12.place import shown, unreadable
from formats.x12.segments import Flags, Segments, View, code

BEGINNINGS = ("CTT", "DTM", "LIN", "PID", "QTY", "REF", "SCH", "SDQ")
NAME = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.IGNORECASE)

_LIMITS = np.full(1 << 18, -1, dtype=np.int32)
for _name in SEGMENTS:
    _LIMITS[code(_name)] = MOST_ELEMENTS.get(_name, 99)


def check_shape(
    segments: Segments,
    sets: tuple[TransactionSet, ...],
    within: Flags,
    views: tuple[View, View],
    qualifiers: frozenset[str],
) -> list[str]:
    """Checks the segments of the 846 sets and gives warnings for what is odd but harmless. `views`: of LIN and QTY.

    Raises:
        Unreadable: with the first place at which segments run into one another or LIN01 was left out.
    """
    lin, qty = views
    _check_element_counts(segments, within)
    for name, number in CODED:
        view = qty if name == "QTY" else segments.view(segments.rows(name, within))
        _check_length(segments, view, name, number)
    for one in sets:
        check_segment_count(segments, one, BEGINNINGS)
    _check_line_numbers(segments, lin, QUALIFIERS | qualifiers)
    return _unknown(segments, within)


def _check_element_counts(segments: Segments, within: Flags) -> None:
    limits = _LIMITS[segments.names]
    too_many = within & (limits >= 0) & (segments.last - segments.first > limits)
    for row in np.flatnonzero(too_many)[:1].tolist():
        check_element_count(segments, row, int(limits[row]))


def _check_length(segments: Segments, view: View, name: str, number: int) -> None:
    """Of a composite, the first component counts."""
    most = max(element(f"{name}{number:02}", release).most for release in RELEASES)
    spans = view.elements(number)
    if int(spans.lengths.max(initial=0)) <= most:
        return
    after = segments.bytes[np.minimum(spans.start + most, len(segments.data) - 1)]
    component = ord(segments.delimiters.component or "\0")
    for row in view.rows[(spans.lengths > most) & (after != component)][:1].tolist():
        raise unreadable(
            segments.place(row, number),
            found=shown(segments.text(row, number)),
            expected=f"at most {most} characters; {GLUED}",
        )


def _check_line_numbers(segments: Segments, lin: View, qualifiers: frozenset[str]) -> None:
    """A qualifier in LIN01 means that it was left out, and that every pair is shifted."""
    first = segments.bytes[np.minimum(lin.elements(1).start, len(segments.data) - 1)]
    if (first <= ord("9")).all() and not any(one[:1] <= "9" for one in qualifiers):
        return
    known = np.zeros(len(_LIMITS), dtype=np.bool_)
    known[[code(qualifier) for qualifier in qualifiers]] = True
    known[code("")] = False
    suspects = lin.rows[known[lin.codes(1)]]
    second = known[segments.codes(segments.elements(suspects, 2))]
    for row in suspects[~second | (segments.counts(suspects) % 2 == 0)][:1].tolist():
        raise unreadable(
            segments.place(row, 1),
            found=f"the qualifier {shown(segments.text(row, 1))}",
            expected="a line number, or nothing, before the first product pair; ask the sender to write LIN01",
        )


def _unknown(segments: Segments, within: Flags) -> list[str]:
    rows = np.flatnonzero(within & (_LIMITS[segments.names] < 0))
    codes, first = np.unique(segments.names[rows], return_index=True)
    names = []
    for row in rows[first].tolist():
        name = segments.text(row, 0)
        if not NAME.fullmatch(name):
            raise unreadable(segments.place(row), found=shown(name), expected="the name of a segment")
        if name.upper() in FOREIGN:
            raise unreadable(
                segments.place(row),
                found=f"{name.upper()} inside an 846",
                expected="segments of an 846; the ST names another set than the one that follows",
            )
        names.append(shown(name))
    return (
        [f"{len(rows)} segments that an 846 does not have were passed over: {', '.join(names)}"]
        if len(codes)
        else []
    )
