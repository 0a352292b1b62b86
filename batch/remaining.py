"""The rows that stay when a few go: a copy of each column, made as cheaply as its values allow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from formats.frames import columns_of, is_of_one_value, of_columns

Mask = npt.NDArray[np.bool_]

WIDEST = 64
"""Bytes of a text up to which texts of one width are copied as such."""


def remaining(table: pd.DataFrame, stays: Mask) -> pd.DataFrame:
    """The rows where the mask is true, in order. Pieces in which every row stays, and those of one value, are shared, not copied."""
    if stays.all():
        return table
    return of_columns({name: _column(column, stays) for name, column in columns_of(table).items()})


def _column(column: pa.ChunkedArray, stays: Mask) -> pa.ChunkedArray:
    pieces, start = [], 0
    for piece in column.chunks:
        pieces.append(_piece(piece, stays[start : start + len(piece)]))
        start += len(piece)
    return pa.chunked_array([piece for piece in pieces if len(piece)], column.type)


def _piece(piece: pa.Array, stays: Mask) -> pa.Array:
    if stays.all():
        return piece
    if not stays.any() or is_of_one_value(piece):
        return piece.slice(0, int(np.count_nonzero(stays)))
    kind = piece.type
    if piece.null_count == 0 and (pa.types.is_int64(kind) or pa.types.is_timestamp(kind)):
        values = np.frombuffer(piece.buffers()[1], np.int64)[piece.offset : piece.offset + len(piece)][stays]
        return _array(kind, [None, pa.py_buffer(values)], len(values))
    width = _width(piece) if kind == pa.string() and piece.null_count == 0 else 0
    if width:
        return _texts(piece, stays, width)
    return piece.filter(pa.array(stays))


def _width(texts: pa.Array) -> int:
    """The bytes that each of the texts has; 0 if they differ, or are many."""
    ends = _ends(texts)
    width = int(ends[1] - ends[0]) if len(ends) > 1 else 0
    return width if 0 < width <= WIDEST and bool((np.diff(ends) == width).all()) else 0


def _ends(texts: pa.Array) -> npt.NDArray[np.int32]:
    return np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]


def _texts(texts: pa.Array, stays: Mask, width: int) -> pa.Array:
    first = int(_ends(texts)[0])
    data = np.frombuffer(texts.buffers()[2], np.uint8)[first : first + len(texts) * width]
    kept = data.view(f"V{width}")[stays]
    ends = np.arange(0, (len(kept) + 1) * width, width, dtype=np.int32)
    return _array(texts.type, [None, pa.py_buffer(ends), pa.py_buffer(kept)], len(kept))


def _array(kind: pa.DataType, buffers: list[pa.Buffer | None], rows: int) -> pa.Array:
    return pa.Array.from_buffers(kind, rows, buffers, null_count=0)
