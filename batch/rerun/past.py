"""Which syncs a rerun is about: those of a day in each cart's time zone, or the instant to build one as of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from batch.config import Cart, Configuration
from batch.days import first_whole_day, span_of
from batch.deliver.outbox import Told
from batch.errors import UsageError
from batch.ledger import intakes, outbox, overview, retention, runs
from batch.ledger.files import LedgerRow

Name = tuple[str, str]
"""Merchant and cart."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """A cart's sync of the past. `at`: its clock; `run`: None if it had none, and is built as of `at`, complete.

    `day`: in the cart's time zone. `documents`: rows of the outbox, in order. `configuration`: SHA-256 of the one that
    was recorded with the run.
    """

    merchant: str
    cart: str
    day: date
    at: datetime
    told: Told
    run: int | None = None
    number: int | None = None
    configuration: str | None = None
    documents: tuple[LedgerRow, ...] = ()

    @property
    def title(self) -> str:
        """As messages name it."""
        built = f"run {self.run}" if self.run is not None else f"as of {self.at:%Y-%m-%d %H:%M:%S}"
        return f"cart {self.merchant}/{self.cart}, {built}"


def named(
    connection: Connection, configuration: Configuration, merchant: str | None, cart: str | None
) -> list[Name]:
    """The carts that are meant: configured now, or only then.

    Raises:
        UsageError: there never was such a merchant or cart; names those that there are.
    """
    configured = [(owner.id, each) for owner in configuration.merchants.values() for each in owner.carts]
    known = list(dict.fromkeys([*configured, *overview.carts_known(connection)]))
    merchants = sorted({owner for owner, _ in known})
    if merchant is not None and merchant not in merchants:
        raise UsageError(f"no merchant {merchant!r} has carts; known: {', '.join(merchants) or 'none'}")
    found = [(owner, each) for owner, each in known if merchant in (None, owner) and cart in (None, each)]
    if not found:
        carts = [f"{owner}/{each}" for owner, each in known if merchant in (None, owner)]
        raise UsageError(f"no cart {cart!r}; known: {', '.join(carts) or 'none'}")
    return found


def choose(
    connection: Connection,
    configuration: Configuration,
    carts: Sequence[Name],
    days: Sequence[date],
    *,
    at: datetime | None = None,
    now: datetime,
) -> list[Past]:
    """The syncs of these carts on these days. `at`: as of this instant instead, whatever ran.

    Raises:
        UsageError: a day has not come yet, is before anything was received, or is not kept any more; says what is there.
    """
    found: list[Past] = []
    for day in days:
        for name in carts:
            found += _of_day(connection, configuration, name, day, at=at, now=now)
        if not any(past.day == day for past in found):
            raise UsageError(_nothing(connection, configuration, carts, day))
    _must_be_kept(connection, configuration, found)
    return found


def _of_day(
    connection: Connection,
    configuration: Configuration,
    name: Name,
    day: date,
    *,
    at: datetime | None,
    now: datetime,
) -> list[Past]:
    merchant, cart = name
    zone = zone_of(configuration, name)
    start, end = span_of(day, zone)
    if start > now:
        raise UsageError(f"{day}: this day has not come yet; {_range(connection, configuration, [name])}")
    if at is not None and not start <= at < end:
        raise UsageError(
            f"--at {at.isoformat()} is not on {day} in {zone.key}, the time zone of {merchant}/{cart}"
        )
    rows = [] if at is not None else runs.syncs_between(connection, merchant, cart, start, end)
    if rows:
        documents = outbox.documents_of(connection, [row.id for row in rows])
        return [_past(row, day, documents[row.id]) for row in rows]
    if cart not in _carts_of(configuration, merchant):
        return []
    moment = (at or min(end - timedelta(microseconds=1), now)).astimezone(UTC)
    seq = overview.seq_at(connection, merchant, moment)
    if not intakes.reported_by(connection, merchant, seq):
        return []
    told = Told(complete=True, since=0, seq=seq)
    return [Past(merchant=merchant, cart=cart, day=day, at=moment, told=told)]


def _past(row: LedgerRow, day: date, documents: tuple[LedgerRow, ...]) -> Past:
    return Past(
        merchant=row.merchant,
        cart=row.cart,
        day=day,
        at=row.now,
        told=Told(complete=row.complete, since=row.since, seq=row.seq),
        run=row.id,
        number=row.number,
        configuration=row.configuration,
        documents=documents,
    )


def zone_of(configuration: Configuration, name: Name) -> ZoneInfo:
    """The cart's time zone; the account's for one that is not configured any more."""
    merchant, cart = name
    configured = _carts_of(configuration, merchant)
    return configured[cart].timezone if cart in configured else configuration.account.timezone


def _carts_of(configuration: Configuration, merchant: str) -> Mapping[str, Cart]:
    owner = configuration.merchants.get(merchant)
    return owner.carts if owner else {}


def _nothing(connection: Connection, configuration: Configuration, carts: Sequence[Name], day: date) -> str:
    can = _range(connection, configuration, carts)
    return f"{day}: nothing had been received by the end of it, and nothing was sent; {can}"


def _range(connection: Connection, configuration: Configuration, carts: Sequence[Name]) -> str:
    """What can be rerun, in words: days in the time zones of these carts."""
    first = overview.first_intake(connection, {merchant for merchant, _ in carts})
    if first is None:
        return "nothing has been received yet"
    kept = retention.kept_from(connection)
    days = [_first_day(first, kept, zone_of(configuration, name)) for name in carts]
    return f"days can be rerun from {min(days)} on"


def _first_day(received: datetime, kept: datetime | None, zone: ZoneInfo) -> date:
    day = received.astimezone(zone).date()
    return day if kept is None else max(day, first_whole_day(kept, zone))


def _must_be_kept(connection: Connection, configuration: Configuration, found: Sequence[Past]) -> None:
    kept = retention.kept_from(connection)
    gone = [past for past in found if kept is not None and past.at < kept]
    if gone:
        raise UsageError(
            f"{gone[0].title}: gc has removed what it was built from, as [account] keep says; "
            f"{_range(connection, configuration, [(past.merchant, past.cart) for past in gone])}"
        )
