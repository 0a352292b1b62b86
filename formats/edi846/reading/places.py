"""Quantities per warehouse, in the forms in which partners tell them."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pyarrow as pa

from formats.edi846.reading.document import Document
from formats.warehouses import Places
from formats.x12.codes import code
from formats.x12.segments import Ints, Offsets, Spans

SDQ_FIRST, SDQ_LAST = 3, 22
ENTITIES = ("WH", "SF")
"""N101 and SCH03 of a warehouse, the better one first."""


def sdq(document: Document) -> Places:
    """SDQ03 and SDQ04, SDQ05 and SDQ06, … of every LIN loop."""
    rows, names, quantities = sdq_spans(document)
    if not len(rows):
        return _none()
    return Places(
        line=_owners(document, rows),
        warehouse=document.segments.texts(names),
        quantity=document.segments.texts(quantities),
    )


def sdq_spans(document: Document) -> tuple[Ints, Spans, Spans]:
    """Where the names and the quantities of SDQ stand, in order; and of each pair the row of its segment."""
    segments, rows = document.segments, document.own("SDQ")
    starts, ends, froms, tos, order = [], [], [], [], []
    most = min(int(segments.counts(rows).max(initial=0)), SDQ_LAST)
    for number in range(SDQ_FIRST, most + 1, 2):
        names, quantities = segments.elements(rows, number), segments.elements(rows, number + 1)
        kept = np.flatnonzero(names.lengths > 0)
        starts.append(names.start[kept])
        ends.append(names.end[kept])
        froms.append(quantities.start[kept])
        tos.append(quantities.end[kept])
        order.append(kept * SDQ_LAST + number)
    if not order:
        nothing = Spans(start=np.zeros(0, dtype=np.int64), end=np.zeros(0, dtype=np.int64))
        return rows[:0], nothing, nothing
    by_place = np.argsort(np.concatenate(order), kind="stable")
    return (
        rows[np.concatenate(order)[by_place] // SDQ_LAST],
        Spans(start=_picked(starts, by_place), end=_picked(ends, by_place)),
        Spans(start=_picked(froms, by_place), end=_picked(tos, by_place)),
    )


def ls(document: Document, warehouse: int = 2, quantity: int = 3) -> Places:
    """The REF between LS and LE: the warehouse in REF02, the quantity, as text, in REF03."""
    segments, rows = document.segments, document.own("REF")
    opened = np.searchsorted(document.own("LS"), rows) - np.searchsorted(document.own("LE"), rows)
    return at(
        document, rows[(opened > 0) & (segments.elements(rows, quantity).lengths > 0)], warehouse, quantity
    )


def sch(document: Document, warehouse: int = 4, quantity: int = 1) -> Places:
    """The SCH that name an entity: SCH03 that it is a warehouse, SCH04 which one, SCH01 the quantity."""
    segments, rows = document.segments, document.own("SCH")
    entity = segments.codes(segments.elements(rows, 3))
    named = np.isin(entity, [code(each) for each in ENTITIES]) & (
        segments.elements(rows, warehouse).lengths > 0
    )
    return at(document, rows[named], warehouse, quantity)


def at(document: Document, rows: Ints, warehouse: int, quantity: int) -> Places:
    """These segments as statements: which element is the warehouse, and which the quantity."""
    segments = document.segments
    return Places(
        line=_owners(document, rows),
        warehouse=segments.texts(segments.elements(rows, warehouse)),
        quantity=segments.texts(segments.elements(rows, quantity)),
    )


def heading(document: Document, name_element: int | None = None) -> pa.StringArray:
    """For each LIN the warehouse that the heading of its set names in an N1; null where it names none.

    `name_element`: the element with the name; without it N104, else N102. N1*WH is better than N1*SF.
    """
    segments = document.segments
    first_lines = np.searchsorted(document.lines, [one.first for one in document.sets])
    names: list[str | None] = []
    parties = document.own("N1", anywhere=True)
    for one, first in zip(document.sets, first_lines.tolist(), strict=True):
        end = int(document.lines[first]) if first < len(document.lines) else one.last
        mine = parties[np.searchsorted(parties, one.first) : np.searchsorted(parties, min(end, one.last))]
        found = {segments.text(row, 1).strip().upper(): row for row in reversed(mine.tolist())}
        row = next((found[entity] for entity in ENTITIES if entity in found), None)
        numbers = (4, 2) if name_element is None else (name_element,)
        texts = [segments.text(row, number).strip() for number in numbers] if row is not None else []
        names.append(next(filter(None, texts), None))
    counts = np.diff(np.append(first_lines, len(document.lines)))
    return pa.array(names, pa.string()).take(pa.array(np.repeat(np.arange(len(names)), counts)))


def names_warehouse(document: Document) -> bool:
    """Whether the heading of any set has an N1*WH."""
    segments, parties = document.segments, document.own("N1", anywhere=True)
    before = np.isin(parties, document.own("N1"), invert=True)
    return bool((segments.codes(segments.elements(parties[before], 1)) == code(ENTITIES[0])).any())


def _owners(document: Document, rows: Ints) -> Ints:
    return np.searchsorted(document.lines, rows) - 1


def _picked(parts: list[Offsets], order: Ints) -> Offsets:
    picked: Any = np.concatenate(parts)[order]
    return cast("Offsets", picked)


def _none() -> Places:
    empty = pa.array([], pa.string())
    return Places(line=np.zeros(0, dtype=np.int64), warehouse=empty, quantity=empty)
