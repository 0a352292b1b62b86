"""What may be sold from each warehouse, never more together than the cart is told in all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import whole
from batch.reconcile.available import Matched
from batch.reconcile.coded import index_of
from batch.reconcile.keys import Ids, encode, positions
from batch.reconcile.stretches import stretches_of
from formats.contract import TEXT
from formats.frames import arrow, in_one


def in_warehouses(told: pd.DataFrame, levels: pd.DataFrame, matched: Matched) -> dict[str, pa.Array]:
    """Warehouse → INT64 for each row of `told`, null where the SKU is not kept there; in order of their names.

    `told`: `sku` TEXT, each once, and `quantity` INT64, what the cart is told in all. `levels`: LEVELS; `matched`: which
    of them count, and which order lines. A warehouse has its level less the orders that name it, and at least 0. What
    all have together beyond `quantity` (orders that name no warehouse, a buffer, a cap) comes off the fullest first.
    Levels without a warehouse are in no column.
    """
    row_of = _rows(matched.names, told["sku"])
    quantity, warehouse = whole(levels["quantity"]), arrow(levels["warehouse"])
    of_level = matched.of_level
    if not matched.chosen.all():
        of_level, quantity = of_level[matched.chosen], quantity[matched.chosen]
        warehouse = warehouse.filter(pa.array(matched.chosen))
    names, kept, left = _levels(warehouse, of_level, quantity, row_of, len(told))
    if matched.counted["warehouse"].notna().any():
        named, at = arrow(matched.counted["warehouse"]), _Cells(rows=len(told), count=len(names))
        lines = at.cells(matched.of_line, row_of, index_of(named, names))
        left -= at.total(lines, whole(matched.counted["quantity"]))
    np.maximum(left, 0, out=left)
    everywhere = np.asarray(kept.all(axis=0), dtype=np.bool_)
    if not everywhere.all():
        left[~kept] = 0
    _cut(left, whole(told["quantity"]))
    return {
        name: pa.array(left[:, place], mask=None if everywhere[place] else ~kept[:, place])
        for place, name in enumerate(names.to_pylist())
    }


def at_most(quantity: Ids, total: Ids) -> Ids:
    """`quantity` (a row per SKU, a column per warehouse), with what a row has beyond its `total` taken off.

    It comes off the fullest first; of two that are as full, off the one that stands first. Where the fullest has enough
    of it, the others need not be looked at.
    """
    result = quantity.copy(order="K")
    _cut(result, total)
    return result


def _cut(quantity: Ids, total: Ids) -> None:
    """`at_most`, done to `quantity` itself."""
    excess = quantity.sum(axis=1) - total
    over = np.flatnonzero(excess > 0)
    if not len(over):
        return
    fullest, most = _fullest(quantity.T.take(over, axis=1))
    excess = excess[over]
    quantity[over, fullest] -= np.minimum(excess, most)
    short = excess > most
    if short.any():
        over, excess = over[short], (excess - most)[short]
        quantity[over] -= _in_turn(quantity[over], excess)


def _fullest(columns: Ids) -> tuple[Ids, Ids]:
    """For each SKU the first of its fullest warehouses, and what that has; a row of `columns` per warehouse."""
    fullest, most = np.zeros(columns.shape[1], dtype=np.int64), columns[0].copy()
    for place, quantity in enumerate(columns[1:], start=1):
        fullest[quantity > most] = place
        np.maximum(most, quantity, out=most)
    return fullest, most


def _in_turn(quantity: Ids, excess: Ids) -> Ids:
    """What of the excess comes off each, the fullest first."""
    by_fullness = np.argsort(-quantity, axis=1, kind="stable")
    ordered = np.take_along_axis(quantity, by_fullness, axis=1)
    before = np.cumsum(ordered, axis=1) - ordered
    taken = np.empty_like(ordered)
    np.put_along_axis(taken, by_fullness, np.clip(excess[:, np.newaxis] - before, 0, ordered), axis=1)
    return taken


def _levels(
    warehouse: pa.ChunkedArray, of_level: Ids, quantity: Ids, row_of: Ids | None, rows: int
) -> tuple[pa.Array, npt.NDArray[np.bool_], Ids]:
    """The names of warehouses in order; a row per SKU, a column for each: whether it has a level, and how much in all."""
    stretches = stretches_of(warehouse)
    if stretches is None:
        names, places = _named(warehouse)
        at = _Cells(rows=rows, count=len(names))
        cells = at.cells(of_level, row_of, places)
        return names, at.any(cells), at.total(cells, quantity)
    named = sorted({text for text, _ in stretches if text}, key=str.encode)
    kept = np.zeros((len(named), rows), dtype=np.bool_)
    totals = np.zeros((len(named), rows), dtype=np.int64)
    for text, stretch in stretches:
        if text:
            place = named.index(text)
            codes = of_level[stretch]
            _add(kept[place], totals[place], codes if row_of is None else row_of[codes], quantity[stretch])
    return pa.array(named, pa.string()), kept.T, totals.T


def _add(kept: npt.NDArray[np.bool_], totals: Ids, rows: Ids, quantity: Ids) -> None:
    """Adds quantities to their rows of one warehouse; a row of -1 is none."""
    known = rows >= 0
    if not known.all():
        rows, quantity = rows[known], quantity[known]
    if not len(rows):
        return
    steps = np.diff(rows)
    if (steps == 1).all():
        here = slice(int(rows[0]), int(rows[-1]) + 1)
        kept[here] = True
        totals[here] += quantity
        return
    kept[rows] = True
    if (steps > 0).all():
        totals[rows] += quantity
    else:
        np.add.at(totals, rows, quantity)


class _Cells:
    """A table with a row per SKU and a column per warehouse; its cells numbered column by column."""

    def __init__(self, *, rows: int, count: int) -> None:
        self._rows, self._count = rows, count

    def cells(self, codes: Ids, row_of: Ids | None, places: Ids) -> Ids:
        """The number of each cell; one beyond them all for a row or warehouse that the table does not have.

        `row_of`: code → row, -1 for none; None: each is its own.
        """
        rows = codes if row_of is None else row_of[codes]
        cells = places * self._rows + rows
        cells[(rows < 0) | (places < 0)] = self._rows * self._count
        return cells

    def any(self, cells: Ids) -> npt.NDArray[np.bool_]:
        """Whether there is anything in each cell."""
        found = np.zeros(self._rows * self._count + 1, dtype=np.bool_)
        found[cells] = True
        return found[:-1].reshape(self._count, self._rows).T

    def total(self, cells: Ids, quantity: Ids) -> Ids:
        """The sum of the quantities in each cell."""
        totals = np.zeros(self._rows * self._count + 1, dtype=np.int64)
        np.add.at(totals, cells, quantity)
        return totals[:-1].reshape(self._count, self._rows).T


def _named(warehouse: pa.ChunkedArray) -> tuple[pa.Array, Ids]:
    """The names of warehouses in order, and for each row which it is; -1 for none."""
    coded = in_one(warehouse).dictionary_encode()
    names = coded.dictionary.filter(pc.not_equal(coded.dictionary, ""))
    names = names.take(pc.sort_indices(names))
    place_of = np.append(index_of(coded.dictionary, names), -1)
    return names, place_of[coded.indices.fill_null(len(coded.dictionary)).to_numpy()]


def _rows(names: pa.Array, skus: pd.Series) -> Ids | None:
    """For each of the names the row that is its SKU's; -1 for none. None where they are the same."""
    if arrow(skus).equals(pa.chunked_array([names])):
        return None
    distinct, (of_name, of_sku) = encode([pd.Series(names, dtype=TEXT), skus])
    return positions(of_sku, len(distinct))[of_name]
