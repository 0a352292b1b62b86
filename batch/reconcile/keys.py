"""Matching rows of frames on keys: text is coded once, everything after is arithmetic on numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from batch.reconcile import ascending, hashed
from formats.frames import arrow

Ids = npt.NDArray[np.int64]

WORTH_A_LOOK = 1 << 12
"""Columns of fewer rows, and those that begin with so many of a few texts, have Arrow's hash table at once."""

FEW_TEXTS = 1 << 8

FEW = 8
"""What has so many times fewer rows than something else is looked up in that, instead of that in it."""

_ROOM = 1 << 22
"""A table of this many keys is made without asking; beyond it, keys are packed first."""


def encode(columns: Sequence[pd.Series]) -> tuple[pa.Array, list[Ids]]:
    """Codes of one text column in several frames: equal text, equal code; a null is a value like any other.

    Returns: the distinct texts, which their codes are the positions in; and per column a code for each row.
    """
    texts = [arrow(column) for column in columns]
    longest = max(texts, key=len)
    is_worth_it = len(longest) >= WORTH_A_LOOK and not _recurs(longest)
    if is_worth_it and (coded := ascending.code(texts) or hashed.code(texts)):
        return coded
    together = pa.chunked_array([chunk for column in texts for chunk in column.chunks], pa.string())
    found = together.dictionary_encode(null_encoding="encode")
    codes = np.concatenate([np.empty(0, np.int64), *(chunk.indices.to_numpy() for chunk in found.chunks)])
    distinct = found.chunk(0).dictionary if found.num_chunks else pa.array([], pa.string())
    return distinct, _split(codes, columns)


def _recurs(column: pa.ChunkedArray) -> bool:
    """Whether a column has a few texts again and again, as far as its beginning shows."""
    return len(column.slice(0, WORTH_A_LOOK).unique()) <= FEW_TEXTS


def number_keys(frames: Sequence[pd.DataFrame], names: Sequence[str]) -> tuple[list[Ids], int]:
    """Numbers the distinct keys (tuples of the text columns `names`) over all `frames`.

    Returns: per frame an id for each row, equal where the key is equal, and a bound that every id is below.
    """
    ids, bound = pack(_joined(encode([part[name] for part in frames])[1]) for name in names)
    return _split(ids, frames), bound


def pack(columns: Iterable[Ids]) -> tuple[Ids, int]:
    """Numbers the distinct tuples of codes: an id for each row, and a bound that every id is below."""
    left = iter(columns)
    ids = next(left)
    bound = int(ids.max(initial=0)) + 1
    for codes in left:
        size = int(codes.max(initial=0)) + 1
        ids, bound = ids * size, bound * size
        ids += codes
        if bound > max(_ROOM, 4 * len(ids)):
            distinct, ids = np.unique(ids, return_inverse=True)
            bound = len(distinct)
    return ids, bound


def _joined(parts: Sequence[Ids]) -> Ids:
    """One after the other; if only one of them has rows, that one as it is."""
    filled = [part for part in parts if len(part)]
    return filled[0] if len(filled) == 1 else np.concatenate(parts)


def _split(values: Ids, like: Sequence[Sized]) -> list[Ids]:
    return list(np.split(values, np.cumsum([len(part) for part in like])[:-1]))


def last_of_each(ids: Ids, bound: int) -> Ids:
    """Positions of the last row of each key, in ascending order."""
    return np.flatnonzero(positions(ids, bound)[ids] == np.arange(len(ids)))


def positions(ids: Ids, bound: int) -> Ids:
    """For each key the position of the last row that has it, -1 where none has."""
    where = np.full(bound, -1, dtype=np.int64)
    where[ids] = np.arange(len(ids))
    return where
