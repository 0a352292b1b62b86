"""Pairs of qualifier and value, as LIN and PO1 have them for products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from formats.x12.codes import code
from formats.x12.segments import Flags, Ints, Spans
from formats.x12.view import View


@dataclass(frozen=True, kw_only=True)
class Column:
    """A value of every segment. `values`: Arrow strings, null where absent. `times`: how often it was stated."""

    values: pa.StringArray
    times: Ints

    @property
    def ambiguous(self) -> Flags:
        return self.times > 1


def beside(view: View, qualifier: str, first: int) -> Column:
    """The value beside a qualifier, wherever the pair stands from element `first` on."""
    segments, wanted = view.segments, code(qualifier)
    start = end = segments.starts[view.rows]
    times = np.zeros(len(view), dtype=np.int64)
    for pair in range(first, view.most if wanted else 0, 2):
        values = view.elements(pair + 1)
        here = (view.codes(pair) == wanted) & (values.lengths > 0)
        if here.all():
            start, end = values.start, values.end
        elif here.any():
            start, end = np.where(here, values.start, start), np.where(here, values.end, end)
        times += here
    return Column(values=segments.texts(Spans(start=start, end=end)), times=times)


def qualifiers(view: View, first: int) -> list[str]:
    """The qualifiers of the first segment, in order."""
    segments, named = view.segments, []
    for row in view.rows[:1].tolist():
        count = int(segments.last[row] - segments.first[row])
        named = [segments.text(row, pair).strip().upper() for pair in range(first, count, 2)]
    return [name for name in named if name]
