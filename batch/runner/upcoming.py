"""What is due next: every scheduled cart with its last slot and the one that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from batch.config import Cart, Schedule
from batch.daemon.slots import Slot, following, latest_due
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
    """The scheduled ones among these carts, the first to come first."""
    coming = next_slots(ledger, carts, now)
    zones = {(cart.merchant, cart.id): cart.schedule.timezone for cart in carts if cart.schedule is not None}
    with ledger.read() as connection:
        latest = {name: slots.latest_run(connection, name) for name in coming}
    found = [
        Upcoming(
            merchant=name[0],
            cart=name[1],
            last=run.slot if run else None,
            run=run.id if run else None,
            status=run.status if run else None,
            next=coming[name].at,
            due=coming[name].due,
            zone=zones[name],
        )
        for name, run in latest.items()
    ]
    return sorted(found, key=lambda row: (row.due, row.merchant, row.cart))


def next_slots(ledger: Ledger, carts: Sequence[Cart], now: datetime) -> dict[slots.Name, Slot]:
    """Merchant and cart → the slot to come, of the scheduled ones among these carts; a slot that was missed is due now."""
    plans = {(cart.merchant, cart.id): cart.schedule for cart in carts if cart.schedule is not None}
    if not plans:
        return {}
    with ledger.read() as connection:
        known = slots.last_taken(connection, now)
    return {name: _next(plan, name, known.get(name, now), now) for name, plan in plans.items()}


def _next(plan: Schedule, name: slots.Name, since: datetime, now: datetime) -> Slot:
    return latest_due(plan, "/".join(name), since, now) or following(plan, "/".join(name), since)
