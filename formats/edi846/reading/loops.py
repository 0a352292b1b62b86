"""LIN loops that are alike, cut out of a document a piece at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from formats.alike import Ints, Octets, Slot, UnlikeError, begin_with
from formats.cells import cells_of
from formats.contract import QUANTITIES
from formats.edi846.reading.frame import Frame
from formats.edi846.reading.skeleton import NUMBER, name_of

MOST_RUNS = 10
"""In one piece: sets with few loops are not worth it."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """Loops that follow one another: `rows` of them, from the terminator before the first LIN to that of the last segment."""

    begin: int
    end: int
    rows: int
    cells: Mapping[str, pa.Array]


@dataclass(frozen=True, kw_only=True)
class _Marks:
    """The marks of loops that follow one another: as many in each, `step`, and the one after the last loop."""

    octets: Octets
    places: Ints
    step: int

    def of(self, number: int) -> Ints:
        """Where that mark of each loop stands; mark `step` is the first of the next one."""
        return self.places[number : len(self.places) - self.step + number : self.step]

    def begin_with(self, number: int, text: bytes) -> bool:
        """Whether the text stands from that mark on, in each loop."""
        return isinstance(begin_with(self.octets, self.of(number), text), slice)


@dataclass(frozen=True, kw_only=True)
class Cutter:
    """Cuts the loops of a document. `labels`: the fields that are wanted, and what the careful reader calls them."""

    frame: Frame
    labels: Mapping[str, str]

    @cached_property
    def _slots(self) -> Mapping[str, Slot]:
        slots = self.frame.skeleton.slots
        names = {field: name_of(label) for field, label in self.labels.items()}
        if any(name == NUMBER or name not in slots for name in names.values()):
            raise UnlikeError
        return {field: slots[name] for field, name in names.items()}

    @cached_property
    def _fixed(self) -> tuple[tuple[int, bytes], ...]:
        """All that is fixed in a loop, and the terminator after it."""
        *before, (number, end) = self.frame.skeleton.fixed
        return (*before, (number, end + self.frame.delimiters.segment.encode()))

    @cached_property
    def _controls(self) -> int:
        """Line breaks, and separators that are no characters, in a loop."""
        return sum(octet < ord(" ") for octet in self.frame.skeleton.text)

    def cut(self, begin: int, end: int) -> list[Run]:
        """The loops from a terminator before a LIN to another one, or to the end of the last loop.

        Raises:
            UnlikeError: they are not like the skeleton, or a value is not plain.
        """
        octets = np.frombuffer(self.frame.data, np.uint8, offset=begin)
        places = self._marks(octets[: end - begin + 1])
        step, mark, runs = self.frame.skeleton.marks, 0, list[Run]()
        while mark < len(places) - 1:
            rows = self._rows(octets, places[mark::step])
            if not rows or len(runs) == MOST_RUNS:
                raise UnlikeError
            after = mark + rows * step
            cells = self._cells(_Marks(octets=octets, places=places[mark : after + 1], step=step))
            first, last = (places[[mark, after]] + begin).tolist()
            runs.append(Run(begin=first, end=last, rows=rows, cells=cells))
            mark = after
            if mark < len(places) - 1:
                mark = int(np.searchsorted(places, self._next_set(last, end) - begin))
        return runs

    def _next_set(self, at: int, end: int) -> int:
        """Where the loops of the next set begin, if those of one end at that place; `end` if there are none before."""
        if self.frame.totals.match(self.frame.data, at) is None:
            raise UnlikeError
        found = self.frame.data.find(self.frame.opening, at, end + 1)
        return end if found < 0 else found

    def _marks(self, octets: Octets) -> Ints:
        marked = octets == ord(self.frame.delimiters.element)
        marked |= octets == ord(self.frame.delimiters.segment)
        return np.flatnonzero(marked)

    def _rows(self, octets: Octets, begins: Ints) -> int:
        """How many loops follow one another, if each begins at one of these places: what is none does not begin with L."""
        letters = octets[self.frame.opening.index(b"L") :].take(begins[:-1])
        ended = np.flatnonzero(letters != ord("L"))
        return int(ended[0]) if len(ended) else len(begins) - 1

    def _cells(self, marks: _Marks) -> dict[str, pa.Array]:
        if not all(marks.begin_with(number, text) for number, text in self._fixed):
            raise UnlikeError
        begin, end = marks.places[[0, -1]]
        low = marks.octets[begin:end].view(np.int8) < ord(" ")  # so is, as a signed number, what is not ASCII
        if np.count_nonzero(low) != self._controls * len(marks.of(0)):
            raise UnlikeError
        if int(marks.octets[1:].take(marks.of(1)).max()) > ord("9"):
            raise UnlikeError  # LIN01 may be a qualifier
        return {field: _column(marks, slot, field) for field, slot in self._slots.items()}


def _column(marks: _Marks, slot: Slot, field: str) -> pa.Array:
    begins, ends = marks.of(slot.mark) + slot.skip, marks.of(slot.end)
    if int((ends - begins).min()) == 0:
        raise UnlikeError
    return cells_of(marks.octets, begins, ends, "number" if field in QUANTITIES else "text")
