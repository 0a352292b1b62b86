"""Available = the levels of all warehouses, less the orders that the warehouse has not taken off yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import AVAILABLE, frame, take, whole
from batch.reconcile.ascending import is_ascending
from batch.reconcile.coded import Coded, code
from batch.reconcile.keys import Ids
from batch.reconcile.orders import NEVER, Verdict, judge, touched_skus
from formats.frames import arrow, columns_of, only

Mask = npt.NDArray[np.bool_]


def available(
    levels: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    lags: Mapping[str, int],
    feeds: Sequence[str] | None = None,
    warehouses: Sequence[str] | None = None,
    attributes: Sequence[str] = (),
    touched_since: int | None = None,
    coded: Coded | None = None,
    matched: Matched | None = None,
) -> pd.DataFrame:
    """Every SKU of a merchant with what may be promised of it, before a cart's rules.

    `levels`: LEVELS, `orders`: ORDER_LINES, `lags`: order feed → `order_lag` in microseconds.
    `feeds`: only their levels count; a feed that is configured no more has nothing to promise.
    `warehouses`: only their levels count, and of the order lines those that name one of them or none.
    `touched_since`: fill in `touched` for the order lines that changed after this intake.
    `coded`, `matched`: what `code` and `match` make of these levels and order lines, if that is known already.
    Returns AVAILABLE plus a TEXT column per attribute: the value of the level with the latest as-of that has one.
    """
    matched = matched or match(levels, orders, lags=lags, feeds=feeds, warehouses=warehouses, coded=coded)
    names, of_level, of_line, chosen = matched.names, matched.of_level, matched.of_line, matched.chosen
    size = len(names)
    level = _total(_where(chosen, of_level), _where(chosen, whole(levels["quantity"])), size)
    ordered = _total(of_line, whole(matched.counted["quantity"]), size)
    columns = {
        "sku": names,
        "level": pa.array(level),
        "ordered": pa.array(ordered),
        "available": pa.array(level - ordered),
        "as_of": pa.array(_earliest(of_level, whole(levels["as_of"]), chosen, size)),
        "reported": pa.array(_latest(of_level, whole(levels["seq"]), size)),
        "touched": pa.array(_touched(orders, names, touched_since)),
        **{name: latest_attribute(levels, of_level, name, size) for name in attributes},
    }
    if not is_ascending(names):
        order = pc.sort_indices(names)
        columns = {name: column.take(order) for name, column in columns.items()}
    return frame(AVAILABLE, columns)


COUNTING = ("feed", "warehouse", "quantity", "ordered_at", "cancelled")
"""What of an order line decides whether it counts, and how much."""
COUNTED = ("warehouse", "quantity")
"""What is left to know of one that does."""


@dataclass(frozen=True, kw_only=True)
class Matched:
    """Levels and the order lines that count, by SKU code.

    `names`: code → SKU. `of_level`: the code of every level; `chosen`: the levels that count. `counted`:
    the lines that count, their COUNTED alone; `of_line`: their codes.
    """

    names: pa.Array
    of_level: Ids
    chosen: Mask
    counted: pd.DataFrame
    of_line: Ids

    @property
    def parts(self) -> tuple[Any, ...]:
        """All that it takes memory for."""
        return (self.names, self.of_level, self.chosen, *columns_of(self.counted).values(), self.of_line)


def match(
    levels: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    lags: Mapping[str, int],
    feeds: Sequence[str] | None,
    warehouses: Sequence[str] | None,
    coded: Coded | None = None,
) -> Matched:
    """Finds the levels and order lines that count; the arguments are those of `available`."""
    coded = coded or code(levels, orders, lags=lags)
    chosen = _chosen(levels["warehouse"], warehouses) & _chosen(levels["feed"], feeds)
    counted, of_line = only(orders, COUNTED), np.empty(0, dtype=np.int64)
    if len(orders):
        is_known = coded.of_line >= 0  # what the warehouse does not know counts nowhere
        # a mask: positions would have a column of several chunks put together first
        known = np.zeros(len(orders), dtype=bool)
        known[coded.lines[is_known]] = True
        lines, of_line = take(only(orders, COUNTING), known), coded.of_line[is_known]
        verdicts = judge(take(levels, chosen), lines, lags, (_where(chosen, coded.of_level), of_line))
        counts = (verdicts == Verdict.COUNTED) & _chosen(lines["warehouse"], warehouses, unnamed=True)
        counted, of_line = take(only(lines, COUNTED), counts), of_line[counts]
    return Matched(
        names=coded.names, of_level=coded.of_level, chosen=chosen, counted=counted, of_line=of_line
    )


def _touched(orders: pd.DataFrame, skus: pa.Array, since: int | None) -> Ids:
    """For each SKU the latest intake after `since` that changed an order line of it; 0 where there is none."""
    if since is None or not len(orders):
        return np.zeros(len(skus), dtype=np.int64)
    changed, touched = touched_skus(orders, since)
    found = pc.index_in(changed, value_set=skus)
    known = found.is_valid().to_numpy()
    codes = np.asarray(found.drop_null().to_numpy(), dtype=np.int64)
    return _latest(codes, touched[known], len(skus))


def latest_attribute(levels: pd.DataFrame, codes: Ids, name: str, size: int) -> pa.ChunkedArray:
    """For each SKU code the attribute's value at the level with the latest as-of that has one; else null."""
    column = f"@{name}"
    if column not in levels.columns:
        return pa.nulls(size, pa.string())
    values = arrow(levels[column])
    has = np.flatnonzero(values.is_valid().to_numpy())
    by_age = has[np.argsort(whole(levels["as_of"])[has], kind="stable")]
    rows = np.full(size, -1, dtype=np.int64)
    rows[codes[by_age]] = by_age
    return values.take(pa.array(rows, mask=rows < 0))


def _chosen(column: pd.Series, warehouses: Sequence[str] | None, *, unnamed: bool = False) -> Mask:
    if warehouses is None:
        return np.ones(len(column), dtype=bool)
    names = pa.array([*warehouses, *([None] if unnamed else [])], pa.string())
    return np.asarray(pc.is_in(arrow(column), value_set=names).to_numpy(), dtype=bool)


def _where(chosen: Mask, values: Ids) -> Ids:
    """The values of what is chosen; themselves, if that is all."""
    return values if chosen.all() else values[chosen]


def _total(codes: Ids, quantity: Ids, size: int) -> Ids:
    totals = np.zeros(size, dtype=np.int64)
    np.add.at(totals, codes, quantity)
    return totals


def _earliest(codes: Ids, as_of: Ids, chosen: Mask, size: int) -> npt.NDArray[np.datetime64]:
    """Of the chosen levels; of all levels for a SKU that has none among them."""
    anywhere = np.full(size, NEVER)
    np.minimum.at(anywhere, codes, as_of)
    if chosen.all():
        return anywhere.view("datetime64[us]")
    earliest = np.full(size, NEVER)
    np.minimum.at(earliest, codes[chosen], as_of[chosen])
    return np.where(earliest == NEVER, anywhere, earliest).view("datetime64[us]")


def _latest(codes: Ids, seq: Ids, size: int) -> Ids:
    latest = np.zeros(size, dtype=np.int64)
    np.maximum.at(latest, codes, seq)
    return latest
