"""A document as a table of segments: where each begins, its name, and where its elements lie.

Nothing is cut into strings until a column of elements is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from formats.x12.codes import NAME_LENGTH, WORD, code, codes_of
from formats.x12.delimiters import Delimiters
from formats.x12.place import Place

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

TOP_BITS, CONTINUES = 0xC0, 0x80  # of a byte inside a UTF-8 character
INT32_MAX = 2**31 - 1
COMMON, FEW = 12, 4096

Offsets = npt.NDArray[np.int32] | npt.NDArray[np.int64]
"""Places in the data; four bytes each where that is enough, as half the memory is half the time."""


@dataclass(frozen=True, kw_only=True)
class Spans:
    """One stretch of the data per row, in ascending order and without overlap: `[start, end)`."""

    start: Offsets
    end: Offsets

    @cached_property
    def lengths(self) -> Offsets:
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class Segments:
    """The segments of a document, ISA first; empty ones are left out, so many of them: `left_out`.

    `data`: the document as UTF-8. `starts`: offset of each segment's name. `marks`: offsets of all element
    separators and terminators; those of segment i are `marks[first[i]:last[i] + 1]`. `tail`: what follows
    the last terminator. `recoded`: the file was not UTF-8 and has been read as ISO 8859-1.
    """

    data: bytes
    delimiters: Delimiters
    starts: Offsets
    marks: Offsets
    first: Offsets
    last: Offsets
    left_out: int
    tail: bytes
    recoded: bool
    warnings: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def bytes(self) -> npt.NDArray[np.uint8]:
        """The data as numbers, not copied."""
        return np.frombuffer(self.data, dtype=np.uint8)

    @cached_property
    def by_name(self) -> Mapping[int, Ints]:
        """Code of a name → its segments, in order. What is no name stands under a code that no name has.

        The commonest names are taken out one after another, so that each look has fewer segments before it.
        """
        words = self._words_at(self.starts)
        found: dict[int, list[Ints]] = defaultdict(list)
        rows: Ints | None = None
        for _ in range(COMMON):
            if len(words) < FEW:
                break
            same = words == words[len(words) // 2]
            at, rest = np.flatnonzero(same), np.flatnonzero(~same)
            mine = at if rows is None else rows.take(at)
            found[int(self._names(mine[:1])[0])].append(mine)
            rows, words = rest if rows is None else rows.take(rest), words.take(rest)
        rows = np.arange(len(self)) if rows is None else rows
        codes = self._names(rows)
        order = np.argsort(codes, kind="stable")
        for mine in np.split(rows[order], np.flatnonzero(np.diff(codes[order])) + 1):
            if len(mine):
                found[int(self._names(mine[:1])[0])].append(mine)
        return {
            name: parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts))
            for name, parts in found.items()
        }

    def _names(self, rows: Ints) -> npt.NDArray[np.int32]:
        return self.codes(Spans(start=self.starts.take(rows), end=self.marks.take(self.first.take(rows))))

    @cached_property
    def names(self) -> npt.NDArray[np.int32]:
        """The `code` of each segment's name."""
        names = np.empty(len(self), dtype=np.int32)
        for name, rows in self.by_name.items():
            names[rows] = name
        return names

    @cached_property
    def _added(self) -> Ints:
        """Offsets of the bytes that recoding has added: one for each character that is not ASCII."""
        if not self.recoded:
            return np.zeros(0, dtype=np.int64)
        start = int(self.starts[0])
        return start + np.flatnonzero((self.bytes[start:] & TOP_BITS) == CONTINUES)

    def counts(self, rows: Ints) -> Ints:
        """How many elements each segment has, its name not counted."""
        return self.last.take(rows) - self.first.take(rows)

    def elements(self, rows: Ints, number: int) -> Spans:
        """Element `number` (1-based) of each segment; an empty stretch where it has fewer."""
        first, last = self.first.take(rows), self.last.take(rows)
        before = first + (number - 1)
        if len(rows) and not (before >= last).any():
            return Spans(start=self.marks.take(before) + 1, end=self.marks.take(before + 1))
        end = self.marks.take(np.minimum(before + 1, last))
        return Spans(start=np.minimum(self.marks.take(np.minimum(before, last)) + 1, end), end=end)

    @cached_property
    def _words(self) -> npt.NDArray[np.uint32]:
        """The four bytes from each place on, as one number."""
        count = max(len(self.data) - WORD + 1, 0)
        return np.ndarray((count,), dtype="<u4", buffer=self.data, strides=(1,))

    def _words_at(self, places: Offsets) -> npt.NDArray[np.uint32]:
        """The four bytes from each of these places on; those beyond the end are zero."""
        last = len(self._words) - 1
        if not len(places) or int(places.max()) <= last:
            return self._words[places]
        words = self._words[np.minimum(places, last)]
        for row in np.flatnonzero(places > last).tolist():
            words[row] = int.from_bytes(self.data[int(places[row]) :][:WORD], "little")
        return words

    def codes(self, spans: Spans) -> npt.NDArray[np.int32]:
        """The `code` of each stretch: 0 where it is empty or longer than three characters."""
        return codes_of(self._words_at(spans.start), spans.lengths)

    def texts(self, spans: Spans) -> pa.StringArray:
        """The stretches as Arrow strings; an empty one is null, as an empty element is an absent one."""
        count = len(spans.start)
        wide = len(self.data) > INT32_MAX
        offsets = np.empty(2 * count, dtype=np.int64 if wide else np.int32)
        offsets[0::2], offsets[1::2] = spans.start, spans.end
        kind = pa.LargeStringArray if wide else pa.StringArray
        between = kind.from_buffers(max(2 * count - 1, 0), pa.py_buffer(offsets), pa.py_buffer(self.data))
        empty = spans.lengths == 0
        every_other = pa.array(
            np.arange(0, 2 * count, 2, dtype=offsets.dtype), mask=empty if empty.any() else None
        )
        return between.take(every_other).cast(pa.string())

    def text(self, row: int, number: int) -> str:
        """Element `number` of one segment, "" where it has fewer; number 0 is its name."""
        first, last = int(self.first[row]), int(self.last[row])
        if number > last - first:
            return ""
        start = int(self.marks[first + number - 1]) + 1 if number else int(self.starts[row])
        return self.data[start : int(self.marks[first + number])].decode()

    def place(self, row: int, element: int = 0) -> Place:
        """Where the segment is in the file, and which of its elements is meant."""
        offset = int(self.starts[row])
        return Place(
            segment=row + 1,
            offset=offset - int(np.searchsorted(self._added, offset)),
            element=f"{self.text(row, 0).upper()[:NAME_LENGTH]}{element:02}" if element else "",
        )

    def rows(self, name: str) -> Ints:
        """The segments of that name, in order."""
        return self.by_name.get(code(name), np.zeros(0, dtype=np.int64))


class Stretch(Protocol):
    """A set or message: rows of its first and last segment."""

    @property
    def first(self) -> int: ...

    @property
    def last(self) -> int: ...


def inside(rows: Ints, stretches: Sequence[Stretch]) -> Ints:
    """Those of the rows, which ascend, that lie between the first and last of a stretch; stretches ascend as well."""
    bounds = [edge for one in stretches for edge in (one.first, one.last)]
    edges = np.searchsorted(rows, bounds)
    if len(edges) == 0 or (edges[0] == 0 and edges[-1] == len(rows) and (edges[1:-1:2] == edges[2::2]).all()):
        return rows if len(edges) else rows[:0]
    return np.concatenate(
        [rows[start:end] for start, end in zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True)]
    )
