"""Which slots carts have had: a slot is taken once a run is recorded with it, whatever came of that run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from batch.ledger.files import LedgerRow
from batch.ledger.schema import runs, scheduled

Name = tuple[str, str]
"""Merchant and cart."""


AHEAD = timedelta(hours=1)
"""A slot that is later than now by more than this was taken under a clock that was wrong."""

_TAKEN = (
    select(runs.c.id)
    .where(runs.c.merchant == bindparam("merchant"), runs.c.cart == bindparam("cart"))
    .where(runs.c.slot == bindparam("slot"))
    .limit(1)
)
_LATEST = (
    select(func.max(runs.c.slot))
    .where(runs.c.merchant == scheduled.c.merchant, runs.c.cart == scheduled.c.cart)
    .where(runs.c.slot <= bindparam("until"))
    .scalar_subquery()
)
_LAST_TAKEN = select(scheduled.c.merchant, scheduled.c.cart, scheduled.c.since, _LATEST).where(
    scheduled.c.since <= bindparam("until")
)

_LATEST_RUN = (
    select(runs)
    .where(runs.c.merchant == bindparam("merchant"), runs.c.cart == bindparam("cart"))
    .where(runs.c.slot.is_not(None))
    .order_by(runs.c.slot.desc(), runs.c.id.desc())
    .limit(1)
)


def last_taken(connection: Connection, now: datetime) -> dict[Name, datetime]:
    """Each scheduled cart's last slot; since when it is known, for one that had none yet."""
    rows = connection.execute(_LAST_TAKEN, {"until": now + AHEAD})
    return {(merchant, cart): max(since, slot or since) for merchant, cart, since, slot in rows}


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
    return connection.execute(_LATEST_RUN, {"merchant": name[0], "cart": name[1]}).one_or_none()


def is_taken(connection: Connection, name: Name, slot: datetime) -> bool:
    """Whether a run has been recorded with the slot."""
    asked = {"merchant": name[0], "cart": name[1], "slot": slot}
    return connection.execute(_TAKEN, asked).first() is not None
