"""What is due next: every scheduled cart with its last slot and the one that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from batch.config import Cart
from batch.daemon.slots import following, latest_due
from batch.ledger import slots
from batch.ledger.engine import Ledger


@dataclass(frozen=True, kw_only=True)
class Upcoming:
    """`last`, `run`, `status`: of the cart's last slot, if it had one. `next`: the slot; `due`: from when on it may run."""

    merchant: str
    cart: str
    last: datetime | None
    run: int | None
    status: str | None
    next: datetime
    due: datetime
    zone: ZoneInfo


def upcoming(ledger: Ledger, carts: Sequence[Cart], now: datetime) -> list[Upcoming]:
    """The scheduled ones among these carts, the first to come first; a slot that was missed is due now."""
    with ledger.read() as connection:
        known = slots.last_taken(connection, now)
        latest = {
            (cart.merchant, cart.id): slots.latest_run(connection, (cart.merchant, cart.id)) for cart in carts
        }
    found = []
    for cart in carts:
        name, plan = (cart.merchant, cart.id), cart.schedule
        if plan is None:
            continue
        since = known.get(name, now)
        slot = latest_due(plan, "/".join(name), since, now) or following(plan, "/".join(name), since)
        run = latest[name]
        found.append(
            Upcoming(
                merchant=cart.merchant,
                cart=cart.id,
                last=run.slot if run else None,
                run=run.id if run else None,
                status=run.status if run else None,
                next=slot.at,
                due=slot.due,
                zone=plan.timezone,
            )
        )
    return sorted(found, key=lambda row: (row.due, row.merchant, row.cart))
