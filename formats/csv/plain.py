"""The rows of a plain text: ASCII without quotes, LF after each row and as many values in each.

Most of what machines write is plain, and its separators are all there is to find. They are low among the bytes, as is
whatever would make a text another than plain, and little else is: blanks and a few signs, which do not matter.
What is not plain is left to a parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pyarrow as pa

from formats.alike import Flags, Ints, Octets
from formats.cells import cells_of
from formats.csv.layout import Shape

PIECE = 1 << 20
"""Bytes that are looked at together: few enough to stay near the processor."""
FIRST = 1 << 16
"""Bytes of the first piece, which is looked at before any other: it tells whether the text is plain at all."""
LARGEST = 1 << 30
LF = ord("\n")
LOW = ord(",")
"""Quotes and line ends are not above it; neither is, as a signed number, what is not ASCII."""
HARMLESS = frozenset(range(ord(" "), LOW + 1)) - {ord('"')}


def cut(data: bytes, start: int) -> list[int]:
    """Where pieces of whole lines begin, from `start` on, and where the last one ends."""
    cuts, size = [start], min(FIRST, PIECE)
    while cuts[-1] < len(data):
        cuts.append(data.find(b"\n", cuts[-1] + size) + 1 or len(data))
        size = PIECE
    return cuts


def plain_columns(octets: Octets, shape: Shape) -> Mapping[int, pa.Array] | None:
    """The wanted columns of a piece by position, each as its kind of cells; None if it is not plain."""
    if not 0 < len(octets) < LARGEST or octets[-1] != LF:
        return None
    width = len(shape.names)
    ends = _separators(octets, ord(shape.delimiter), width)
    if ends is None or (width == 1 and _has_blank_line(ends)):
        return None
    return {
        at: cells_of(octets, _begins(ends, at, width), ends[at::width], shape.kinds.get(at, "text"))
        for at in shape.wanted
    }


def _has_blank_line(ends: Ints) -> bool:
    return bool(not ends[0] or (np.diff(ends) == 1).any())


def _begins(ends: Ints, at: int, width: int) -> Ints:
    """Where each value of a column begins."""
    if at:
        return ends[at - 1 :: width] + 1
    begins = np.empty(len(ends) // width, np.int64)
    begins[0], begins[1:] = 0, ends[width - 1 : -1 : width] + 1
    return begins


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
