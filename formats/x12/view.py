"""Some segments of a document, asked for their elements."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from formats.x12.segments import Ints, Offsets, Segments, Spans

LONG_RUN = 64


@dataclass(frozen=True, kw_only=True)
class View:
    """Some of a table's segments: what is asked of an element twice is worked out once.

    Where they have all the same number of elements and stand the same way apart, as in nearly every file, their
    elements are a stride through the marks.
    """

    segments: Segments
    rows: Ints
    _spans: dict[int, Spans] = field(default_factory=dict)
    _codes: dict[int, npt.NDArray[np.int32]] = field(default_factory=dict)
    _found: dict[int, Offsets] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def counts(self) -> Offsets:
        """How many elements each has."""
        return self.segments.counts(self.rows)

    @cached_property
    def most(self) -> int:
        """How many elements the longest has."""
        return int(self.counts.max(initial=0))

    @cached_property
    def _runs(self) -> list[tuple[int, int, int]]:
        """Stretches of rows whose marks stand the same way apart, as (first row, rows, first mark); none if they are short."""
        if len(self.rows) < LONG_RUN or (self.counts != self.counts[0]).any():
            return []
        first = self.segments.first.take(self.rows)
        breaks = np.flatnonzero(np.diff(first) != self._step) + 1
        if len(breaks) * LONG_RUN > len(self.rows):
            return []
        edges = [0, *breaks.tolist(), len(self.rows)]
        return [(start, end - start, int(first[start])) for start, end in pairwise(edges)]

    @cached_property
    def _step(self) -> int:
        """How many marks lie from the first to the second."""
        first = self.segments.first[self.rows[:2]]
        return int(first[-1] - first[0])

    def elements(self, number: int) -> Spans:
        """Element `number` (1-based) of each; an empty stretch where it has fewer."""
        if number not in self._spans:
            self._spans[number] = self._elements(number)
        return self._spans[number]

    def _elements(self, number: int) -> Spans:
        if number > self.most or not self._runs:
            return self.segments.elements(self.rows, number)
        return Spans(start=self._marks(number - 1) + 1, end=self._marks(number))

    def _marks(self, place: int) -> Offsets:
        """The mark of each that is `place` after its first."""
        if place not in self._found:
            self._found[place] = self._strides(place)
        return self._found[place]

    def _strides(self, place: int) -> Offsets:
        marks = self.segments.marks
        found = np.empty(len(self.rows), dtype=marks.dtype)
        for start, count, first in self._runs:
            begin = first + place
            found[start : start + count] = marks[
                begin : begin + (count - 1) * self._step + 1 : self._step or 1
            ]
        return found

    def codes(self, number: int) -> npt.NDArray[np.int32]:
        """The `code` of element `number` of each."""
        if number not in self._codes:
            self._codes[number] = self.segments.codes(self.elements(number))
        return self._codes[number]
