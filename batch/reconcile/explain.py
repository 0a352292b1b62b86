"""Why a SKU has its number: every term of it, by the same functions that made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import State, take
from batch.reconcile.available import available
from batch.reconcile.orders import Verdict, judge
from batch.reconcile.rules import CartRules, steps
from formats.frames import arrow


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
    row: int


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The derivation of one SKU's number. `carts`: for each cart the rules it has, with the quantity after each."""

    sku: str
    levels: Sequence[LevelTerm]
    orders: Sequence[OrderTerm]
    available: int
    carts: Mapping[str, Sequence[tuple[str, int]]]


def explain(
    state: State,
    sku: str,
    *,
    lags: Mapping[str, int],
    carts: Mapping[str, CartRules],
    feeds: Sequence[str] | None = None,
) -> Explanation | None:
    """The derivation, or None for a SKU that neither the warehouse nor an order has named.

    `feeds`: those that are configured; None for all that have levels.
    """
    levels, orders = _only(state.levels, sku), _only(state.orders, sku)
    if feeds is not None:
        levels = take(
            levels, np.asarray(pc.is_in(arrow(levels["feed"]), value_set=pa.array(feeds, pa.string())))
        )
    if not len(levels) and not len(orders):
        return None
    verdicts = judge(levels, orders, lags)
    return Explanation(
        sku=sku,
        levels=[_level(row) for row in _rows(levels)],
        orders=[_order(row, Verdict(verdict)) for row, verdict in zip(_rows(orders), verdicts, strict=True)],
        available=_available(levels, orders, lags, None),
        carts={
            cart: _steps(_available(levels, orders, lags, rules.warehouses), rules)
            for cart, rules in carts.items()
        },
    )


def _steps(quantity: int, rules: CartRules) -> list[tuple[str, int]]:
    return [(rule, int(after[0])) for rule, after in steps(np.array([quantity], dtype=np.int64), rules)]


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _only(table: pd.DataFrame, sku: str) -> pd.DataFrame:
    return take(table, np.asarray(pc.equal(arrow(table["sku"]), sku).to_numpy(), dtype=bool))


def _available(
    levels: pd.DataFrame, orders: pd.DataFrame, lags: Mapping[str, int], warehouses: Sequence[str] | None
) -> int:
    figures = available(levels, orders, lags=lags, warehouses=warehouses)
    return int(figures["available"].iloc[0]) if len(figures) else 0


def _level(row: Mapping[str, Any]) -> LevelTerm:
    return LevelTerm(
        feed=row["feed"],
        warehouse=row["warehouse"],
        quantity=int(row["quantity"]),
        as_of=row["as_of"].to_pydatetime(),
        seq=int(row["seq"]),
        line=None if pd.isna(row["line"]) else int(row["line"]),
    )


def _order(row: Mapping[str, Any], verdict: Verdict) -> OrderTerm:
    return OrderTerm(
        feed=row["feed"],
        order=row["order"],
        line=row["line"],
        quantity=int(row["quantity"]),
        ordered_at=row["ordered_at"].to_pydatetime(),
        counted=verdict is Verdict.COUNTED,
        why=verdict.why,
        seq=int(row["seq"]),
        row=int(row["row"]),
    )
