"""What stands on a page about a day: the ledger's part of it, and what the tables add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from batch.config import Configuration
from batch.days import Span, span_of
from batch.errors import UsageError
from batch.ledger import days, retention
from batch.ledger.engine import Ledger
from batch.ledger.files import FeedKey, LedgerRow
from batch.receive.feeds import feeds_of
from batch.receive.take import FeedOfCycle, RowFeed
from batch.report.ages import age_of, worst_first
from batch.report.pictures import Pictures, pictures_of
from batch.report.troubles import refused_rows, troubles_of, with_condition
from batch.report.values import (
    Arrival,
    CartDay,
    FeedAge,
    FeedDay,
    Report,
)
from batch.store.archive import Archive
from batch.store.tables import Tables
from batch.watch.conditions import standing

INSTANT = timedelta(microseconds=1)
REMOVED = "Stock and rules are not shown: gc has removed what was known then, as [account] keep says."
NOT_USABLE = ("quarantined", "held", "discarded")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a page is about: a day of the account, or of one merchant (`merchant`). `until`: how far it goes."""

    configuration: Configuration
    merchants: Sequence[str]
    merchant: str | None
    day: date
    span: Span
    until: datetime
    now: datetime

    @property
    def during(self) -> Span:
        """From the day's beginning to before just after the page's end."""
        return self.span[0], min(self.span[1], self.until + INSTANT)


def scope_of(
    configuration: Configuration, merchant: str | None, merchants: Sequence[str], day: date, now: datetime
) -> Scope:
    """The day in the account's time zone, as far as it has come."""
    start, end = (each.astimezone(UTC) for each in span_of(day, configuration.account.timezone))
    return Scope(
        configuration=configuration,
        merchants=merchants,
        merchant=merchant,
        day=day,
        span=(start, end),
        until=min(end, now),
        now=now,
    )


def gather(scope: Scope, ledger: Ledger) -> Report:
    """All that the page says.

    Raises:
        UsageError: the day has not come yet, or is before anything was received; says what there is.
    """
    configuration, merchant, during = scope.configuration, scope.merchant, scope.during
    with ledger.read() as connection:
        _must_have_come(connection, scope)
        kept = retention.kept_from(connection)
        before = days.last_before(connection, scope.span[0])
        feeds = list(_feeds(connection, scope, before))
        carts = list(_carts(connection, scope))
        conditions = [
            each
            for each in standing(connection, configuration, scope.merchants, scope.now)
            if merchant in (None, each.merchant)
        ]
        troubles = [with_condition(each, conditions) for each in troubles_of(connection, during, merchant)]
        refused = list(refused_rows(connection, during, merchant))
        rows_refused = days.rows_refused(connection, during, merchant)
        ages = _ages(connection, scope, before)
        syncs = days.last_sent(connection, during, merchant, syncs=True)
    told = {(each.kind, each.subject) for each in troubles if each.stands}
    pictures = (
        Pictures(notes=(REMOVED,)) if kept and kept > scope.span[0] else _pictures(scope, ledger, syncs)
    )
    return Report(
        account=configuration.account.name,
        merchant=merchant,
        day=scope.day,
        zone=configuration.account.timezone,
        start=scope.span[0],
        end=scope.span[1],
        until=scope.until,
        made_at=scope.now,
        feeds=feeds,
        carts=carts,
        troubles=troubles,
        standing=[each for each in conditions if (each.kind, each.subject) not in told],
        refused=refused,
        rows_refused=rows_refused,
        ages=ages,
        movers=pictures.movers,
        moved=pictures.moved,
        effects=pictures.effects,
        notes=pictures.notes,
    )


def _pictures(scope: Scope, ledger: Ledger, syncs: Sequence[LedgerRow]) -> Pictures:
    state = scope.configuration.state
    return pictures_of(
        scope.configuration,
        ledger,
        Tables(state / "tables"),
        Archive(state / "archive"),
        merchants=scope.merchants,
        syncs=syncs,
        start=scope.span[0],
        until=scope.until,
    )


def _must_have_come(connection: Connection, scope: Scope) -> None:
    first = days.first_received(connection, scope.merchant)
    there_is = (
        "nothing has been received yet"
        if first is None
        else f"days can be reported from {first.astimezone(scope.configuration.account.timezone):%Y-%m-%d} on"
    )
    if scope.span[0] > scope.now:
        raise UsageError(f"{scope.day}: this day has not come yet; {there_is}")
    if first is None or first >= scope.during[1]:
        raise UsageError(f"{scope.day}: nothing had been received by the end of it; {there_is}")


def _feeds(connection: Connection, scope: Scope, before: dict[str, datetime]) -> Iterator[FeedDay]:
    """Every feed that is configured, and those that something came in on."""
    rows = {row.feed: row for row in days.files_by_feed(connection, scope.during, scope.merchant)}
    configured = [of.key for of in _concerning(scope)]
    others = [
        FeedKey(merchant=row.merchant, kind=row.kind, name=row.feed_name)
        for feed, row in rows.items()
        if feed not in {str(key) for key in configured}
    ]
    counts = ("files", "rows", "applied", "older", "duplicate", "ignored", "rejected", "quarantined", "held")
    for key in [*configured, *others]:
        row = rows.get(str(key))
        values = {} if row is None else {name: getattr(row, name) for name in counts}
        last = before.get(str(key)) if row is None else row.last
        yield FeedDay(feed=key.title, kind=key.kind, last=last, **values)


def _concerning(scope: Scope) -> list[FeedOfCycle[RowFeed]]:
    """The feeds that are configured; of one merchant its own alone, as the account's tell of others too."""
    feeds = feeds_of(scope.configuration, scope.merchants)
    return [of for of in feeds if scope.merchant in (None, of.key.merchant)]


def _carts(connection: Connection, scope: Scope) -> Iterator[CartDay]:
    """Every cart that is configured, and those that had a run."""
    rows = {
        (row.merchant, row.cart): row for row in days.runs_by_cart(connection, scope.during, scope.merchant)
    }
    sent = {(row.merchant, row.cart): row for row in days.last_sent(connection, scope.during, scope.merchant)}
    configured = [
        (owner, cart) for owner in scope.merchants for cart in scope.configuration.merchants[owner].carts
    ]
    counts = ("sent", "documents", "lines", "nothing_new", "failed", "held", "turned_down")
    for name in dict.fromkeys([*configured, *rows]):
        row, last = rows.get(name), sent.get(name)
        values = {} if row is None else {each: getattr(row, each) for each in counts}
        yield CartDay(
            cart="/".join(name),
            last=last.now if last else None,
            document=last.document if last else None,
            **values,
        )


def _ages(connection: Connection, scope: Scope, before: dict[str, datetime]) -> list[FeedAge]:
    """Of every feed that is configured and has ever had a file, worst first."""
    came: dict[str, list[Arrival]] = {}
    for row in days.arrivals(connection, scope.during, scope.merchant):
        usable = row.status not in NOT_USABLE
        came.setdefault(row.feed, []).append(Arrival(at=row.received_at, name=row.name, usable=usable))
    ages = [
        age_of(
            of.key.title,
            of.key.kind,
            before=before.get(str(of.key)),
            arrivals=came.get(str(of.key), ()),
            start=scope.span[0],
            until=scope.until,
            expect=of.feed.expect,
        )
        for of in _concerning(scope)
    ]
    return worst_first([age for age in ages if age is not None])
