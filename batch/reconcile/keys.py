"""Matching rows of frames on keys: text is hashed once into codes, everything after is arithmetic on numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from batch.model import arrow

Ids = npt.NDArray[np.int64]

_ROOM = 1 << 22
"""A table of this many keys is made without asking; beyond it, keys are packed first."""


def encode(columns: Sequence[pd.Series]) -> list[Ids]:
    """Codes of one text column in several frames: equal text, equal code; a null is a value like any other."""
    together = pa.chunked_array([chunk for column in columns for chunk in arrow(column).chunks], pa.string())
    coded = together.dictionary_encode(null_encoding="encode")
    codes = np.concatenate([np.empty(0, np.int64), *(chunk.indices.to_numpy() for chunk in coded.chunks)])
    return list(np.split(codes, np.cumsum([len(column) for column in columns])[:-1]))


def number_keys(frames: Sequence[pd.DataFrame], names: Sequence[str]) -> tuple[list[Ids], int]:
    """Numbers the distinct keys (tuples of the text columns `names`) over all `frames`.

    Returns: per frame an id for each row, equal where the key is equal, and a bound that every id is below.
    """
    lengths = [len(part) for part in frames]
    ids = np.zeros(sum(lengths), dtype=np.int64)
    bound = 1
    for name in names:
        codes = np.concatenate(encode([part[name] for part in frames]))
        size = int(codes.max(initial=-1)) + 1
        ids, bound = ids * size + codes, bound * size
        if bound > max(_ROOM, 4 * len(ids)):
            distinct, ids = np.unique(ids, return_inverse=True)
            bound = len(distinct)
    return list(np.split(ids, np.cumsum(lengths)[:-1])), max(bound, 1)


def last_of_each(ids: Ids, bound: int) -> Ids:
    """Positions of the last row of each key, in ascending order."""
    last = positions(ids, bound)
    return np.sort(last[last >= 0])


def positions(ids: Ids, bound: int) -> Ids:
    """For each key the position of the last row that has it, -1 where none has."""
    where = np.full(bound, -1, dtype=np.int64)
    where[ids] = np.arange(len(ids))
    return where
