"""The LIN loops of a set, cut at their marks, with the counts of the set compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from formats.alike import Ints, Kinds, Octets, Piece, Skeleton, UnlikeError, begin_with, stretches
from formats.contract import QUANTITY_IN
from formats.edi846.writing.careful import AFTER, ITEM
from formats.edi846.writing.options import LINES_PER_SET, Writing
from formats.edi846.writing.reduced import Counts, reduced_set
from formats.edi846.writing.side_by_side import same
from formats.edi846.writing.skeleton import NUMBER, NUMBERS, PRODUCT, Learner
from formats.edi846.writing.templates import QUANTITY
from formats.x12.among import all_among

LARGEST_SET = 1 << 30
"""Places in a larger one have no room in four bytes."""
Columns = dict[str, pa.StringArray]
Sorted = list[tuple[Skeleton, Ints]]


@dataclass(frozen=True, kw_only=True)
class Looped:
    """A set that has been read. `start`, `stop`: where it stands, from the terminator before ST to that of SE.

    `columns`: those that stand in LIN loops. `samples`: the rows whose loops are in `reduced`, which is the set with
    those loops alone, and with counts that fit them.
    """

    start: int
    stop: int
    columns: Columns
    samples: Ints
    reduced: bytes

    def __len__(self) -> int:
        return len(self.columns[QUANTITY])

    def column(self, name: str) -> pa.StringArray:
        """A column, empty throughout if no loop of this set has one."""
        return self.columns[name] if name in self.columns else pa.repeat("", len(self))


@dataclass(frozen=True, kw_only=True)
class LoopReader:
    """Reads sets of one document, one after another; what it has learned of one serves the next."""

    options: Writing

    @cached_property
    def _learner(self) -> Learner:
        return Learner(options=self.options)

    @cached_property
    def _kinds(self) -> Kinds:
        return Kinds(learn=self._learner)

    @cached_property
    def _numbers(self) -> pa.StringArray:
        """LIN01 of every line that a set can have."""
        if not self.options.line_number:
            return pa.repeat("", LINES_PER_SET)
        return pa.array(np.arange(1, LINES_PER_SET + 1)).cast(pa.string())

    @cached_property
    def _usable(self) -> str:
        return self.options.usable() + self.options.separators().in_force() + "\n"

    @cached_property
    def terminator(self) -> bytes:
        """The end of a segment, its line break included."""
        return self.options.terminator().encode()

    def opening(self, name: str) -> bytes:
        """How a segment of that name begins, the end of the one before it included."""
        return self.terminator + (name + self.options.separators().element).encode()

    def end(self, document: bytes, at: int, ahead: int) -> int:
        """Where a set that begins at that place ends; the first so far `ahead` that could be meant."""
        trailer = document.find(self.opening("SE"), at + ahead)
        stop = document.find(self.terminator, trailer + 1)
        if trailer < 0 or not at < stop < at + LARGEST_SET:
            raise UnlikeError
        return stop

    def read(self, document: bytes, start: int, stop: int) -> Looped:
        """The set from the terminator before its ST to that of its SE. Nothing is learned of one that is refused.

        Raises:
            UnlikeError: a count, a line number or a value is not plainly right, or the loops are not alike.
        """
        known = len(self._kinds.known)
        try:
            return self._read(document, start, stop)
        except UnlikeError:
            del self._kinds.known[known:]
            raise

    def _read(self, document: bytes, start: int, stop: int) -> Looped:
        octets = np.frombuffer(document, np.uint8, offset=start)
        if not all_among(octets[: stop - start], self._usable):
            raise UnlikeError
        piece, segments = self._piece(octets, stop - start)
        known = len(self._kinds.known)
        kinds = self._kinds.sort(piece)
        columns = self._columns(piece, kinds)
        new = [int(rows[0]) for kind, rows in kinds if kind in self._kinds.known[known:]]
        samples = np.unique([0, *new])
        heading = octets[: piece.begins[0]].tobytes()
        trailer = octets[piece.begins[-1] : stop - start].tobytes()
        counts = Counts(segments=segments, quantities=columns[QUANTITY])
        return Looped(
            start=start,
            stop=stop,
            columns=columns,
            samples=samples,
            reduced=reduced_set(
                self.options,
                [piece.sample(row) for row in samples.tolist()],
                (heading, trailer),
                counts,
                columns[QUANTITY].take(pa.array(samples)),
            ),
        )

    def _piece(self, octets: Octets, length: int) -> tuple[Piece, int]:
        """The LIN loops of a set of so many bytes, and how many segments the set has."""
        separators = self.options.separators()
        looked_at = octets[: length + 1]
        marked = looked_at == ord(separators.element)
        marked |= looked_at == ord(separators.segment)
        places = np.flatnonzero(marked)
        ends = np.flatnonzero(octets.take(places) == ord(separators.segment))
        closing = ends[-3:-1]
        totals = begin_with(octets, places.take(closing[:1]), self.opening("CTT"))
        last = closing[0] if totals == slice(None) else closing[-1]
        letters = octets[len(self.terminator) :].take(places.take(ends[:-1]))
        likely = ends[:-1][letters == ord("L")]
        lines = likely[begin_with(octets, places.take(likely), self.opening("LIN"))]
        if not 0 < len(lines) <= LINES_PER_SET or lines[-1] >= last:
            raise UnlikeError
        return Piece(octets=octets, places=places, first=np.append(lines, last)), len(ends) - 1

    def _columns(self, piece: Piece, kinds: Sorted) -> Columns:
        """The columns of a set, every value of them checked."""
        values = {
            name: self._values(piece, kinds, name)
            for name in dict.fromkeys(name for kind, _ in kinds for name in kind.slots)
        }
        nothing = pa.repeat("", len(piece))
        if self.options.line_number and not values.get(NUMBER, nothing).equals(self._numbers[: len(piece)]):
            raise UnlikeError
        columns: Columns = {}
        for qualifier, field in self.options.columns().items():
            product = values.get(PRODUCT + qualifier, nothing)
            if not columns.setdefault(field, product).equals(product):
                raise UnlikeError
        told = (QUANTITY, *(name for name in values if str(name).startswith(QUANTITY_IN)), ITEM, AFTER)
        return columns | {name: values[name] for name in told}

    def _values(self, piece: Piece, kinds: Sorted, name: Any) -> pa.StringArray:
        """The texts of a slot, "" where a loop has none; of one that is only to be lawful, none are made."""
        if name in (ITEM, AFTER):
            return self._around(piece, kinds, name)
        found = stretches(piece, kinds, name)
        lengths, shape = found.ends - found.starts, self._learner.shapes[name]
        present = lengths if found.missing is None else lengths[~found.missing]
        if int(present.min()) < shape.least or int(present.max()) > shape.most:
            raise UnlikeError
        if isinstance(name, tuple) and shape.kind not in NUMBERS:
            return pa.repeat("", len(piece))
        texts = found.texts()
        if shape.kind in NUMBERS:
            _check_digits(texts)
        return texts.fill_null("") if texts.null_count else texts

    def _around(self, piece: Piece, kinds: Sorted, name: str) -> pa.StringArray | pa.DictionaryArray:
        """The texts of ITEM or AFTER: those of the kinds, where loops of a kind have no others."""
        texts = [self._learner.around(kind, name) for kind, _ in kinds]
        if None not in texts:
            distinct = list(dict.fromkeys(texts))
            if len(distinct) == 1:
                return same(str(distinct[0]), len(piece))
            codes = np.empty(len(piece), np.int32)
            for text, (_, rows) in zip(texts, kinds, strict=True):
                codes[rows] = distinct.index(text)
            return pa.DictionaryArray.from_arrays(codes, pa.array(distinct, pa.string()), safe=False)
        if name == ITEM and self.options.told_apart():
            raise UnlikeError
        return stretches(piece, kinds, name).texts()


def _check_digits(texts: pa.StringArray) -> None:
    """Passes if all are digits without a needless zero before them."""
    _, offsets, octets = texts.buffers()
    edges = np.frombuffer(offsets, np.int32)[: len(texts) + 1]
    digits = np.frombuffer(octets, np.uint8)[: edges[-1]]
    longer = edges[:-1][np.diff(edges) > 1]
    if (digits - np.uint8(ord("0")) > 9).any() or (digits.take(longer) == ord("0")).any():  # noqa: PLR2004 - digits
        raise UnlikeError
