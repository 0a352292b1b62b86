"""From a file to the table of its segments."""

from __future__ import annotations

import re

import numpy as np

from formats.errors import Unreadable
from formats.x12.delimiters import Delimiters, begin, find_delimiters
from formats.x12.segments import Offsets, Segments

WHITE = b" \t\r\n"
PADDING = b"\x00\x1a"
SHORT_RUN = 64
STRETCH = 1 << 19
"""Bytes looked at at once: what is worked out of them stays in the processor's cache."""

INT32_MAX = 2**31 - 1


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
    ends = marks.take(last)
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
        left_out=len(kept) - len(starts),
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

    A stretch at a time, into room for as many as there can be: of memory that is never written, none is taken.
    """
    separator, terminator = ord(delimiters.element), ord(delimiters.segment)
    characters = np.frombuffer(data, dtype=np.uint8)
    marks, last = _room(len(data)), _room(len(data))
    marked = ended = 0
    for at in range(start, len(data), STRETCH):
        stretch = characters[at : at + STRETCH]
        found = np.flatnonzero((stretch == separator) | (stretch == terminator))
        ends = np.flatnonzero(stretch.take(found) == terminator)
        np.add(found, at, out=marks[marked : marked + len(found)], casting="unsafe")
        np.add(ends, marked, out=last[ended : ended + len(ends)], casting="unsafe")
        marked, ended = marked + len(found), ended + len(ends)
    return marks[:marked], last[:ended]


def _room(count: int) -> Offsets:
    return np.empty(count, dtype=np.int64) if count > INT32_MAX else np.empty(count, dtype=np.int32)


def _skip_white(data: bytes, starts: Offsets, ends: Offsets, delimiters: Delimiters) -> Offsets:
    """Moves each start to the first character that is not white, at most to its end.

    Short runs are skipped for all segments at once, character by character; the few long ones one by one.
    """
    white = WHITE.translate(None, delimiters.in_force().encode())
    is_white = np.zeros(256, dtype=np.bool_)
    is_white[list(white)] = True
    characters = np.frombuffer(data, dtype=np.uint8)
    open_rows = np.flatnonzero(characters.take(starts) <= ord(" "))
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
