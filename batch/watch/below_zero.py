"""Which SKUs of a merchant are below 0. Where it is known which were, only these are looked at, and those of which files have spoken since."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from batch.advise.advice import Basis
from batch.config import Configuration
from batch.deliver.lines import told_about
from batch.ledger.oversold import Every, Pairs
from batch.model import State, whole
from batch.reconcile.available import available
from batch.reconcile.coded import code_of_counted
from batch.reconcile.news import about_news, about_skus
from batch.settings import counted_orders, feeds_of, lags_of
from formats.frames import arrow

FIGURES = pa.schema({"sku": pa.string(), "available": pa.int64()})


def below_zero(configuration: Configuration, merchant: str, state: State, before: Every | None) -> pa.Table:
    """FIGURES of the SKUs whose available, from all warehouses, is below 0, in no order.

    `before`: those of an earlier state, if they are known.
    """
    everything = told_about(configuration, merchant, state, None)
    if everything is not None:
        return _below(_of_basis(everything))
    if before is None:
        return _below(_figures(configuration, merchant, state))
    changed = _changed(configuration, merchant, state, before.seq)
    were = pa.array([sku for sku, _ in before.pairs], pa.string())
    # where no cart hears of order lines, one that is changed and done with at once is gone, and nothing says of which SKU it was
    others = were.filter(pc.invert(pc.is_in(were, value_set=changed["sku"])))
    still = _figures(
        configuration, merchant, about_skus(state, others, lags_of(configuration.merchants[merchant]))
    )
    return _below(pa.concat_tables([changed, still]))


def _below(figures: pa.Table) -> pa.Table:
    return figures.filter(pc.less(figures["available"], 0))


def _changed(configuration: Configuration, merchant: str, state: State, since: int) -> pa.Table:
    """FIGURES of at least the SKUs that a level or an order line has changed after the intake `since`."""
    told = told_about(configuration, merchant, state, since)
    if told is not None:
        return _of_basis(told)
    lags = lags_of(configuration.merchants[merchant])
    return _figures(configuration, merchant, about_news(state, since, lags, orders_too=True))


def _figures(configuration: Configuration, merchant: str, state: State) -> pa.Table:
    lags = lags_of(configuration.merchants[merchant])
    orders = counted_orders(state.orders, lags)
    found = available(
        state.levels,
        orders,
        lags=lags,
        feeds=feeds_of(configuration, merchant),
        coded=code_of_counted(state, orders, lags),
    )
    return pa.table([arrow(found["sku"]), pa.array(whole(found["available"]))], schema=FIGURES)


def _of_basis(basis: Basis) -> pa.Table:
    return pa.table([basis.sku, pa.array(basis.available)], schema=FIGURES)


def lowest(below: pa.Table, most: int) -> Pairs:
    """SKU and available of so many of FIGURES, the lowest first, equal ones by their names."""
    order = [("available", "ascending"), ("sku", "ascending")]
    found = below.take(pc.select_k_unstable(below, most, order))
    return list(zip(found["sku"].to_pylist(), found["available"].to_pylist(), strict=True))
