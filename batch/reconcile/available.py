"""Available = the levels of all warehouses, less the orders that the warehouse has not taken off yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import AVAILABLE, arrow, frame, take, whole
from batch.reconcile.keys import Ids, encode
from batch.reconcile.orders import NEVER, Verdict, judge


def available(
    levels: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    lags: Mapping[str, int],
    warehouses: Sequence[str] | None = None,
    attributes: Sequence[str] = (),
) -> pd.DataFrame:
    """Every SKU of a merchant with what may be promised of it, before a cart's rules.

    `levels`: LEVELS, `orders`: ORDER_LINES, `lags`: order feed → `order_lag` in microseconds.
    `warehouses`: only their levels count, and of the order lines those that name one of them or none.
    Returns AVAILABLE plus a TEXT column per attribute: the value of the level with the latest as-of that has one.
    """
    skus = arrow(levels["sku"]).unique().sort()
    codes = _codes(levels["sku"], skus)
    chosen = _chosen(levels["warehouse"], warehouses)
    level = _total(codes[chosen], whole(levels["quantity"])[chosen], len(skus))
    ordered = _ordered(take(levels, chosen), orders, skus, lags=lags, warehouses=warehouses)
    return frame(
        AVAILABLE,
        {
            "sku": skus,
            "level": level,
            "ordered": ordered,
            "available": level - ordered,
            "as_of": _earliest(codes, whole(levels["as_of"]), chosen, len(skus)),
            "reported": _latest(codes, whole(levels["seq"]), len(skus)),
            **{name: latest_attribute(levels, codes, name, len(skus)) for name in attributes},
        },
    )


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


def _ordered(
    levels: pd.DataFrame,
    orders: pd.DataFrame,
    skus: pa.Array,
    *,
    lags: Mapping[str, int],
    warehouses: Sequence[str] | None,
) -> Ids:
    lines = _maybe_recent(levels, orders, lags)
    if warehouses is not None:
        lines = take(lines, _chosen(lines["warehouse"], warehouses, unnamed=True))
    counted = take(lines, judge(levels, lines, lags) == Verdict.COUNTED)
    return _total(_codes(counted["sku"], skus), whole(counted["quantity"]), len(skus))


def _maybe_recent(levels: pd.DataFrame, orders: pd.DataFrame, lags: Mapping[str, int]) -> pd.DataFrame:
    """Leaves out the lines that are older than every level: they need no matching."""
    if not len(orders) or not len(levels):
        return orders
    oldest = int(whole(levels["as_of"]).min()) - max(lags.values(), default=0)
    return take(orders, whole(orders["ordered_at"]) > oldest)


def _codes(column: pd.Series, skus: pa.Array) -> Ids:
    table = pd.Series(pd.array(skus, dtype=pd.ArrowDtype(pa.string())), copy=False)
    _, codes = encode([table, column])
    return codes


def _chosen(
    column: pd.Series, warehouses: Sequence[str] | None, *, unnamed: bool = False
) -> npt.NDArray[np.bool_]:
    if warehouses is None:
        return np.ones(len(column), dtype=bool)
    names = pa.array([*warehouses, *([None] if unnamed else [])], pa.string())
    return np.asarray(pc.is_in(arrow(column), value_set=names).to_numpy(), dtype=bool)


def _total(codes: Ids, quantity: Ids, size: int) -> Ids:
    totals = np.zeros(size, dtype=np.int64)
    np.add.at(totals, codes, quantity)
    return totals


def _earliest(codes: Ids, as_of: Ids, chosen: npt.NDArray[np.bool_], size: int) -> npt.NDArray[np.datetime64]:
    """Of the chosen levels; of all levels for a SKU that has none among them."""
    earliest, anywhere = np.full(size, NEVER), np.full(size, NEVER)
    np.minimum.at(earliest, codes[chosen], as_of[chosen])
    np.minimum.at(anywhere, codes, as_of)
    return np.where(earliest == NEVER, anywhere, earliest).astype("datetime64[us]")


def _latest(codes: Ids, seq: Ids, size: int) -> Ids:
    latest = np.zeros(size, dtype=np.int64)
    np.maximum.at(latest, codes, seq)
    return latest
