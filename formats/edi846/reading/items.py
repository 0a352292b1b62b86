"""Which element of each LIN loop answers a field: products by qualifier, quantities by QTY01."""

from __future__ import annotations

import numpy as np

from formats.edi846.reading.document import Document
from formats.x12.codes import code
from formats.x12.pairs import Column, beside, qualifiers
from formats.x12.segments import Flags, Ints, Spans

FIRST_PAIR = 2


def product(document: Document, qualifier: str) -> Column:
    """The value beside a LIN qualifier, wherever in the LIN the pair stands."""
    return beside(document.lin, qualifier, FIRST_PAIR)


def quantity(document: Document, kind: str) -> Column:
    """QTY02 of the QTY with that QTY01."""
    segments = document.segments
    matching = _of_kind(document, kind)
    owner, values = document.owner, document.qty.elements(2)
    if not matching.all():
        owner, values = owner[matching], Spans(start=values.start[matching], end=values.end[matching])
    if len(owner) == len(document.lines) and (owner == np.arange(len(owner))).all():
        return Column(values=segments.texts(values), times=np.ones(len(owner), dtype=np.int64))
    start = segments.starts[document.lines]
    end = start.copy()
    start[owner], end[owner] = values.start, values.end
    times = np.bincount(owner, minlength=len(document.lines)).astype(np.int64)
    return Column(values=segments.texts(Spans(start=start, end=end)), times=times)


def units(document: Document, kind: str) -> dict[str, int]:
    """QTY03 of the QTY with that QTY01 → how often it occurs."""
    segments, matching = document.segments, _of_kind(document, kind)
    leading = _leading_codes(document, document.qty.elements(3))[matching]
    if len(leading) and (leading == leading[0]).all():
        codes, first, counts = leading[:1], np.zeros(1, dtype=np.int64), np.array([len(leading)])
    else:
        codes, first, counts = np.unique(leading, return_index=True, return_counts=True)
    component = segments.delimiters.component or "\0"
    rows = document.quantities[matching][first].tolist()
    named = [segments.text(row, 3).partition(component)[0].strip() for row in rows]
    return dict(zip(named, counts.tolist(), strict=True)) if len(codes) else {}


def stated(document: Document, kind: str) -> bool:
    """Whether any QTY has that QTY01."""
    return bool(_of_kind(document, kind).any())


def first_qualifiers(document: Document) -> list[str]:
    """The qualifiers of the first LIN, in order."""
    return qualifiers(document.lin, FIRST_PAIR)


def first_kind(document: Document) -> str | None:
    """QTY01 of the first QTY."""
    return next((document.segments.text(row, 1) for row in document.quantities[:1].tolist()), None)


def _of_kind(document: Document, kind: str) -> Flags:
    names = document.qty.codes(1)
    matching: Flags = (names == code(kind)) & (names > 0)
    return matching


def _leading_codes(document: Document, spans: Spans) -> Ints:
    """The code of the first component, which has two characters at most."""
    end = np.minimum(spans.end, spans.start + 2)
    return document.segments.codes(Spans(start=spans.start, end=end)).astype(np.int64)
