"""Columns of text to columns of values, as a whole; what cannot be converted is named by position and reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from formats.frames import as_text, joined

LARGEST = 999_999_999_999
"""Far above any stock, and low enough that a sum over millions of rows stays exact."""

MOST_DIGITS = len(str(LARGEST))

_NUMBER = re.compile(r"(-?)0*([0-9]+)(?:\.([0-9]+))?")
_CONTROL = r"[\x00-\x1f\x7f]"

T = TypeVar("T")
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Rows (ascending positions) whose cell cannot be used, and why, a reason for each."""

    rows: npt.NDArray[np.int64]
    reasons: list[str]


@dataclass(frozen=True, kw_only=True)
class Converted:
    """`values`: an Arrow array; what it holds at the rows of `faults` means nothing."""

    values: Any
    faults: Faults


NO_FAULTS = Faults(rows=np.empty(0, np.int64), reasons=[])


def mask(array: Any) -> Mask:
    """An Arrow boolean array as numpy, null as False."""
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=bool)


def identifiers(text: pa.ChunkedArray) -> Converted:
    """Text that must name something: not blank, no control characters. Kept as it is, blanks around it too."""
    names = joined(_filled(text))
    if all_printable(names):
        return Converted(values=names, faults=NO_FAULTS)
    blank = mask(pc.equal(pc.binary_length(trimmed(text)), 0))
    control = mask(pc.match_substring_regex(names, _CONTROL))
    rows = np.flatnonzero(blank | control)
    reasons = ["blank" if blank[row] else "contains a control character" for row in rows]
    return Converted(values=names, faults=Faults(rows=rows, reasons=reasons))


def trimmed(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text without the blanks around it, null as "": for words of a few kinds, such as a warehouse or a status."""
    filled = _filled(text)
    return filled if all_printable(filled) else pc.utf8_trim_whitespace(filled)


def lowered(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text in lower case."""
    return pc.ascii_lower(text) if _all_bytes(text, 0x00, 0x7F) else pc.utf8_lower(text)


def _filled(text: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(text, "") if text.null_count else text


def all_printable(text: pa.ChunkedArray) -> bool:
    """Whether every cell is one or more of ASCII's visible characters, which most columns are: one look at the bytes."""
    return _all_bytes(text, 0x21, 0x7E) and not any(map(_has_empty, text.chunks))


def all_plain_numbers(text: pa.ChunkedArray) -> bool:
    """Whether every cell is 1 to 12 of the digits 0 to 9: a number that needs no look at its text."""
    if text.null_count or not _all_bytes(text, ord("0"), ord("9")):
        return False
    shortest, longest = _shortest_and_longest(text)
    return shortest > 0 and longest <= MOST_DIGITS


def _all_bytes(text: pa.ChunkedArray, lowest: int, highest: int) -> bool:
    """Whether all bytes of the cells are within these two."""
    for chunk in text.chunks:
        data = chunk.buffers()[2]
        if data is None or not len(chunk):
            continue
        ends = _offsets(chunk)
        cells = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
        if len(cells) and not (cells.min() >= lowest and cells.max() <= highest):
            return False
    return True


def _has_empty(text: pa.StringArray) -> bool:
    """Whether a cell, or a null, has no bytes."""
    ends = _offsets(text)
    return bool((ends[1:] == ends[:-1]).any())


def _shortest_and_longest(text: pa.ChunkedArray) -> tuple[int, int]:
    """The fewest and the most bytes of a cell, of a null 0; 1 and 1 where there are no cells."""
    lengths = [np.diff(_offsets(chunk)) for chunk in text.chunks if len(chunk)]
    shortest = min((int(each.min()) for each in lengths), default=1)
    return shortest, max((int(each.max()) for each in lengths), default=1)


def _offsets(text: pa.StringArray) -> npt.NDArray[np.int32]:
    """Where the cells begin among the bytes of the array, and where the last one ends."""
    return np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]


Fractions = Literal["reject", "floor", "ceil"]


def whole_numbers(cells: pa.ChunkedArray, fractions: Fractions) -> Converted:
    """Whole numbers as int64: `12`, `-3`, `12.0`; with `floor` (`ceil`) also `12.5`, rounded down (up).

    Blanks around a number are allowed. Never a blank as 0, no exponents, signs other than `-`, or separators.
    """
    if _all_numbers(cells):
        return Converted(values=cells, faults=NO_FAULTS)
    text = as_text(cells)
    if all_plain_numbers(text):
        return Converted(values=text.cast(pa.int64()), faults=NO_FAULTS)
    values, faults, start = [], [], 0
    for chunk in text.chunks:
        piece = _numbers_of(pa.chunked_array([chunk]), fractions)
        values += piece.values.chunks
        faults += [
            (start + row, why) for row, why in zip(piece.faults.rows, piece.faults.reasons, strict=True)
        ]
        start += len(chunk)
    return Converted(values=pa.chunked_array(values, pa.int64()), faults=faults_of(faults))


def _numbers_of(text: pa.ChunkedArray, fractions: Fractions) -> Converted:
    """The numbers of one piece, of which odd cells are looked at one by one, each distinct text once."""
    if all_plain_numbers(text):
        return Converted(values=text.cast(pa.int64()), faults=NO_FAULTS)
    plain = mask(pc.and_(pc.ascii_is_decimal(text), pc.less_equal(pc.binary_length(text), MOST_DIGITS)))
    odd = np.flatnonzero(~plain)
    odd_text = text.take(pa.array(odd)).combine_chunks()
    numbers, faults = each_distinct(odd_text, lambda value: _whole_number(value, fractions), 0)
    values = np.array(pc.if_else(pa.array(plain), text, "0").cast(pa.int64()).to_numpy(), dtype=np.int64)
    values[odd] = numbers.to_numpy()
    return Converted(
        values=pa.chunked_array([values]), faults=Faults(rows=odd[faults.rows], reasons=faults.reasons)
    )


def _all_numbers(cells: pa.ChunkedArray) -> bool:
    """Whether the cells are numbers already, and all of them can be meant."""
    if cells.type != pa.int64() or cells.null_count:
        return False
    found = pc.min_max(cells)
    return not len(cells) or -LARGEST <= found["min"].as_py() <= found["max"].as_py() <= LARGEST


def _whole_number(text: str | None, fractions: Fractions) -> int | str:
    """The number, or why there is none."""
    if text is None or not text.strip():
        return "blank; a blank is not 0"
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return "not a whole number"
    sign, digits, decimals = match.groups()
    if len(digits) > len(str(LARGEST)):
        return f"larger than {LARGEST}"
    number = int(sign + digits)
    if not (decimals or "").strip("0"):
        return number
    if fractions == "reject":
        return 'not a whole number; fractions = "floor" lets an inventory feed round it down'
    return number + _step(sign, fractions)


def _step(sign: str, fractions: Fractions) -> int:
    """From a number cut off at its decimal point to the whole number below (floor) or above it (ceil)."""
    if fractions == "floor":
        return -1 if sign else 0
    return 0 if sign else 1


def each_distinct(text: pa.Array, convert: Callable[[str | None], T | str], filler: T) -> tuple[Any, Faults]:
    """Converts every distinct text once; a `str` that comes back is the reason why there is no value."""
    coded = text.dictionary_encode(null_encoding="encode")
    results = [convert(value) for value in coded.dictionary.to_pylist()]
    usable = pa.array([filler if isinstance(result, str) else result for result in results])
    unusable = pa.array([isinstance(result, str) for result in results], pa.bool_())
    rows = np.flatnonzero(unusable.take(coded.indices).to_numpy(zero_copy_only=False))
    reasons = [str(results[code]) for code in coded.indices.take(pa.array(rows)).to_pylist()]
    return usable.take(coded.indices), Faults(rows=rows, reasons=reasons)


def faults_of(pairs: list[tuple[Any, str]]) -> Faults:
    """Rows, ascending, and why each of them cannot be used."""
    return Faults(rows=np.array([row for row, _ in pairs], dtype=np.int64), reasons=[why for _, why in pairs])
