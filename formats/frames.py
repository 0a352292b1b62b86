"""Frames of Arrow columns: made and taken apart without a copy, and cheaply where they are small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.arrays import ArrowExtensionArray

LARGEST = 1 << 31
"""Bytes that the strings of one Arrow array cannot have together."""

PIECE = 1 << 16
"""Rows of a column of one value that are made: it has them again and again, in the memory of these alone."""


def of_columns(columns: Mapping[str, Any], rows: int | None = None) -> pd.DataFrame:
    """A frame of Arrow arrays, numbered from 0; not copied. `rows`: how many there are, where there may be no column."""
    index = None if rows is None else pd.RangeIndex(rows)
    arrays = dict(enumerate(map(ArrowExtensionArray, columns.values())))
    table = pd.DataFrame(arrays, index=index, copy=False)
    table.columns = _names(tuple(columns))
    return table


@lru_cache
def _names(columns: tuple[str, ...]) -> pd.Index:
    """Frames of the same columns share their index: making one anew, and its hash table, costs more than a small frame."""
    return pd.Index(columns, dtype=pd.StringDtype(na_value=np.nan))


def arrow(column: pd.Series) -> pa.ChunkedArray:
    """The Arrow data of a column, not copied."""
    data = pa.array(column.array)
    return data if isinstance(data, pa.ChunkedArray) else pa.chunked_array([data])


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of cells as text; numbers as they are usually written."""
    return column if column.type == pa.string() else column.cast(pa.string())


def joined(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column in one piece, if that can hold it: whoever looks at all of it need not put it together first."""
    return pa.chunked_array([in_one(column)]) if 0 < column.nbytes < LARGEST else column


def in_one(column: pa.ChunkedArray) -> pa.Array:
    """The cells as one array: a copy only of what is in several pieces, where Arrow's own call copies in any case."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def picked(column: pa.ChunkedArray, rows: npt.NDArray[np.int64]) -> pa.ChunkedArray:
    """The cells at these positions, which ascend. Arrow's own would first make one array of all chunks, for a single cell, too.

    Raises:
        IndexError: there is no such position.
    """
    if len(rows) and not 0 <= rows[0] <= rows[-1] < len(column):
        raise IndexError(f"positions {rows[0]} to {rows[-1]} of {len(column)}")
    ends = np.cumsum([0, *map(len, column.chunks)])
    cuts = np.searchsorted(rows, ends).tolist()
    found = [
        chunk.take(pa.array(rows[begin:end] - first))
        for chunk, first, begin, end in zip(column.chunks, ends.tolist(), cuts, cuts[1:], strict=False)
        if end > begin
    ]
    return pa.chunked_array(found, column.type)


def repeated(value: Any, kind: pa.DataType, rows: int) -> pa.ChunkedArray:
    """A column of one value, or of nulls, of which PIECE rows are made, however many there are."""
    return _pieces(_piece(value, kind, min(rows, PIECE)), rows)


def shared_by_piece(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same cells, in which pieces of one value share the memory of a few; what is dictionary-encoded is so no more."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    known: dict[Any, pa.Array] = {}
    pieces: list[pa.Array] = []
    for chunk in column.chunks:
        if not len(chunk) or not is_of_one_value(chunk.indices if kind != column.type else chunk):
            pieces.append(chunk.cast(kind))
            continue
        value = chunk.slice(0, 1).cast(kind)[
            0
        ]  # as it is: an instant may be damaged, and be none of Python's
        if value not in known:
            known[value] = _piece(value, kind, min(len(column), PIECE))
        pieces += _pieces(known[value], len(chunk)).chunks
    return pa.chunked_array(pieces, kind)


def once_each(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The pieces of a column, of those in the same memory one: for who asks what cells there are, and not how often or where.

    Not of a column that is dictionary-encoded.
    """
    pieces = {(*_memory_of(chunk), chunk.offset, len(chunk)): chunk for chunk in column.chunks}
    return pa.chunked_array(list(pieces.values()), column.type)


def is_of_one_value(piece: pa.Array) -> bool:
    """Whether a piece of a column has the same in every cell, or nothing in all of them."""
    if not len(piece) or piece.null_count:
        return bool(len(piece) == piece.null_count)
    return bool(piece[0] == piece[-1]) and bool(pc.all(pc.equal(piece, piece[0])).as_py())


def _pieces(piece: pa.Array, rows: int) -> pa.ChunkedArray:
    """A piece again and again, its last one cut off at that many rows."""
    whole, rest = divmod(rows, max(len(piece), 1))
    return pa.chunked_array([piece] * whole + [piece.slice(0, rest)] * bool(rest), piece.type)


def _piece(value: Any, kind: pa.DataType, rows: int) -> pa.Array:
    """By numpy, which is quick at it, where it has the type."""
    one = value if isinstance(value, pa.Scalar) else pa.scalar(value, type=kind)
    if one.is_valid and (kind == pa.int64() or pa.types.is_timestamp(kind)):
        return pa.array(np.full(rows, one.cast(pa.int64()).as_py())).view(kind)
    if one.is_valid and kind == pa.string():
        octets = one.as_py().encode()
        if 0 < len(octets) * rows < LARGEST:
            ends = np.arange(0, len(octets) * rows + 1, len(octets), dtype=np.int32)
            return pa.StringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(octets * rows))
    return pa.repeat(one, rows)


def held(parts: Iterable[Any]) -> int:
    """The bytes that columns (Arrow) and arrays (numpy) hold in memory: all of what they are parts of, once if several share it."""
    return sum(dict(sorted(each for part in parts for each in _memory_of(part))).values())


def _memory_of(part: Any) -> Iterator[tuple[int, int]]:
    """Address and size of each buffer behind a column or an array."""
    if isinstance(part, np.ndarray):
        while isinstance(part.base, np.ndarray):
            part = part.base
        yield part.__array_interface__["data"][0], part.nbytes
        return
    for chunk in part.chunks if isinstance(part, pa.ChunkedArray) else [part]:
        yield from ((buffer.address, buffer.size) for buffer in chunk.buffers() if buffer)


def columns_of(table: pd.DataFrame) -> dict[str, pa.ChunkedArray]:
    """The Arrow data of each column, not copied."""
    return {str(name): arrow(column) for name, column in table.items()}


def only(table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """A frame with these columns alone, not copied."""
    return of_columns({name: arrow(table[name]) for name in columns})
