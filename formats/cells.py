"""The cells of a column, cut out of a piece of a file: as text, or as what is made of them with less work and loses nothing.

A number that is written as usual says all there is to its text; equal times that stand together are kept once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from formats.alike import Ints, Octets, Stretches
from formats.frames import as_text
from formats.runs import SAMPLE, are_long, run_ends

Kind = Literal["text", "number", "time"]

MINUS, ZERO, NINE = ord("-"), ord("0"), 9
MOST_DIGITS = 12
"""More have no meaning as a quantity, and are left to whoever says so."""


def cells_of(octets: Octets, begins: Ints, ends: Ints, kind: Kind) -> pa.Array:
    """These stretches of ASCII as an Arrow array: strings, or numbers (int64), or times (dictionary-encoded strings)."""
    lengths = ends - begins
    shortest, longest = int(lengths.min()), int(lengths.max())
    if kind == "number" and shortest > 0 and longest <= 1 + MOST_DIGITS:
        numbers = _numbers(octets, begins, ends)
        if numbers is not None:
            return numbers
    if not shortest or shortest < longest:
        return Stretches(octets=octets, starts=begins, ends=ends, missing=None).texts()
    return _of_one_length(octets, begins, longest, kind)


def joined_cells(parts: Sequence[Any]) -> pa.ChunkedArray:
    """The parts of a column (arrays, chunked or not) as one; as text, unless all are of the same kind."""
    every = [pa.chunked_array([part]) if isinstance(part, pa.Array) else part for part in parts]
    if len({part.type for part in every}) > 1:
        every = [as_text(part) for part in every]
    return pa.chunked_array([chunk for part in every for chunk in part.chunks], every[0].type)


def _numbers(octets: Octets, begins: Ints, ends: Ints) -> pa.Int64Array | None:
    """Numbers of 1 to 12 digits, perhaps after a minus; None if one is anything else, or has a 0 that could be left out."""
    first = octets.take(begins)
    minus = first == MINUS
    if minus.any():
        begins = begins + minus
        first = octets.take(begins)
    lengths = ends - begins
    shortest, longest = int(lengths.min()), int(lengths.max())
    if not shortest or longest > MOST_DIGITS or ((first == ZERO) & ((lengths > 1) | minus)).any():
        return None
    values = _added_up(octets, ends, lengths.astype(np.uint8), shortest, longest)
    if values is None:
        return None
    numbers = values.astype(np.int64)
    np.negative(numbers, out=numbers, where=minus)
    return pa.array(numbers)


def _added_up(
    octets: Octets, ends: Ints, lengths: npt.NDArray[np.uint8], shortest: int, longest: int
) -> npt.NDArray[np.integer[Any]] | None:
    """What the digits before these ends come to; None if one is no digit."""
    kind = _narrowest(longest)
    values, places = np.zeros(len(lengths), kind), ends.copy()
    for place in range(longest):
        places -= 1
        digits = octets.take(places, mode="clip") - np.uint8(ZERO)
        if place >= shortest:
            digits *= lengths > place
        if int(digits.max()) > NINE:
            return None
        values += np.multiply(digits, kind(10**place), dtype=kind)
    return values


def _narrowest(digits: int) -> type[np.integer[Any]]:
    """The smallest integers that hold as many digits: what is small is added up in less time."""
    return next(
        kind
        for most, kind in ((2, np.uint8), (4, np.uint16), (9, np.uint32), (18, np.int64))
        if digits <= most
    )


def _of_one_length(octets: Octets, begins: Ints, length: int, kind: Kind) -> pa.Array:
    """Texts of that many bytes; coded, if they are times and stand in runs."""
    stretches: npt.NDArray[np.void] = np.ndarray(
        (len(octets) - length + 1,), f"V{length}", buffer=octets, strides=(1,)
    )
    if kind == "time" and len(begins) >= SAMPLE and _in_runs(stretches[begins[:SAMPLE]]):
        found = stretches[begins]
        ends = run_ends(found.view(np.uint8), len(found))
        if are_long(len(ends), len(found)):
            return _coded(found, ends)
    data = pa.allocate_buffer(length * len(begins))
    np.frombuffer(data, stretches.dtype)[:] = stretches[begins]
    return _strings(data, length, len(begins))


def _in_runs(found: npt.NDArray[np.void]) -> bool:
    return are_long(len(run_ends(found.view(np.uint8), len(found))), len(found))


def _coded(found: npt.NDArray[np.void], ends: Ints) -> pa.DictionaryArray:
    """A code for each cell and the text of each run."""
    codes = np.repeat(np.arange(len(ends), dtype=np.int32), np.diff(ends, prepend=0))
    texts = _strings(pa.py_buffer(found[ends - 1]), found.itemsize, len(ends))
    return pa.DictionaryArray.from_arrays(pa.array(codes), texts, safe=False)


def _strings(data: pa.Buffer, length: int, count: int) -> pa.StringArray:
    """The bytes as that many strings of one length."""
    offsets = np.arange(0, length * count + 1, length, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), data)
