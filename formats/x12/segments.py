"""A document as a table of segments: where each begins, its name, and where its elements lie.

Nothing is cut into strings until a column of elements is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
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

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_FOREIGN = 63
_RANK = np.full(256, _FOREIGN, dtype=np.int32)
for _rank, _letter in enumerate(_ALPHABET, start=1):
    _RANK[[ord(_letter), ord(_letter.lower())]] = _rank


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

    start: Ints
    end: Ints

    @property
    def lengths(self) -> Ints:
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
    starts: Ints
    marks: Ints
    first: Ints
    last: Ints
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
        last = self.last[rows]
        before = self.first[rows] + (number - 1)
        end = self.marks[np.minimum(before + 1, last)]
        start = np.minimum(self.marks[np.minimum(before, last)] + 1, end)
        return Spans(start=start, end=end)

    def codes(self, spans: Spans) -> npt.NDArray[np.int32]:
        """The `code` of each stretch: 0 where it is empty or longer than three characters."""
        lengths = spans.lengths
        result = np.zeros(len(lengths), dtype=np.int32)
        for place, shift in enumerate((12, 6, 0)):
            within = np.minimum(spans.start + place, len(self.data) - 1)
            result |= np.where(lengths > place, _RANK[self.bytes[within]] << shift, 0)
        result[lengths > NAME_LENGTH] = 0
        return result

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


def split_segments(file: bytes) -> Segments:
    """The table of a file's segments.

    Line breaks, blanks and tabs between segments are passed over.

    Raises:
        Unreadable: the file is empty, is not X12, or its ISA does not tell the delimiters.
    """
    start = begin(file)
    delimiters, odd = find_delimiters(file, start)
    data, recoded = _as_utf8(file, start)
    data, ended = _with_last_line_end(data, delimiters.segment)
    marks, last = _find_marks(data, start, delimiters)
    if not len(last):
        raise Unreadable("the file is truncated: it ends inside its first segment; ask for it again")
    first = np.concatenate((np.zeros(1, dtype=np.int64), last[:-1] + 1))
    ends = marks[last]
    starts = _skip_white(data, np.concatenate((np.array([start]), ends[:-1] + 1)), ends, delimiters)
    kept = starts < ends
    return Segments(
        data=data,
        delimiters=delimiters,
        starts=starts[kept],
        marks=marks,
        first=first[kept],
        last=last[kept],
        tail=data[int(ends[-1]) + 1 :].strip(WHITE + PADDING),
        recoded=recoded,
        warnings=(*odd, *(["the file is not UTF-8; it was read as ISO 8859-1"] if recoded else []), *ended),
    )


def _as_utf8(file: bytes, start: int) -> tuple[bytes, bool]:
    """The file as UTF-8, and whether it had to be recoded from `start` on."""
    if file.isascii():
        return file, False
    try:
        file.decode()
    except UnicodeDecodeError:
        return file[:start] + file[start:].decode("iso-8859-1").encode(), True
    return file, False


def _with_last_line_end(data: bytes, terminator: str) -> tuple[bytes, tuple[str, ...]]:
    """Where lines are segments, the last line need not end: whether it is whole, its control number tells."""
    solid = data.rstrip(PADDING)
    if terminator not in "\r\n" or solid.endswith(terminator.encode()) or solid != solid.rstrip(WHITE):
        return data, ()
    return solid + terminator.encode(), ("the last segment has no terminator",)


def _find_marks(data: bytes, start: int, delimiters: Delimiters) -> tuple[Ints, Ints]:
    """Offsets of all separators and terminators, and which of them are terminators."""
    body: Any = np.frombuffer(data, dtype=np.uint8)[start:]
    terminator = ord(delimiters.segment)
    marks = np.flatnonzero((body == ord(delimiters.element)) | (body == terminator))
    last = np.flatnonzero(body[marks] == terminator)
    marks += start
    return marks, last


def _skip_white(data: bytes, starts: Ints, ends: Ints, delimiters: Delimiters) -> Ints:
    """Moves each start to the first character that is not white, at most to its end.

    Short runs are skipped for all segments at once, character by character; the few long ones one by one.
    """
    white = WHITE.translate(None, delimiters.in_force().encode())
    is_white = np.zeros(256, dtype=np.bool_)
    is_white[list(white)] = True
    characters = np.frombuffer(data, dtype=np.uint8)
    open_rows = np.arange(len(starts))
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
