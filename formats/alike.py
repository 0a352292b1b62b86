"""Records that are alike, cut out of a document by the thousand: the quick way of reading what a machine has written.

A mark is a character that stands in no value: `<` in XML, a separator in X12. Records are alike if all that stands between
their values is the same, byte for byte: a skeleton, learned from the first of its kind. Whether a skeleton is right is for
the format's careful reader to say, of a document of the samples alone. Whatever is not alike raises `UnlikeError`, and
the careful reader takes all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
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


class UnlikeError(Exception):
    """The records are not alike, or it cannot be seen; it is no statement about whether the document is right."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Where a value stands: from so many bytes after a mark of the record (0-based) up to another of its marks."""

    mark: int
    skip: int
    end: int


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

    def mark(self, rows: Ints, number: int) -> Ints:
        """Where that mark of each of these records stands."""
        return self.places.take(self.first.take(rows) + number)


@dataclass(kw_only=True)
class Kinds:
    """The kinds of records seen so far, in the order in which they appeared."""

    learn: Learn
    known: list[Skeleton] = field(default_factory=list)

    def sort(self, piece: Piece) -> list[tuple[Skeleton, Ints]]:
        """The records of each kind; kinds not seen before are learned.

        Raises:
            UnlikeError: one cannot be learned, or there are too many.
        """
        left, sorted_out = np.arange(len(piece)), []
        for kind in self.known:
            mine, left = _parted(piece, left, kind)
            sorted_out.append((kind, mine))
        while len(left):
            if len(self.known) == MOST_KINDS:
                raise UnlikeError
            kind = self.learn(piece.sample(int(left[0])))
            mine, rest = _parted(piece, left, kind)
            if not len(mine):
                raise UnlikeError
            self.known.append(kind)
            sorted_out.append((kind, mine))
            left = rest
        return [(kind, mine) for kind, mine in sorted_out if len(mine)]


def _parted(piece: Piece, rows: Ints, kind: Skeleton) -> tuple[Ints, Ints]:
    """Those of the records that are of this kind, and the others."""
    mine = rows[piece.marks.take(rows) == kind.marks]
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
    """At which of these places the text stands; `slice(None)` if at all."""
    if not len(places) or int(places.max()) + len(text) > len(octets):
        return np.zeros(len(places), np.bool_)
    stretches: npt.NDArray[np.void] = np.ndarray(
        (len(octets) - len(text) + 1,), f"V{len(text)}", buffer=octets, strides=(1,)
    )
    found = stretches[places]
    if found.tobytes() == text * len(places):
        return slice(None)
    same: Flags = (found.view(np.uint8).reshape(-1, len(text)) == np.frombuffer(text, np.uint8)).all(axis=1)
    return same


def column(piece: Piece, kinds: Sequence[tuple[Skeleton, Ints]], name: Hashable) -> pa.StringArray:
    """The values of that name, one for each record: null where its kind has none."""
    starts, ends = piece.begins[:-1].copy(), piece.begins[:-1].copy()
    missing = np.zeros(len(piece), np.bool_)
    for kind, rows in kinds:
        slot = kind.slots.get(name)
        if slot is None:
            missing[rows] = True
            continue
        starts[rows] = piece.mark(rows, slot.mark) + slot.skip
        ends[rows] = piece.mark(rows, slot.end)
    return texts(piece.octets, starts, ends, missing if missing.any() else None)


def texts(octets: Octets, starts: Ints, ends: Ints, missing: Flags | None = None) -> pa.StringArray:
    """Stretches as Arrow strings, which sees them and the gaps between them by turns, and takes the stretches."""
    offsets = np.empty(2 * len(starts), np.int32)
    offsets[0::2], offsets[1::2] = starts, ends
    turns = pa.StringArray.from_buffers(max(len(offsets) - 1, 0), pa.py_buffer(offsets), pa.py_buffer(octets))
    return pc.take(turns, pa.array(np.arange(0, len(offsets), 2), mask=missing), boundscheck=False)
