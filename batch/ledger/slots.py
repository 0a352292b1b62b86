"""Which slots carts have had: a slot is taken once a run is recorded with it, whatever came of that run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from batch.ledger.files import LedgerRow
from batch.ledger.schema import runs, scheduled

Name = tuple[str, str]
"""Merchant and cart."""


AHEAD = timedelta(hours=1)
"""A slot that is later than now by more than this was taken under a clock that was wrong."""


def last_taken(connection: Connection, now: datetime) -> dict[Name, datetime]:
    """Each scheduled cart's last slot; since when it is known, for one that had none yet."""
    until = now + AHEAD
    known = connection.execute(select(scheduled).where(scheduled.c.since <= until))
    found = {(row.merchant, row.cart): row.since for row in known}
    mine = (runs.c.merchant == scheduled.c.merchant) & (runs.c.cart == scheduled.c.cart)
    latest = select(func.max(runs.c.slot)).where(mine, runs.c.slot <= until).scalar_subquery()
    rows = connection.execute(select(scheduled.c.merchant, scheduled.c.cart, latest.label("slot")))
    taken = {(row.merchant, row.cart): row.slot for row in rows if row.slot is not None}
    return {name: max(since, taken.get(name, since)) for name, since in found.items()}


def begin(connection: Connection, names: Iterable[Name], at: datetime) -> None:
    """These carts are scheduled from now on."""
    rows = [{"merchant": merchant, "cart": cart, "since": at} for merchant, cart in names]
    if rows:
        again = upsert(scheduled).on_conflict_do_update(
            index_elements=["merchant", "cart"], set_={"since": at}
        )
        connection.execute(again, rows)


def latest_run(connection: Connection, name: Name) -> LedgerRow | None:
    """The run of the cart's last slot."""
    mine = (runs.c.merchant == name[0]) & (runs.c.cart == name[1]) & runs.c.slot.is_not(None)
    query = select(runs).where(mine).order_by(runs.c.slot.desc(), runs.c.id.desc()).limit(1)
    return connection.execute(query).one_or_none()


def is_taken(connection: Connection, name: Name, slot: datetime) -> bool:
    """Whether a run has been recorded with the slot."""
    mine = (runs.c.merchant == name[0]) & (runs.c.cart == name[1]) & (runs.c.slot == slot)
    return connection.execute(select(runs.c.id).where(mine).limit(1)).first() is not None
