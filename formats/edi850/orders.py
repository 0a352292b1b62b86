"""The orders of a file: one for each 850, with what its heading says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from formats.edi850.dates import ORDERED, group_created, ordered_at
from formats.x12.codes import code
from formats.x12.envelopes import Envelopes, TransactionSet, read_envelopes, sets_named
from formats.x12.glued import check_element_count, check_segment_count
from formats.x12.place import few, shown, unreadable
from formats.x12.segments import Ints, Segments, inside
from formats.x12.split import split_segments
from formats.x12.view import View

SET = "850"
MOST_ELEMENTS = {"BEG": 12, "PO1": 25}
BEGINNINGS = ("CTT", "DTM", "N1", "PID", "PO1", "REF")

CANCELLED = "cancelled"
STATUSES = {
    "00": "original",
    "01": CANCELLED,
    "03": CANCELLED,
    "04": "change",
    "05": "replace",
    "07": "duplicate",
}
"""BEG01 in words; any other code stands for itself."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the heading of one 850 says. `ordered_at`: see `formats.edi850.dates`."""

    number: str
    status: str
    ordered_at: str | None


@dataclass(frozen=True, kw_only=True)
class Orders:
    """The orders of a file. `lines`: rows of the PO1; `po1`: the same, to be asked for elements; `owner`: their orders."""

    segments: Segments
    orders: tuple[Order, ...]
    lines: Ints
    po1: View
    owner: Ints
    warnings: tuple[str, ...]


def open_orders(file: bytes) -> Orders:
    """Splits and checks a file of 850s.

    Raises:
        Unreadable: without an 850, truncated, or its segments are not what they should be.
    """
    segments = split_segments(file)
    envelopes = read_envelopes(segments)
    sets = sets_named(envelopes, SET)
    lines = _lines(segments, sets)
    owner = np.searchsorted([one.first for one in sets], lines) - 1
    for one in sets:
        check_segment_count(segments, one, BEGINNINGS)
    odd: list[str] = []
    orders = tuple(_orders(segments, envelopes, sets, odd))
    passed = len(envelopes.sets) - len(sets)
    others = [f"{passed} other sets were passed over"] if passed else []
    return Orders(
        segments=segments,
        orders=orders,
        lines=lines,
        po1=View(segments=segments, rows=lines),
        owner=owner,
        warnings=(*segments.warnings, *envelopes.warnings, *others, *few(odd)),
    )


def _lines(segments: Segments, sets: tuple[TransactionSet, ...]) -> Ints:
    """The PO1 of all 850s, each with no more elements than there can be."""
    mine = inside(segments.rows("PO1"), sets)
    for row in mine[segments.counts(mine) > MOST_ELEMENTS["PO1"]][:1].tolist():
        check_element_count(segments, row, MOST_ELEMENTS["PO1"])
    return mine


def _orders(
    segments: Segments, envelopes: Envelopes, sets: tuple[TransactionSet, ...], odd: list[str]
) -> Iterator[Order]:
    created = [
        group_created(segments.text(row, 4).strip(), segments.text(row, 5).strip())
        for row in segments.rows("GS").tolist()
    ]
    groups = {
        one.first: at for at, group in enumerate(envelopes.groups) for one in group.sets if one.code == SET
    }
    dates = _stated(segments, sets)
    for one in sets:
        beg = one.first + 1
        if segments.text(beg, 0).upper() != "BEG":
            raise unreadable(
                segments.place(beg), found=shown(segments.text(beg, 0)), expected="BEG, which begins an 850"
            )
        check_element_count(segments, beg, MOST_ELEMENTS["BEG"])
        purpose, number, day = (segments.text(beg, element).strip() for element in (1, 3, 5))
        if not number:
            raise unreadable(
                segments.place(beg, 3), found="no order number", expected="the number of the order"
            )
        placed = ordered_at(day, created[groups[one.first]], dates.get(one.first))
        if day == "" or len(day) != len("CCYYMMDD"):
            odd.append(f"{segments.place(beg, 5)} is {shown(day)}, which is no date CCYYMMDD")
        status = STATUSES.get(purpose, purpose)
        if status == "replace":
            odd.append(f"order {number} is replaced: lines that the new one leaves out stay as they were")
        yield Order(number=number, status=status, ordered_at=placed)


def _stated(segments: Segments, sets: tuple[TransactionSet, ...]) -> dict[int, tuple[str, str, str]]:
    """ST row → the DTM*004 that stands in the heading of its set."""
    rows = segments.rows("DTM")
    rows = rows[segments.codes(segments.elements(rows, 1)) == code(ORDERED)]
    firsts = np.array([one.first for one in sets])
    lines = segments.rows("PO1")
    found = {}
    for row in reversed(rows.tolist()):
        at = int(np.searchsorted(firsts, row)) - 1
        if at < 0 or row > sets[at].last:
            continue
        line = int(np.searchsorted(lines, sets[at].first))
        if line == len(lines) or row < lines[line]:
            found[sets[at].first] = (
                segments.text(row, 2).strip(),
                segments.text(row, 3).strip(),
                segments.text(row, 4).strip(),
            )
    return found
