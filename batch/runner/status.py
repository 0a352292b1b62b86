"""What is: every feed with its last file, every cart with its last sync."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from batch.config import Cart, Configuration
from batch.ledger import acks, holds, intakes, outbox, overview, runs
from batch.ledger.engine import Ledger
from batch.ledger.files import FeedKey
from batch.ledger.holds import Hold
from batch.receive.feeds import feeds_of
from batch.runner.acks import amiss


@dataclass(frozen=True, kw_only=True)
class FeedStatus:
    """`last`: the row of the last file, or None; `counts`: files by status."""

    key: FeedKey
    last: Any
    counts: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class CartStatus:
    """`behind`: intakes that the cart has not been told of; `open`: deliveries that are not settled.

    `repeated`: an older state was sent again since, so its next sync is everything. `ack`: the partner's last verdict; `unacknowledged`: a sentence for what is amiss with them.
    """

    merchant: str
    cart: str
    last_sent: datetime | None
    document: str | None
    last_status: str | None
    behind: int
    open: int
    repeated: bool
    reason: str
    ack: str | None
    unacknowledged: tuple[str, ...]


def status_of(
    configuration: Configuration, ledger: Ledger, merchants: list[str], now: datetime
) -> tuple[list[FeedStatus], list[CartStatus]]:
    """The state of the feeds and carts of these merchants."""
    with ledger.read() as connection:
        feeds = [
            FeedStatus(
                key=of.key,
                last=overview.latest_file(connection, str(of.key)),
                counts=overview.count_by_status(connection, str(of.key)),
            )
            for of in feeds_of(configuration, merchants)
        ]
        carts = [
            _cart(connection, cart, now)
            for merchant in merchants
            for cart in configuration.merchants[merchant].carts.values()
        ]
    return feeds, carts


def holds_of(ledger: Ledger) -> list[Hold]:
    """All that waits for a person's decision."""
    with ledger.read() as connection:
        return holds.waiting(connection)


def _cart(connection: Connection, configured: Cart, now: datetime) -> CartStatus:
    merchant, cart = configured.merchant, configured.id
    sent = overview.last_delivery(connection, merchant, cart)
    latest = overview.latest_run(connection, merchant, cart)
    judged = acks.latest_judged(connection, merchant, cart)
    mark = runs.watermark(connection, merchant, cart)
    return CartStatus(
        merchant=merchant,
        cart=cart,
        last_sent=sent.now if sent else None,
        document=sent.document if sent else None,
        last_status=latest.status if latest else None,
        behind=intakes.last_seq(connection, merchant) - (mark.seq if mark else 0),
        open=outbox.count_open(connection, merchant, cart),
        repeated=mark is not None and mark.repeated is not None,
        reason=latest.reason if latest else "",
        ack=judged.ack if judged else None,
        unacknowledged=tuple(amiss(connection, [configured], now)),
    )
