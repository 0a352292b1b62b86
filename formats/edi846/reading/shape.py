"""Whether the segments of an 846 have the form they should have.

A lost terminator glues a segment to the next one. That shows as too many elements, an element that is too
long, or a segment count that is too high with a segment's name at the end of an element: refused, since a
line may have been swallowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from formats.edi846.codes import CODED, FOREIGN, QUALIFIERS, SEGMENTS
from formats.x12.codes import HIGHEST, code
from formats.x12.dictionary import MOST_ELEMENTS, RELEASES, element
from formats.x12.envelopes import TransactionSet
from formats.x12.glued import GLUED, check_element_count, check_segment_count
from formats.x12.place import shown, unreadable
from formats.x12.segments import Segments, inside
from formats.x12.view import View

BEGINNINGS = ("CTT", "DTM", "LIN", "PID", "QTY", "REF", "SCH", "SDQ")
NAME = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.IGNORECASE)

_LIMITS = np.full(HIGHEST, -1, dtype=np.int32)
for _name in SEGMENTS:
    _LIMITS[code(_name)] = MOST_ELEMENTS.get(_name, 99)


def check_shape(
    segments: Segments,
    sets: tuple[TransactionSet, ...],
    lin: View,
    qty: View,
    qualifiers: frozenset[str],
) -> list[str]:
    """Checks the segments of the 846 sets and gives warnings for what is odd but harmless.

    Raises:
        Unreadable: with the first place at which segments run into one another or LIN01 was left out.
    """
    views = {
        name: View(segments=segments, rows=inside(rows, sets)) for name, rows in segments.by_name.items()
    } | {code("LIN"): lin, code("QTY"): qty}
    _check_element_counts(segments, views)
    for name, number in CODED:
        if code(name) in views:
            _check_length(segments, views[code(name)], name, number)
    for one in sets:
        check_segment_count(segments, one, BEGINNINGS)
    _check_line_numbers(segments, lin, QUALIFIERS | qualifiers)
    return _unknown(segments, views)


def _check_element_counts(segments: Segments, views: Mapping[int, View]) -> None:
    limits = {name: limit for name in views if (limit := int(_LIMITS[name])) >= 0}
    too_many = [
        (int(views[name].rows[views[name].counts > limit][0]), limit)
        for name, limit in limits.items()
        if views[name].most > limit
    ]
    for row, limit in sorted(too_many)[:1]:
        check_element_count(segments, row, limit)


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
    first = segments.bytes.take(lin.elements(1).start)
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


def _unknown(segments: Segments, views: Mapping[int, View]) -> list[str]:
    unknown = [view.rows for name, view in views.items() if _LIMITS[name] < 0 and len(view)]
    names = []
    for row in sorted(int(rows[0]) for rows in unknown):
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
        [f"{sum(map(len, unknown))} segments that an 846 does not have were passed over: {', '.join(names)}"]
        if unknown
        else []
    )
