"""What the configuration says, as the values that reconciling takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from batch.config import Cart, Configuration, InventoryFeed, Merchant
from formats.options import Options

if TYPE_CHECKING:
    import pandas as pd

    from batch.reconcile.guards import Limits
    from batch.reconcile.rules import CartRules

MICROSECOND = timedelta(microseconds=1)


def rules_of(cart: Cart) -> CartRules:
    """The cart's rules."""
    from batch.reconcile.rules import CartRules

    return CartRules(
        warehouses=cart.warehouses, buffer=cart.buffer, cap=cart.cap, minimum_level=cart.minimum_level
    )


def options_of(cart: Cart) -> Options:
    """The cart's own options of its format."""
    return cast("Options", cart.writing)


def series_of(sender: str, receiver: str) -> str:
    """The series in which the control numbers between two partners run; each as `qualifier/id`."""
    return f"edi {sender} {receiver}"


def number_series(cart: Cart) -> str:
    """The series that a cart's documents are numbered in: an 846's belongs to the pair of partners."""
    sender, receiver = (getattr(cart.writing, name, None) for name in ("sender", "receiver"))
    return series_of(sender, receiver) if sender and receiver else f"cart {cart.merchant}/{cart.id}"


def counts_orders(cart: Cart) -> bool:
    """Whether an order line that changes a number is news to the cart."""
    return cart.trigger == "inventory-and-orders"


def lags_of(merchant: Merchant) -> Mapping[str, int]:
    """Order feed → its lag in microseconds."""
    return {feed.name: feed.order_lag // MICROSECOND for feed in merchant.orders}


def feeds_of(configuration: Configuration, merchant: str) -> tuple[str, ...]:
    """The inventory feeds that a merchant has levels from, as it is configured."""
    feeds = (*configuration.inventory, *configuration.merchants[merchant].inventory)
    return tuple(feed.name for feed in feeds)


def counted_orders(orders: pd.DataFrame, feeds: Collection[str]) -> pd.DataFrame:
    """The order lines (ORDER_LINES) of feeds that are configured, `feeds`: those of a feed that is not do not count."""
    if not len(orders):
        return orders
    import pyarrow as pa
    import pyarrow.compute as pc

    from batch.model import take
    from formats.frames import arrow

    counts = pc.is_in(arrow(orders["feed"]), value_set=pa.array(list(feeds), pa.string()))
    return orders if pc.all(counts, min_count=0).as_py() else take(orders, counts.to_numpy())


def told_by(configuration: Configuration, merchant: str, cart: str) -> object:
    """All that decides what the documents of a cart say and where they go, to be compared; None if there is no such cart."""
    owner = configuration.merchants.get(merchant)
    if owner is None or cart not in owner.carts:
        return None
    its = owner.carts[cart]
    return (
        (configuration.remotes[its.remote].url, its.path),
        (its.format, repr(its.writing), its.timezone.key),  # the order of columns is in it
        (rules_of(its), counts_orders(its), set(feeds_of(configuration, merchant)), lags_of(owner)),
    )


def limits_of(guarded: Cart | InventoryFeed) -> Limits:
    """How much may change at once."""
    from batch.reconcile.guards import Limits

    return Limits(
        max_row_drop=guarded.max_row_drop, max_zeroed=guarded.max_zeroed, guard_from=guarded.guard_from
    )
