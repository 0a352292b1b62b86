"""What the configuration says, as the values that reconciling takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import cast

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.config import Cart, Configuration, InventoryFeed, Merchant
from batch.model import arrow, take
from batch.reconcile.guards import Limits
from batch.reconcile.rules import CartRules
from formats.contract import Options

MICROSECOND = timedelta(microseconds=1)


def rules_of(cart: Cart) -> CartRules:
    """The cart's rules."""
    return CartRules(
        warehouses=cart.warehouses, buffer=cart.buffer, cap=cart.cap, minimum_level=cart.minimum_level
    )


def options_of(cart: Cart) -> Options:
    """The cart's own options of its format."""
    return cast("Options", cart.writing)


def series_of(sender: str, receiver: str) -> str:
    """The series in which the control numbers between two partners run; each as `qualifier/id`."""
    return f"edi {sender} {receiver}"


def lags_of(merchant: Merchant) -> Mapping[str, int]:
    """Order feed → its lag in microseconds."""
    return {feed.name: feed.order_lag // MICROSECOND for feed in merchant.orders}


def feeds_of(configuration: Configuration, merchant: str) -> tuple[str, ...]:
    """The inventory feeds that a merchant has levels from, as it is configured."""
    feeds = (*configuration.inventory, *configuration.merchants[merchant].inventory)
    return tuple(feed.name for feed in feeds)


def counted_orders(orders: pd.DataFrame, merchant: Merchant) -> pd.DataFrame:
    """The order lines (ORDER_LINES) of feeds that are configured: those of a feed that is not do not count."""
    feeds = pa.array([feed.name for feed in merchant.orders], pa.string())
    counts = pc.is_in(arrow(orders["feed"]), value_set=feeds)
    return orders if pc.all(counts, min_count=0).as_py() else take(orders, counts.to_numpy())


def limits_of(guarded: Cart | InventoryFeed) -> Limits:
    """How much may change at once."""
    return Limits(
        max_row_drop=guarded.max_row_drop, max_zeroed=guarded.max_zeroed, guard_from=guarded.guard_from
    )
