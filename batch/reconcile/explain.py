"""Why a SKU has its number: every term of it, by the same functions that made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from batch.model import State, arrow, take
from batch.reconcile.available import available
from batch.reconcile.orders import Verdict, judge
from batch.reconcile.rules import CartRules, steps


@dataclass(frozen=True, kw_only=True)
class LevelTerm:
    """One level. `line` is None for a SKU that is zero because a full file left it out."""

    feed: str
    warehouse: str
    quantity: int
    as_of: datetime
    seq: int
    line: int | None


@dataclass(frozen=True, kw_only=True)
class OrderTerm:
    """One order line, whether it was subtracted, and why (or why not)."""

    feed: str
    order: str
    line: str
    quantity: int
    ordered_at: datetime
    counted: bool
    why: str
    seq: int


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The derivation of one SKU's number. `carts`: for each cart the rules it has, with the quantity after each."""

    sku: str
    levels: Sequence[LevelTerm]
    orders: Sequence[OrderTerm]
    available: int
    carts: Mapping[str, Sequence[tuple[str, int]]]


def explain(
    state: State, sku: str, *, lags: Mapping[str, int], carts: Mapping[str, CartRules]
) -> Explanation | None:
    """The derivation, or None for a SKU that neither the warehouse nor an order has named."""
    levels, orders = _only(state.levels, sku), _only(state.orders, sku)
    if not len(levels) and not len(orders):
        return None
    verdicts = judge(levels, orders, lags)
    return Explanation(
        sku=sku,
        levels=[_level(row) for row in levels.to_dict("records")],
        orders=[
            _order(row, Verdict(verdict))
            for row, verdict in zip(orders.to_dict("records"), verdicts, strict=True)
        ],
        available=_available(levels, orders, lags, None),
        carts={
            cart: [
                (rule, int(quantity[0]))
                for rule, quantity in steps(
                    np.array([_available(levels, orders, lags, rules.warehouses)], dtype=np.int64), rules
                )
            ]
            for cart, rules in carts.items()
        },
    )


def _only(table: pd.DataFrame, sku: str) -> pd.DataFrame:
    return take(table, np.asarray(pc.equal(arrow(table["sku"]), sku).to_numpy(), dtype=bool))


def _available(
    levels: pd.DataFrame, orders: pd.DataFrame, lags: Mapping[str, int], warehouses: Sequence[str] | None
) -> int:
    figures = available(levels, orders, lags=lags, warehouses=warehouses)
    return int(figures["available"].iloc[0]) if len(figures) else 0


def _level(row: Mapping[str, object]) -> LevelTerm:
    line = row["line"]
    return LevelTerm(
        feed=str(row["feed"]),
        warehouse=str(row["warehouse"]),
        quantity=_whole(row["quantity"]),
        as_of=_instant(row["as_of"]),
        seq=_whole(row["seq"]),
        line=None if pd.isna(line) else _whole(line),  # type: ignore[call-overload]
    )


def _order(row: Mapping[str, object], verdict: Verdict) -> OrderTerm:
    return OrderTerm(
        feed=str(row["feed"]),
        order=str(row["order"]),
        line=str(row["line"]),
        quantity=_whole(row["quantity"]),
        ordered_at=_instant(row["ordered_at"]),
        counted=verdict is Verdict.COUNTED,
        why=verdict.why,
        seq=_whole(row["seq"]),
    )


def _whole(value: object) -> int:
    return int(str(value))


def _instant(value: object) -> datetime:
    return pd.Timestamp(str(value)).to_pydatetime()
