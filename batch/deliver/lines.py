"""The lines that a cart is told, from what is known of its merchant."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.advise.advice import FIELDS, advise
from batch.config import Cart, Configuration
from batch.errors import DocumentRefused
from batch.model import State, arrow, take, whole
from batch.reconcile.available import available
from batch.reconcile.choose import select
from batch.reconcile.places import in_warehouses
from batch.settings import counted_orders, counts_orders, feeds_of, lags_of, options_of, rules_of
from formats import registry
from formats.contract import INT64, QUANTITY_IN


def lines_of(
    configuration: Configuration, cart: Cart, state: State, *, complete: bool, since: int
) -> pd.DataFrame:
    """The advice for a cart: FIELDS, its attributes, and a column `QUANTITY_IN` + warehouse where it tells these.

    `complete`: every SKU; otherwise those reported after the intake `since`. Empty if there are none.

    Raises:
        DocumentRefused: the cart's documents tell quantities per warehouse, and nobody knows any.
    """
    merchant = configuration.merchants[cart.merchant]
    orders_too = counts_orders(cart)
    known = state if complete else _news(state, since, orders_too=orders_too)
    figures = available(
        known.levels,
        counted_orders(known.orders, merchant),
        lags=lags_of(merchant),
        feeds=feeds_of(configuration, cart.merchant),
        warehouses=cart.warehouses,
        attributes=_attributes(cart),
        touched_since=since if orders_too else None,
    )
    chosen = select(figures, since, complete=complete, orders_too=orders_too)
    lines = advise(
        chosen,
        rules_of(cart),
        merchant=cart.merchant,
        cart=cart.id,
        zone=cart.timezone,
        attributes=_attributes(cart),
    )
    if len(lines) and options_of(cart).by_warehouse():
        return _with_places(configuration, cart, lines, state)
    return lines


def _news(state: State, since: int, *, orders_too: bool) -> State:
    """What is known of the SKUs that a delta is about, and nothing of the others: its cost follows what changed."""
    told = [arrow(state.levels["sku"]).filter(pa.array(whole(state.levels["seq"]) > since))]
    if orders_too:
        told.append(arrow(state.orders["sku"]).filter(pa.array(whole(state.orders["touched"]) > since)))
    skus = pa.chunked_array([chunk for column in told for chunk in column.chunks], pa.string()).unique()
    return replace(state, levels=_of(state.levels, skus), orders=_of(state.orders, skus))


def _of(table: pd.DataFrame, skus: pa.Array) -> pd.DataFrame:
    return take(table, pc.is_in(arrow(table["sku"]), value_set=skus).to_numpy())


def _attributes(cart: Cart) -> tuple[str, ...]:
    fields = registry.writer(cart.format).fields(cart.writing)
    return tuple(dict.fromkeys(field for field in fields if field not in FIELDS))


def _with_places(configuration: Configuration, cart: Cart, lines: pd.DataFrame, state: State) -> pd.DataFrame:
    merchant = configuration.merchants[cart.merchant]
    places = in_warehouses(
        lines,
        state.levels,
        counted_orders(state.orders, merchant),
        lags=lags_of(merchant),
        feeds=feeds_of(configuration, cart.merchant),
        warehouses=cart.warehouses,
    )
    if not places:
        raise DocumentRefused(
            f"cart {cart.merchant}/{cart.id}: its documents tell quantities per warehouse, and no level names one; "
            "map columns.warehouse in the inventory feed, or leave out the cart's location"
        )
    return lines.assign(
        **{QUANTITY_IN + name: pd.array(column, dtype=INT64) for name, column in places.items()}
    )
