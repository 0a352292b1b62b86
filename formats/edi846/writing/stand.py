"""Values that are expected at certain places of a document, loops of such values, and whether they stand there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from formats.alike import Ints, Octets, Stretches, UnlikeError, begin_with

WORD = 4
"""Digits that are compared at once."""
FEW_DIGITS = 10**WORD


class Expected(Protocol):
    """The value of each line."""

    @property
    def lengths(self) -> npt.NDArray[np.integer]:
        """How many bytes each has."""

    def part(self, first: int, count: int) -> Self:
        """So many lines that follow one another."""

    def rows(self, rows: Ints) -> Self:
        """Some of the lines."""

    def stand(self, octets: Octets, starts: Ints, ends: Ints) -> bool:
        """Whether each stands there, from a place to another that is as far from it as the value is long."""


def numbers(column: pa.Int64Array) -> Expected:
    """Whole numbers that are not below 0, in digits."""
    most = pc.max(column).as_py()
    if most is not None and most >= FEW_DIGITS:
        return Texts(texts=column.cast(pa.string()))
    known = column.fill_null(0) if column.null_count else column
    return FewDigits(values=np.asarray(known.to_numpy(), dtype=np.int64))


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Texts, none of which is null in the lines that are asked about."""

    texts: pa.StringArray

    @cached_property
    def lengths(self) -> npt.NDArray[np.integer]:
        edges = np.frombuffer(self.texts.buffers()[1], np.int32)
        return np.diff(edges[self.texts.offset : self.texts.offset + len(self.texts) + 1])

    def part(self, first: int, count: int) -> Self:
        return type(self)(texts=self.texts.slice(first, count))

    def rows(self, rows: Ints) -> Self:
        return type(self)(texts=self.texts.take(pa.array(rows)))

    def stand(self, octets: Octets, starts: Ints, ends: Ints) -> bool:
        there = Stretches(octets=octets, starts=starts, ends=ends, missing=None).texts()
        return bool(there.equals(self.texts))


@dataclass(frozen=True, kw_only=True)
class FewDigits:
    """Numbers with so few digits that these are one word, with zeros before them."""

    values: Ints

    @cached_property
    def lengths(self) -> npt.NDArray[np.integer]:
        return _LENGTHS.take(self.values)

    def part(self, first: int, count: int) -> Self:
        return type(self)(values=self.values[first : first + count])

    def rows(self, rows: Ints) -> Self:
        return type(self)(values=self.values.take(rows))

    def stand(self, octets: Octets, starts: Ints, ends: Ints) -> bool:  # noqa: ARG002 - the length says where
        words: npt.NDArray[np.uint32] = np.ndarray(
            (len(octets) - WORD + 1,), "<u4", buffer=octets, strides=(1,)
        )
        there = words[ends - WORD]
        there &= _MASKS.take(self.lengths)
        return bool((there == _WORDS.take(self.values)).all())


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Loops in which the same values stand. `fixed`: what is before, between and after them; `slots`: their names, in order."""

    sample: bytes
    fixed: tuple[bytes, ...]
    slots: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Group:
    """The lines of a set that are of one kind; `rows`: None for all of it. `values`: what must stand in each slot."""

    kind: Kind
    rows: Ints | None
    values: Mapping[str, Expected]

    def lengths(self, lines: int) -> Ints:
        """How many bytes the loop of each line must have."""
        lengths = np.full(lines, sum(map(len, self.kind.fixed)), dtype=np.int64)
        for value in self.values.values():
            lengths += value.lengths
        return lengths

    def check(self, octets: Octets, starts: Ints) -> None:
        """Passes if each loop is what it must be. `starts`: where the loops of the set begin, and the last one ends."""
        at = starts[:-1] if self.rows is None else starts.take(self.rows)
        for text, slot in zip_longest(self.kind.fixed, self.kind.slots):
            if not isinstance(begin_with(octets, at, text), slice):
                raise UnlikeError
            at = at + len(text)
            if slot is not None:
                value = self.values[slot]
                end = at + value.lengths
                if not value.stand(octets, at, end):
                    raise UnlikeError
                at = end


def _word(digits: bytes) -> int:
    return int.from_bytes(digits.rjust(WORD, b"\0"), "little")


_LENGTHS = np.array([len(str(number)) for number in range(FEW_DIGITS)])
_WORDS = np.array([_word(b"%d" % number) for number in range(FEW_DIGITS)], "<u4")
_MASKS = np.array([_word(b"\xff" * length) for length in range(WORD + 1)], "<u4")
