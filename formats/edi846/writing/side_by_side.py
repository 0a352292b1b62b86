"""Columns of text side by side as one: what stands in every line, or recurs in many, is made once and picked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = "str | pa.StringArray | pa.DictionaryArray"
"""The same text for every line, or a text for each; texts that recur may be given as a dictionary and codes."""

WORTH_PICKING = 64
"""Lines from which on it is."""
RECURRING = 8
"""Constants are put around each text of a dictionary if on average it recurs so often."""
SIZES = (1 << 10, 1 << 12, 1 << 14, 1 << 16)
"""Numbers below one of these are codes of a dictionary of so many."""


def in_digits(numbers: pa.Int64Array) -> pa.StringArray | pa.DictionaryArray:
    """Whole numbers as text; null stays null."""
    least, most = pc.min_max(numbers).values()
    if len(numbers) < WORTH_PICKING or not least.is_valid or least.as_py() < 0:
        return numbers.cast(pa.string())
    size = next((size for size in SIZES if most.as_py() < size), None)
    if size is None:
        return numbers.cast(pa.string())
    return pa.DictionaryArray.from_arrays(numbers, _digits(size), safe=False)


@cache
def _digits(size: int) -> pa.StringArray:
    return pa.array(np.arange(size)).cast(pa.string())


def plain(column: pa.StringArray | pa.DictionaryArray) -> pa.StringArray:
    """A text for each line."""
    return column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column


def same(text: str, rows: int) -> pa.DictionaryArray:
    """The text in every line."""
    return pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pa.array([text]), safe=False)


def together(parts: Sequence[pa.StringArray | pa.DictionaryArray]) -> pa.ChunkedArray:
    """Parts one after the other: dictionaries if all are, else text."""
    if all(isinstance(part, pa.DictionaryArray) for part in parts):
        return pa.chunked_array(parts)
    return pa.chunked_array(map(plain, parts), pa.string())


def where(mask: pa.BooleanArray, text: str) -> pa.DictionaryArray:
    """The text where the mask, which has no nulls, is true; "" elsewhere."""
    return pa.DictionaryArray.from_arrays(mask.cast(pa.int32()), pa.array(["", text]), safe=False)


def enclosed(before: str, column: pa.StringArray | pa.DictionaryArray, after: str) -> Column:
    """Each text with these around it; "" where it is null."""
    if isinstance(column, pa.StringArray):
        return pc.binary_join_element_wise(before, column, after, "").fill_null("")
    texts = _within(before, column.dictionary, after)
    if not column.null_count:
        return pa.DictionaryArray.from_arrays(column.indices, texts, safe=False)
    codes = column.indices.fill_null(len(texts))
    return pa.DictionaryArray.from_arrays(codes, pa.concat_arrays([texts, pa.array([""])]), safe=False)


def _within(before: str, texts: pa.StringArray, after: str) -> pa.StringArray:
    """Each text with these around it; numbers have the same around them in stretch after stretch."""
    if len(texts) in SIZES and texts.equals(_digits(len(texts))):
        return _digits_within(before, len(texts), after)
    return pc.binary_join_element_wise(before, texts, after, "")


@lru_cache(maxsize=32)
def _digits_within(before: str, size: int, after: str) -> pa.StringArray:
    return pc.binary_join_element_wise(before, _digits(size), after, "")


def joined(columns: Sequence[Column]) -> str | pa.StringArray:
    """Columns side by side: null where one of them is."""
    pieces = _merged(columns)
    rows = next((len(piece) for piece in pieces if not isinstance(piece, str)), None)
    if rows is None:
        return "".join(map(str, pieces))
    if rows < WORTH_PICKING or any(piece.null_count for piece in pieces if not isinstance(piece, str)):
        texts = [piece if isinstance(piece, str) else plain(piece) for piece in pieces]
        return pc.binary_join_element_wise(*texts, "")
    return _picked(_drawn_in(pieces, rows), rows)


def _merged(columns: Sequence[Column]) -> list[Any]:
    """With constants that follow one another as one, and without empty ones."""
    merged: list[Any] = []
    for column in columns:
        if isinstance(column, str) and merged and isinstance(merged[-1], str):
            merged[-1] += column
        elif not (isinstance(column, str) and not column):
            merged.append(column)
    return merged


def _drawn_in(pieces: Sequence[Any], rows: int) -> list[Any]:
    """With the constants beside small dictionaries as part of their texts."""
    drawn: list[Any] = []
    left = list(reversed(pieces))
    while left:
        piece = left.pop()
        if _is_small(piece, rows):
            before = drawn.pop() if drawn and isinstance(drawn[-1], str) else ""
            after = left.pop() if left and isinstance(left[-1], str) else ""
            piece = enclosed(before, piece, after)
        drawn.append(piece)
    return drawn


def _is_small(piece: Any, rows: int) -> bool:
    return isinstance(piece, pa.DictionaryArray) and RECURRING * len(piece.dictionary) <= rows


def _picked(pieces: Sequence[Any], rows: int) -> pa.StringArray:
    """All texts that there are in one column, and from it those of each line in turn, which then lie side by side."""
    texts: list[pa.StringArray] = []
    picks = np.empty((rows, len(pieces)), np.int32)
    start = 0
    for place, piece in enumerate(pieces):
        own, codes = _coded(piece, rows)
        np.add(codes, start, out=picks[:, place], casting="unsafe")
        texts.append(own)
        start += len(own)
    taken = pc.take(pa.concat_arrays(texts), pa.array(picks.reshape(-1)), boundscheck=False)
    _, offsets, content = taken.buffers()
    edges = np.frombuffer(offsets, np.int32)[: len(taken) + 1 : len(pieces)].copy()
    return pa.StringArray.from_buffers(rows, pa.py_buffer(edges), content)


def _coded(piece: Any, rows: int) -> tuple[pa.StringArray, Any]:
    """The texts of a piece, and which of them each line has."""
    if isinstance(piece, str):
        return pa.array([piece]), 0
    if isinstance(piece, pa.DictionaryArray):
        return piece.dictionary, piece.indices.to_numpy()
    return piece, np.arange(rows)
