"""The physical lines of a text, as arrays: where they begin, which are blank, how many values they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from formats.csv.syntax import row_pattern

LF, CR = 10, 13


@dataclass(frozen=True, kw_only=True)
class Lines:
    """`text`: the rows of a file. `offsets`: where each line begins, and after the last one the end of the text."""

    text: bytes
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def raw(self, first: int, last: int | None = None) -> bytes:
        """The bytes of one line, or of the lines `first` to `last`, without the line end."""
        end = self.offsets[(first if last is None else last) + 1]
        return self.text[self.offsets[first] : end].rstrip(b"\r\n")

    def blank(self) -> npt.NDArray[np.bool_]:
        """Which lines hold nothing at all."""
        first = np.frombuffer(self.text, np.uint8)[self.offsets[:-1]]
        return np.isin(first, (LF, CR))

    def at(self, offset: int) -> int:
        """The line that holds the byte before `offset`."""
        return int(np.searchsorted(self.offsets, offset, side="left")) - 1

    def simple_rows(self, delimiter: str, width: int) -> npt.NDArray[np.bool_]:
        """Which lines are, taken alone, a whole row of `width` values."""
        try:
            return _numpy(pc.match_substring_regex(self._array(), row_pattern(delimiter, width)))
        except pa.ArrowInvalid:  # RE2 has no room for thousands of columns: none is simple then
            return np.zeros(len(self), bool)

    def _array(self) -> Any:
        buffers = [None, pa.py_buffer(self.offsets), pa.py_buffer(self.text)]
        return pa.Array.from_buffers(pa.large_binary(), len(self), buffers)


def split_lines(text: bytes) -> Lines:
    """Finds the lines of a text; LF, CRLF and CR end one."""
    content = np.frombuffer(text, np.uint8)
    ends = content == LF
    if b"\r" in text:
        ends[:-1] |= (content[:-1] == CR) & (content[1:] != LF)
        ends[-1] |= content[-1] == CR
    breaks = np.flatnonzero(ends).astype(np.int64) + 1
    tail = [] if len(breaks) and breaks[-1] == len(text) else [len(text)]
    return Lines(text=text, offsets=np.concatenate([np.zeros(1, np.int64), breaks, np.array(tail, np.int64)]))


def _numpy(array: Any) -> npt.NDArray[Any]:
    return np.asarray(array.to_numpy(zero_copy_only=False))
