"""What may be sold from each warehouse, never more together than the cart is told in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import take, whole
from batch.reconcile.available import match
from batch.reconcile.coded import Coded
from batch.reconcile.keys import Ids, encode, positions
from formats.contract import TEXT
from formats.frames import arrow


def in_warehouses(
    told: pd.DataFrame,
    levels: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    lags: Mapping[str, int],
    feeds: Sequence[str] | None = None,
    warehouses: Sequence[str] | None = None,
    coded: Coded | None = None,
) -> dict[str, pa.Array]:
    """Warehouse → INT64 for each row of `told`, null where the SKU is not kept there; in order of their names.

    `told`: `sku` TEXT, each once, and `quantity` INT64, what the cart is told in all. The other arguments are
    those of `available`. A warehouse has its level less the orders that name it, and at least 0. What all have
    together beyond `quantity` (orders that name no warehouse, a buffer, a cap) comes off the fullest first.
    Levels without a warehouse are in no column.
    """
    matched = match(levels, orders, lags=lags, feeds=feeds, warehouses=warehouses, coded=coded)
    counts = take(levels, matched.chosen)
    names = _names(counts["warehouse"])
    row_of = np.append(_rows(matched.names, told["sku"]), -1)
    at = _Cells(rows=len(told), names=names)
    of_level = at.cells(row_of[matched.of_level[matched.chosen]], counts["warehouse"])
    of_line = at.cells(row_of[matched.of_line], matched.counted["warehouse"])
    kept = at.total(of_level, np.ones(len(counts), dtype=np.int64)) > 0
    left = np.maximum(
        at.total(of_level, whole(counts["quantity"])) - at.total(of_line, whole(matched.counted["quantity"])),
        0,
    )
    left = at_most(np.where(kept, left, 0), whole(told["quantity"]))
    return {
        name: pa.array(left[:, place], mask=~kept[:, place]) for place, name in enumerate(names.to_pylist())
    }


def at_most(quantity: Ids, total: Ids) -> Ids:
    """`quantity` (a row per SKU, a column per warehouse), with what a row has beyond its `total` taken off.

    It comes off the fullest first; of two that are as full, off the one that stands first.
    """
    excess = quantity.sum(axis=1) - total
    over = np.flatnonzero(excess > 0)
    by_fullness = np.argsort(-quantity[over], axis=1, kind="stable")
    fullest = np.take_along_axis(quantity[over], by_fullness, axis=1)
    before = np.cumsum(fullest, axis=1) - fullest
    taken = np.clip(excess[over][:, np.newaxis] - before, 0, fullest)
    result = quantity.copy()
    result[over[:, np.newaxis], by_fullness] -= taken
    return result


class _Cells:
    """A table with a row per SKU and a column per warehouse; its cells numbered row by row."""

    def __init__(self, *, rows: int, names: pa.Array) -> None:
        self._rows, self._names = rows, names

    def cells(self, rows: Ids, warehouse: pd.Series) -> Ids:
        """The number of each cell; one beyond them all for a row or warehouse that the table does not have."""
        places = (
            pc.fill_null(pc.index_in(arrow(warehouse), value_set=self._names), -1).to_numpy().astype(np.int64)
        )
        return np.where(
            (rows < 0) | (places < 0), self._rows * len(self._names), rows * len(self._names) + places
        )

    def total(self, cells: Ids, quantity: Ids) -> Ids:
        """The sum of the quantities in each cell."""
        totals: npt.NDArray[np.int64] = np.zeros(self._rows * len(self._names) + 1, dtype=np.int64)
        np.add.at(totals, cells, quantity)
        return totals[:-1].reshape(self._rows, len(self._names))


def _names(warehouse: pd.Series) -> pa.Array:
    names = arrow(warehouse).unique().drop_null()
    named = names.filter(pc.not_equal(names, ""))
    return named.take(pc.sort_indices(named))


def _rows(names: pa.Array, skus: pd.Series) -> Ids:
    """For each of the names the row that is its SKU's; -1 for none."""
    distinct, (of_name, of_sku) = encode([pd.Series(names, dtype=TEXT), skus])
    return positions(of_sku, len(distinct))[of_name]
