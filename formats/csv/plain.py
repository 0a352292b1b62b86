"""The rows of a plain text: ASCII without quotes, LF after each row and as many values in each.

Most of what machines write is plain, and its separators are all there is to find. They are low among the bytes, as is
whatever would make a text another than plain, and little else is: blanks and a few signs, which do not matter.
What is not plain is left to a parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from formats.alike import Flags, Ints, Octets, Stretches
from formats.csv.layout import Shape

PIECE = 1 << 20
"""Bytes that are looked at together: few enough to stay near the processor."""
LARGEST = 1 << 30
LF = ord("\n")
LOW = ord(",")
"""Quotes and line ends are not above it; neither is, as a signed number, what is not ASCII."""
HARMLESS = frozenset(range(ord(" "), LOW + 1)) - {ord('"')}


def cut(data: bytes, start: int) -> list[int]:
    """Where pieces of whole lines begin, from `start` on, and where the last one ends."""
    cuts = [start]
    while cuts[-1] < len(data):
        cuts.append(data.find(b"\n", cuts[-1] + PIECE) + 1 or len(data))
    return cuts


def plain_columns(octets: Octets, shape: Shape) -> Mapping[int, pa.ChunkedArray] | None:
    """The wanted columns of a piece by position, as Arrow strings; None if it is not plain."""
    if not 0 < len(octets) < LARGEST or octets[-1] != LF:
        return None
    width = len(shape.names)
    ends = _separators(octets, ord(shape.delimiter), width)
    if ends is None:
        return None
    begins = np.empty_like(ends)
    begins[0], begins[1:] = 0, ends[:-1] + 1
    if width == 1 and (begins == ends).any():  # a blank line
        return None
    return {at: pa.chunked_array([_texts(octets, begins[at::width], ends[at::width])]) for at in shape.wanted}


def _separators(octets: Octets, delimiter: int, width: int) -> Ints | None:
    """Where each value ends, if every line has `width` of them and none has to be looked at."""
    low = octets.view(np.int8) <= LOW
    if delimiter > LOW:
        low |= octets == delimiter
    places = np.flatnonzero(low)
    found = octets.take(places)
    row = bytes([delimiter]) * (width - 1) + b"\n"
    if not _is_made_of(found, row):
        kept = _matters(delimiter).take(found)
        places, found = places[kept], found[kept]
    return places if _is_made_of(found, row) else None


def _is_made_of(found: Octets, row: bytes) -> bool:
    return found.tobytes() == row * (len(found) // len(row))


@cache
def _matters(delimiter: int) -> Flags:
    """Per byte whether it says something about the rows."""
    table = np.ones(256, np.bool_)
    table[sorted(HARMLESS - {delimiter})] = False
    return table


def _texts(octets: Octets, begins: Ints, ends: Ints) -> pa.StringArray:
    lengths = ends - begins
    longest = int(lengths.max())
    if longest and longest == lengths.min():
        return _of_one_length(octets, begins, longest)
    return Stretches(octets=octets, starts=begins, ends=ends, missing=None).texts()


def _of_one_length(octets: Octets, begins: Ints, length: int) -> pa.StringArray:
    stretches: npt.NDArray[np.void] = np.ndarray(
        (len(octets) - length + 1,), f"V{length}", buffer=octets, strides=(1,)
    )
    offsets = np.arange(0, length * len(begins) + 1, length, dtype=np.int32)
    data = pa.allocate_buffer(length * len(begins))
    np.frombuffer(data, stretches.dtype)[:] = stretches[begins]
    return pa.StringArray.from_buffers(len(begins), pa.py_buffer(offsets), data)
