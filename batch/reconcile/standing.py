"""Which stored level each row of a file is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.reconcile.keys import FEW, Ids, number_keys, pack, positions
from batch.reconcile.recognise import SAMPLE, Recognised
from formats.frames import arrow, in_one

PLACE = ("sku", "warehouse")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The rows of a file beside the levels of its feed.

    `stated`: for each row an id, equal where SKU and warehouse are; `where`: the position of the level that it is about, -1
    for none; `left_out`: the positions, ascending, of the levels that no row is about.
    """

    stated: Ids
    where: Ids
    left_out: Ids


def stand(
    known: pd.DataFrame, statements: pd.DataFrame, recognised: Recognised | None, mine: Ids
) -> Standing:
    """`known`: the feed's levels, one of each SKU and warehouse, `mine` their positions among all; `statements`: the file.

    `recognised`: its SKUs among the levels', if they have been; what comes in the order of the levels is not matched at all.
    """
    if recognised is None:
        (stored, stated), bound = number_keys([known, statements], PLACE)
        return _by_ids(stored, stated, bound)
    rows, skus, of_known = len(statements), recognised.codes, recognised.before(mine)
    there, here = arrow(known["warehouse"]), arrow(statements["warehouse"])
    if np.array_equal(of_known[:rows], skus) and there.slice(0, rows).equals(here):
        in_order = np.arange(rows)
        return Standing(stated=in_order, where=in_order, left_out=np.arange(rows, len(known)))
    ids, bound = pack([np.concatenate([of_known, skus]), _few_texts([there, here])])
    return _by_ids(ids[: len(known)], ids[len(known) :], bound)


def _by_ids(stored: Ids, stated: Ids, bound: int) -> Standing:
    is_stated = np.zeros(bound, dtype=bool)
    is_stated[stated] = True
    return Standing(
        stated=stated,
        where=positions(stored, bound)[stated],
        left_out=np.flatnonzero(~is_stated[stored]),
    )


def _few_texts(columns: Sequence[pa.ChunkedArray]) -> Ids:
    """Codes, one column after the other, of columns that have few texts: often each for many rows in a row."""
    texts = [in_one(column) for column in columns]
    if all(_is_in_runs(each.slice(0, SAMPLE)) for each in texts):
        runs = [pc.run_end_encode(each) for each in texts]
        coded = pa.chunked_array([each.values for each in runs], pa.string()).dictionary_encode()
        rows = [np.diff(each.run_ends.to_numpy(), prepend=0) for each in runs]
        return np.repeat(_indices(coded), np.concatenate(rows))
    return _indices(pa.chunked_array(texts, pa.string()).dictionary_encode())


def _is_in_runs(sample: pa.Array) -> bool:
    return len(pc.run_end_encode(sample).values) * FEW <= len(sample)


def _indices(coded: pa.ChunkedArray) -> Ids:
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([none, *(chunk.indices.to_numpy() for chunk in coded.chunks)])
