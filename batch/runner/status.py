"""What is: every feed with its last file, every cart with its last sync and its next slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batch.config import Cart, Configuration
from batch.ledger import glance, holds, overview
from batch.ledger.engine import Ledger
from batch.ledger.files import FeedKey, LedgerRow
from batch.ledger.glance import Carts, Name
from batch.ledger.holds import Hold
from batch.receive.feeds import feeds_of
from batch.runner.acks import amiss
from batch.runner.upcoming import next_slots
from batch.watch.conditions import Condition, standing


@dataclass(frozen=True, kw_only=True)
class FeedStatus:
    """`last`: the row of the last file, or None; `counts`: files by status."""

    key: FeedKey
    last: Any
    counts: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class CartStatus:
    """`lines`, `document`: of the last delivery; `behind`: intakes that the cart has not been told of; `open`: deliveries that are not settled.

    `repeated`: an older state was sent again since, or a delivery went elsewhere, so its next sync is everything. `ack`: the partner's last verdict;
    `unacknowledged`: a sentence for what is amiss with them.
    `next`: its next slot; None for a cart without a schedule.
    """

    merchant: str
    cart: str
    last_sent: datetime | None
    document: str | None
    lines: int | None
    last_status: str | None
    behind: int
    open: int
    repeated: bool
    reason: str
    ack: str | None
    unacknowledged: Sequence[str]
    next: datetime | None


@dataclass(frozen=True, kw_only=True)
class Status:
    """How everything stands at `now`; conditions the worst first."""

    now: datetime
    conditions: Sequence[Condition]
    feeds: Sequence[FeedStatus]
    carts: Sequence[CartStatus]
    holds: Sequence[Hold]


def status_of(
    configuration: Configuration, ledger: Ledger, merchants: Sequence[str], now: datetime
) -> Status:
    """How the feeds and carts of these merchants stand."""
    carts = [cart for merchant in merchants for cart in configuration.merchants[merchant].carts.values()]
    owners = (*merchants, None) if set(configuration.merchants) <= set(merchants) else tuple(merchants)
    feeds = [of for of in feeds_of(configuration, merchants) if of.key.merchant in owners]
    slots = {name: slot.at for name, slot in next_slots(ledger, carts, now).items()}
    with ledger.read() as connection:
        told = glance.of_carts(connection, [(cart.merchant, cart.id) for cart in carts])
        judged = glance.latest_judged(connection, [(cart.merchant, cart.id) for cart in carts])
        last = glance.latest_files(connection, [str(of.key) for of in feeds])
        return Status(
            now=now,
            conditions=standing(connection, configuration, merchants, now),
            feeds=[
                FeedStatus(
                    key=of.key,
                    last=last.get(str(of.key)),
                    counts=overview.count_by_status(connection, str(of.key)),
                )
                for of in feeds
            ],
            carts=[_cart(cart, told, judged, slots, amiss(connection, [cart], now)) for cart in carts],
            holds=[hold for hold in holds.waiting(connection) if hold.merchant in owners],
        )


def _cart(
    cart: Cart,
    told: Carts,
    judged: Mapping[Name, LedgerRow],
    slots: Mapping[Name, datetime],
    unacknowledged: Sequence[str],
) -> CartStatus:
    name = (cart.merchant, cart.id)
    sent, latest, mark = told.sent.get(name), told.latest.get(name), told.marks.get(name)
    return CartStatus(
        merchant=cart.merchant,
        cart=cart.id,
        last_sent=sent.now if sent else None,
        document=sent.document if sent else None,
        lines=sent.lines if sent else None,
        last_status=latest.status if latest else None,
        behind=told.seqs.get(cart.merchant, 0) - (mark.seq if mark else 0),
        open=told.open.get(name, 0),
        repeated=mark is not None and mark.repeated is not None,
        reason=latest.reason if latest else "",
        ack=judged[name].ack if name in judged else None,
        unacknowledged=unacknowledged,
        next=slots.get(name),
    )
