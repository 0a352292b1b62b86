"""Which stored level each row of a file is about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.reconcile.keys import Ids, encode, number_keys, pack, positions
from batch.reconcile.recognise import Recognised
from formats.frames import arrow

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
        return Standing(stated=np.arange(rows), where=np.arange(rows), left_out=np.arange(rows, len(known)))
    _, warehouses = encode([known["warehouse"], statements["warehouse"]])
    ids, bound = pack([np.concatenate([of_known, skus]), np.concatenate(warehouses)])
    return _by_ids(ids[: len(known)], ids[len(known) :], bound)


def _by_ids(stored: Ids, stated: Ids, bound: int) -> Standing:
    is_stated = np.zeros(bound, dtype=bool)
    is_stated[stated] = True
    return Standing(
        stated=stated,
        where=positions(stored, bound)[stated],
        left_out=np.flatnonzero(~is_stated[stored]),
    )
