"""A document as a table of segments: where each begins, its name, and where its elements lie.

Nothing is cut into strings until a column of elements is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from formats.errors import Unreadable
from formats.x12.delimiters import Delimiters, begin, find_delimiters
from formats.x12.place import Place

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WHITE = b" \t\r\n"
PADDING = b"\x00\x1a"
NAME_LENGTH = 3
SHORT_RUN = 64
TOP_BITS, CONTINUES = 0xC0, 0x80  # of a byte inside a UTF-8 character
INT32_MAX = 2**31 - 1

Offsets = npt.NDArray[np.int32] | npt.NDArray[np.int64]
"""Places in the data; four bytes each where that is enough, as half the memory is half the time."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_FOREIGN = 63
_RANK = np.full(256, _FOREIGN, dtype=np.int32)
for _rank, _letter in enumerate(_ALPHABET, start=1):
    _RANK[[ord(_letter), ord(_letter.lower())]] = _rank
_RANK[0] = 0
_PAIRS = (_RANK[np.arange(1 << 16) & 0xFF] << 12 | _RANK[np.arange(1 << 16) >> 8] << 6).astype(np.int32)
_WITHIN = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF], dtype=np.uint32)  # the bytes of a stretch of that length
WORD = 4
LONG_RUN = 64
STRETCH = 1 << 19


def code(text: str) -> int:
    """Up to three letters or digits as a number below 2**18, upper and lower case alike; 0 for anything else."""
    if len(text) > NAME_LENGTH or not (text.isascii() and text.isalnum()):
        return 0
    ranks = [int(_RANK[ord(letter)]) for letter in text]
    first, second, third = (ranks + [0] * NAME_LENGTH)[:NAME_LENGTH]
    return first << 12 | second << 6 | third


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
    """The segments of a document, ISA first; empty ones are left out.

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
    def names(self) -> npt.NDArray[np.int32]:
        """The `code` of each segment's name."""
        return self.codes(Spans(start=self.starts, end=self.marks[self.first]))

    @cached_property
    def _added(self) -> Ints:
        """Offsets of the bytes that recoding has added: one for each character that is not ASCII."""
        if not self.recoded:
            return np.zeros(0, dtype=np.int64)
        start = int(self.starts[0])
        return start + np.flatnonzero((self.bytes[start:] & TOP_BITS) == CONTINUES)

    def counts(self, rows: Ints) -> Ints:
        """How many elements each segment has, its name not counted."""
        return self.last[rows] - self.first[rows]

    def elements(self, rows: Ints, number: int) -> Spans:
        """Element `number` (1-based) of each segment; an empty stretch where it has fewer."""
        first, last = self.first[rows], self.last[rows]
        before = first + (number - 1)
        if len(rows) and not (before >= last).any():
            return Spans(start=self.marks[before] + 1, end=self.marks[before + 1])
        end = self.marks[np.minimum(before + 1, last)]
        return Spans(start=np.minimum(self.marks[np.minimum(before, last)] + 1, end), end=end)

    @cached_property
    def _words(self) -> npt.NDArray[np.uint32]:
        """The four bytes from each place on, as one number."""
        count = max(len(self.data) - WORD + 1, 0)
        return np.ndarray((count,), dtype="<u4", buffer=self.data, strides=(1,))

    def codes(self, spans: Spans) -> npt.NDArray[np.int32]:
        """The `code` of each stretch: 0 where it is empty or longer than three characters."""
        lengths = spans.lengths
        if len(lengths) and 0 < lengths[0] <= NAME_LENGTH and (lengths == lengths[0]).all():
            words = self._words[np.minimum(spans.start, len(self._words) - 1)] & _WITHIN[lengths[0]]
            if (words == words[0]).all():
                return np.full(len(words), self._codes(words[:1])[0], dtype=np.int32)
        else:
            known = np.where(lengths > NAME_LENGTH, 0, lengths)
            words = self._words[np.minimum(spans.start, len(self._words) - 1)] & _WITHIN[known]
        result = self._codes(words)
        for row in np.flatnonzero(spans.start >= len(self._words)).tolist():
            text = self.data[int(spans.start[row]) : int(spans.end[row])]
            result[row] = code(text.decode(errors="replace"))
        return result

    @staticmethod
    def _codes(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
        codes: npt.NDArray[np.int32] = _PAIRS[words & 0xFFFF] | _RANK[words >> 16]
        return codes

    def view(self, rows: Ints) -> View:
        """These segments, for more than one question about their elements."""
        return View(segments=self, rows=rows)

    def texts(self, spans: Spans) -> pa.StringArray:
        """The stretches as Arrow strings; an empty one is null, as an empty element is an absent one."""
        count = len(spans.start)
        wide = len(self.data) > INT32_MAX
        offsets = np.empty(2 * count, dtype=np.int64 if wide else np.int32)
        offsets[0::2], offsets[1::2] = spans.start, spans.end
        kind = pa.LargeStringArray if wide else pa.StringArray
        between = kind.from_buffers(max(2 * count - 1, 0), pa.py_buffer(offsets), pa.py_buffer(self.data))
        every_other = pa.array(np.arange(0, 2 * count, 2), mask=spans.lengths == 0)
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

    def rows(self, name: str, within: Flags | None = None) -> Ints:
        """The segments of that name, in order."""
        named = self.names == code(name)
        return np.flatnonzero(named if within is None else named & within)


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

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def counts(self) -> Offsets:
        """How many elements each has."""
        return self.segments.last[self.rows] - self.segments.first[self.rows]

    @cached_property
    def most(self) -> int:
        """How many elements the longest has."""
        return int(self.counts.max(initial=0))

    @cached_property
    def _runs(self) -> list[tuple[int, int, int]]:
        """Stretches of rows whose marks stand the same way apart, as (first row, rows, first mark); none if they are short."""
        if len(self.rows) < LONG_RUN or (self.counts != self.counts[0]).any():
            return []
        first = self.segments.first[self.rows]
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


def split_segments(file: bytes) -> Segments:
    """The table of a file's segments.

    Line breaks, blanks and tabs between segments are passed over.

    Raises:
        Unreadable: the file is empty, is not X12, or its ISA does not tell the delimiters.
    """
    start = begin(file)
    delimiters, odd = find_delimiters(file, start)
    return table_of(file, start, delimiters, odd)


def table_of(
    file: bytes, start: int, delimiters: Delimiters, odd: tuple[str, ...] = (), *, latin: bool = False
) -> Segments:
    """The table of a file whose first segment begins at `start`, with these delimiters.

    `odd`: warnings so far. `latin`: the file says that it is ISO 8859-1.

    Raises:
        Unreadable: it ends inside its first segment.
    """
    data, recoded = _as_utf8(file, start, latin=latin)
    data, ended = _with_last_line_end(data, delimiters.segment)
    marks, last = _find_marks(data, start, delimiters)
    if not len(last):
        raise Unreadable("the file is truncated: it ends inside its first segment; ask for it again")
    first = np.concatenate((np.zeros(1, dtype=last.dtype), last[:-1] + 1))
    ends = marks[last]
    begins = np.concatenate((np.array([start], dtype=ends.dtype), ends[:-1] + 1))
    starts = _skip_white(data, begins, ends, delimiters)
    kept = starts < ends
    if not kept.all():
        starts, first, last = starts[kept], first[kept], last[kept]
    return Segments(
        data=data,
        delimiters=delimiters,
        starts=starts,
        marks=marks,
        first=first,
        last=last,
        tail=data[int(ends[-1]) + 1 :].strip(WHITE + PADDING),
        recoded=recoded,
        warnings=(
            *odd,
            *(["the file is not UTF-8; it was read as ISO 8859-1"] if recoded and not latin else []),
            *ended,
        ),
    )


def _as_utf8(file: bytes, start: int, *, latin: bool) -> tuple[bytes, bool]:
    """The file as UTF-8, and whether it had to be recoded from `start` on."""
    if file.isascii():
        return file, False
    try:
        if not latin:
            file.decode()
            return file, False
    except UnicodeDecodeError:
        pass
    return file[:start] + file[start:].decode("iso-8859-1").encode(), True


def _with_last_line_end(data: bytes, terminator: str) -> tuple[bytes, tuple[str, ...]]:
    """Where lines are segments, the last line need not end: whether it is whole, its control number tells."""
    solid = data.rstrip(PADDING)
    if terminator not in "\r\n" or solid.endswith(terminator.encode()) or solid != solid.rstrip(WHITE):
        return data, ()
    return solid + terminator.encode(), ("the last segment has no terminator",)


def _find_marks(data: bytes, start: int, delimiters: Delimiters) -> tuple[Offsets, Offsets]:
    """Offsets of all separators and terminators, and which of them are terminators.

    A stretch at a time, which stays in the processor's cache.
    """
    kind: type[np.int32 | np.int64] = np.int64 if len(data) > INT32_MAX else np.int32
    separator, terminator = ord(delimiters.element), ord(delimiters.segment)
    characters = np.frombuffer(data, dtype=np.uint8)
    marks: list[Any] = [np.zeros(0, dtype=kind)]
    last: list[Any] = [np.zeros(0, dtype=kind)]
    before = 0
    for at in range(start, len(data), STRETCH):
        stretch = characters[at : at + STRETCH]
        found = np.flatnonzero((stretch == separator) | (stretch == terminator))
        ends = np.flatnonzero(stretch[found] == terminator)
        marks.append((found + at).astype(kind))
        last.append((ends + before).astype(kind))
        before += len(found)
    return np.concatenate(marks), np.concatenate(last)


def _skip_white(data: bytes, starts: Offsets, ends: Offsets, delimiters: Delimiters) -> Offsets:
    """Moves each start to the first character that is not white, at most to its end.

    Short runs are skipped for all segments at once, character by character; the few long ones one by one.
    """
    white = WHITE.translate(None, delimiters.in_force().encode())
    is_white = np.zeros(256, dtype=np.bool_)
    is_white[list(white)] = True
    characters = np.frombuffer(data, dtype=np.uint8)
    open_rows = np.flatnonzero(is_white[characters[starts]] & (starts < ends))
    for _ in range(SHORT_RUN):
        at = starts[open_rows]
        open_rows = open_rows[(at < ends[open_rows]) & is_white[characters[at]]]
        if not len(open_rows):
            return starts
        starts[open_rows] += 1
    solid = re.compile(b"[^" + re.escape(white) + b"]")
    for row in open_rows.tolist():
        found = solid.search(data, int(starts[row]), int(ends[row]))
        starts[row] = found.start() if found else ends[row]
    return starts
