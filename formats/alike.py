"""Records that are alike, cut out of a document by the thousand: the quick way of reading what a machine has written.

A mark is a character that stands in no value: `<` in XML, a separator in X12. Records are alike if all that stands between
their values is the same, byte for byte: a skeleton, learned from the first of its kind. Whether a skeleton is right is for
the format's careful reader to say, of a document of the samples alone. Whatever is not alike raises `UnlikeError`, and
the careful reader takes all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Octets = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_KINDS = 48
"""Kinds of records in one document; each costs a look at those that are left."""
LONGEST = 1 << 15
"""Bytes of a sample: longer records are too few to be worth it."""


class UnlikeError(Exception):
    """The records are not alike, or it cannot be seen; it is no statement about whether the document is right."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Where a value stands: from `skip` bytes after a mark of the record (0-based) to `over` bytes after another."""

    mark: int
    skip: int
    end: int
    over: int = 0


@dataclass(frozen=True, kw_only=True)
class Skeleton:
    """A kind of record. `fixed`: what stands from a mark on; the last one reaches to the next record. `slots`: the values."""

    sample: bytes
    marks: int
    fixed: tuple[tuple[int, bytes], ...]
    slots: Mapping[Any, Slot]

    @cached_property
    def text(self) -> bytes:
        """All that is fixed."""
        return b"".join(text for _, text in self.fixed)


def fixed_between(sample: bytes, slots: Sequence[Slot], marks: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """What stands in a sample before, between and after slots, which ascend, the mark before each included."""
    begin, places = 0, [*marks, len(sample)]
    for slot in slots:
        yield begin, sample[places[begin] : places[slot.mark] + 1]
        begin = slot.end
    yield begin, sample[places[begin] :]


Learn = Callable[[bytes], Skeleton]
"""Makes a skeleton of a record; raises UnlikeError where it is not plain enough."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Records that follow one another. `places`: all marks in them; `first`: the first mark of each, and after the last."""

    octets: Octets
    places: Ints
    first: Ints

    def __len__(self) -> int:
        return len(self.first) - 1

    @cached_property
    def begins(self) -> Ints:
        """Where each record begins, and the last one ends."""
        return self.places.take(self.first)

    @cached_property
    def marks(self) -> Ints:
        """How many marks each record has."""
        return np.diff(self.first)

    def sample(self, row: int) -> bytes:
        """The bytes of one record."""
        return self.octets[self.begins[row] : self.begins[row + 1]].tobytes()

    @cached_property
    def step(self) -> int:
        """How many marks each record has, if all have as many; else 0."""
        return int(self.marks[0]) if (self.marks == self.marks[0]).all() else 0

    def mark(self, rows: Ints, number: int) -> Ints:
        """Where that mark of each of these records, which ascend, stands."""
        if len(rows) < len(self):
            return self.places.take(self.first.take(rows) + number)
        if not self.step:
            return self.places.take(self.first[:-1] + number)
        begin = int(self.first[0]) + number
        return self.places[begin : begin + (len(self) - 1) * self.step + 1 : self.step]


@dataclass(kw_only=True)
class Kinds:
    """The kinds of records seen so far, in the order in which they appeared."""

    learn: Learn
    known: list[Skeleton] = field(default_factory=list)

    def sort(self, piece: Piece) -> list[tuple[Skeleton, Ints]]:
        """The records of each kind; kinds not seen before are learned.

        Raises:
            UnlikeError: one cannot be learned, or is too long, or there are too many.
        """
        left, sorted_out = np.arange(len(piece)), []
        for kind in self.known:
            mine, left = _parted(piece, left, kind)
            sorted_out.append((kind, mine))
        while len(left):
            sample = piece.sample(int(left[0]))
            if len(self.known) == MOST_KINDS or len(sample) > LONGEST:
                raise UnlikeError
            kind = self.learn(sample)
            mine, rest = _parted(piece, left, kind)
            if not len(mine):
                raise UnlikeError
            self.known.append(kind)
            sorted_out.append((kind, mine))
            left = rest
        return [(kind, mine) for kind, mine in sorted_out if len(mine)]


def _parted(piece: Piece, rows: Ints, kind: Skeleton) -> tuple[Ints, Ints]:
    """Those of the records that are of this kind, and the others."""
    mine = rows if piece.step == kind.marks else rows[piece.marks.take(rows) == kind.marks]
    for number, text in kind.fixed:
        mine = mine[begin_with(piece.octets, piece.mark(mine, number), text)]
    number, text = kind.fixed[-1]
    mine = mine[piece.begins.take(mine + 1) - piece.mark(mine, number) == len(text)]
    if len(mine) == len(rows):
        return mine, rows[:0]
    others = np.ones(len(piece), np.bool_)
    others[mine] = False
    return mine, rows[others.take(rows)]


def begin_with(octets: Octets, places: Ints, text: bytes) -> Flags | slice:
    """At which of these places, which ascend, the text stands; `slice(None)` if at all."""
    if not text:
        return slice(None)
    if not len(places) or int(places[-1]) + len(text) > len(octets):
        return np.zeros(len(places), np.bool_)
    stretches: npt.NDArray[np.void] = np.ndarray(
        (len(octets) - len(text) + 1,), f"V{len(text)}", buffer=octets, strides=(1,)
    )
    found = stretches[places]
    if found.tobytes() == text * len(places):
        return slice(None)
    same: Flags = (found.view(np.uint8).reshape(-1, len(text)) == np.frombuffer(text, np.uint8)).all(axis=1)
    return same


@dataclass(frozen=True, kw_only=True)
class Stretches:
    """The values of one name, a stretch of the piece for each record. `missing`: records whose kind has none, or None."""

    octets: Octets
    starts: Ints
    ends: Ints
    missing: Flags | None

    def texts(self) -> pa.StringArray:
        """As Arrow strings, which sees them and the gaps between them by turns, and takes them. Null where missing."""
        offsets = np.empty(2 * len(self.starts), np.int32)
        offsets[0::2], offsets[1::2] = self.starts, self.ends
        turns = pa.StringArray.from_buffers(
            max(len(offsets) - 1, 0), pa.py_buffer(offsets), pa.py_buffer(self.octets)
        )
        every_other = pa.array(np.arange(0, len(offsets), 2), mask=self.missing)
        return pc.take(turns, every_other, boundscheck=False)


def stretches(piece: Piece, kinds: Sequence[tuple[Skeleton, Ints]], name: Any) -> Stretches:
    """The values of that name."""
    if len(kinds) == 1 and (only := kinds[0][0].slots.get(name)):
        starts = piece.mark(kinds[0][1], only.mark) + only.skip
        ends = piece.mark(kinds[0][1], only.end) + only.over
        return Stretches(octets=piece.octets, starts=starts, ends=ends, missing=None)
    starts = piece.begins[:-1].copy()
    ends, missing = starts.copy(), np.zeros(len(piece), np.bool_)
    for kind, rows in kinds:
        slot = kind.slots.get(name)
        if slot is None:
            missing[rows] = True
            continue
        starts[rows] = piece.mark(rows, slot.mark) + slot.skip
        ends[rows] = piece.mark(rows, slot.end) + slot.over
    return Stretches(
        octets=piece.octets, starts=starts, ends=ends, missing=missing if missing.any() else None
    )
