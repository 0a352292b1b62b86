"""Conditions: what stands in the way of right and recent numbers, from what the ledger knows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from batch.config import Cart, Configuration, FeedExpect
from batch.ledger import conditions, glance, holds, locks, oversold, troubles
from batch.ledger.files import LedgerRow
from batch.ledger.glance import Carts
from batch.ledger.schema import files
from batch.receive.feeds import feeds_of
from batch.receive.take import FeedOfCycle, RowFeed
from batch.runner.acks import amiss
from batch.watch.deadlines import deadline
from batch.watch.kinds import KINDS, Kind

NAMED = 10
"""So many oversold SKUs are named."""
MOST_ROWS = 4
"""So many rows of each file are looked at: it may have been taken up again."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`subject`: the feed, cart or merchant; `merchant`: whose it is, None for the whole account's; `since`: from when on it stands.

    `text`: what it is, and what to do.
    """

    kind: Kind
    subject: str
    merchant: str | None
    since: datetime
    text: str


def standing(
    connection: Connection, configuration: Configuration, merchants: Sequence[str], now: datetime
) -> list[Condition]:
    """What stands now with the feeds and carts of these merchants, the worst first, then the oldest.

    What is the whole account's stands only among that of all merchants: it may tell of each of them.
    """
    owners = (*merchants, None) if set(configuration.merchants) <= set(merchants) else tuple(merchants)
    carts = [cart for merchant in merchants for cart in configuration.merchants[merchant].carts.values()]
    feeds = [of for of in feeds_of(configuration, merchants) if of.key.merchant in owners]
    first = conditions.since(connection, "missing")
    told = glance.of_carts(connection, [(cart.merchant, cart.id) for cart in carts])
    counted, unasked = oversold.of_all(connection), troubles.standing(connection)
    last = glance.latest_files(connection, [str(of.key) for of in feeds])
    found = [
        *(_oversold(counted[merchant]) for merchant in merchants if _any_oversold(counted.get(merchant))),
        *(_unreachable(of, unasked[str(of.key)]) for of in feeds if str(of.key) in unasked),
        *(each for of in feeds for each in _feed(connection, of, last.get(str(of.key)), first, now)),
        *(each for cart in carts for each in _cart(connection, cart, told, first, now)),
        *(_held(hold) for hold in holds.waiting(connection) if hold.merchant in owners),
    ]
    return sorted(found, key=lambda each: (KINDS.index(each.kind), each.since))


def _held(hold: holds.Hold) -> Condition:
    text = f"{hold.reason}; `stockferry release {hold.id}` lets it pass, `stockferry discard {hold.id}` turns it down"
    return Condition(
        kind="held", subject=hold.subject, merchant=hold.merchant, since=hold.created_at, text=text
    )


def _any_oversold(row: LedgerRow | None) -> bool:
    return row is not None and row.skus > 0


def _oversold(row: LedgerRow) -> Condition:
    worst = json.loads(row.worst)[:NAMED]
    named = ", ".join(f"{sku} ({available})" for sku, available in worst)
    rest = f" and {row.skus - len(worst)} more" if row.skus > len(worst) else ""
    text = f"sold more often than they are there, carts are told 0: {named}{rest}; `stockferry explain {row.merchant} SKU` says by which orders"
    return Condition(
        kind="oversold",
        subject=f"merchant {row.merchant}",
        merchant=row.merchant,
        since=row.since,
        text=text,
    )


def _unreachable(of: FeedOfCycle[RowFeed], row: LedgerRow) -> Condition:
    return Condition(
        kind="unreachable", subject=_subject(of), merchant=of.key.merchant, since=row.since, text=row.text
    )


def _subject(of: FeedOfCycle[RowFeed]) -> str:
    return f"{'order feed' if of.key.kind == 'orders' else 'feed'} {of.key.title}"


def _feed(
    connection: Connection,
    of: FeedOfCycle[RowFeed],
    last: LedgerRow | None,
    first: Mapping[str, datetime],
    now: datetime,
) -> Iterator[Condition]:
    merchant = of.key.merchant
    subject, expect = _subject(of), of.feed.expect
    if last is not None and last.status == "quarantined":
        text = f"{last.name}: {last.reason}; once the feed is configured otherwise it is read again"
        yield Condition(
            kind="quarantined", subject=subject, merchant=merchant, since=last.received_at, text=text
        )
    if expect is None:
        return
    if last is None:
        text = f"no file has ever come in; {of.feed.files} is looked for in {of.feed.remote}:{of.feed.path or '.'}"
        since = first.get(subject, now)
        yield Condition(kind="missing", subject=subject, merchant=merchant, since=since, text=text)
    elif now > (due := deadline(expect, last.received_at)):
        text = f"its last file, {last.name}, came in at {last.received_at:%Y-%m-%d %H:%M} UTC; ask the warehouse for the next"
        yield Condition(kind="late", subject=subject, merchant=merchant, since=due, text=text)
    if expect.changes_within is not None:
        yield from _unchanged(connection, of, expect, subject)


def _unchanged(
    connection: Connection, of: FeedOfCycle[RowFeed], expect: FeedExpect, subject: str
) -> Iterator[Condition]:
    """So many files in a row that bring the bytes of the one before."""
    wanted = (expect.changes_within or 0) + 1
    query = select(files).where(files.c.feed == str(of.key)).order_by(files.c.id.desc())
    deliveries: dict[tuple[object, ...], LedgerRow] = {}  # a file that was taken up again came once
    for row in connection.execute(query.limit(MOST_ROWS * wanted)):
        deliveries.setdefault((row.name, row.size, row.modified), row)
    rows = list(deliveries.values())[:wanted]
    if len(rows) == wanted and len({row.sha256 for row in rows}) == 1:
        text = f"its last {wanted} files say the same, byte for byte; ask the warehouse whether its export still runs"
        yield Condition(
            kind="unchanged",
            subject=subject,
            merchant=of.key.merchant,
            since=rows[-2].received_at,
            text=text,
        )


def _cart(
    connection: Connection, cart: Cart, told: Carts, first: Mapping[str, datetime], now: datetime
) -> Iterator[Condition]:
    subject, name = f"cart {cart.merchant}/{cart.id}", (cart.merchant, cart.id)
    latest, sent = told.latest.get(name), told.sent.get(name)
    stuck = latest is not None and name in told.open and _stuck(connection, subject, latest, now)
    if latest is not None and (latest.status == "failed" or stuck):
        reason = (latest.reason or "its delivery is open").removeprefix(f"{subject}: ")
        yield Condition(
            kind="failed",
            subject=subject,
            merchant=cart.merchant,
            since=latest.now,
            text=f"{reason} (run {latest.id})",
        )
    if cart.expect is not None and sent is not None and now > (due := deadline(cart.expect, sent.now)):
        text = (
            f"it was last told something at {sent.now:%Y-%m-%d %H:%M} UTC, by {sent.document} (run {sent.id})"
        )
        yield Condition(kind="late", subject=subject, merchant=cart.merchant, since=due, text=text)
    if cart.expect is not None and sent is None:
        since = first.get(subject, now)
        text = "it has never been told anything"
        yield Condition(kind="missing", subject=subject, merchant=cart.merchant, since=since, text=text)
    for sentence in amiss(connection, [cart], now):
        text = sentence.removeprefix(f"{subject}: ")
        yield Condition(
            kind="unacknowledged",
            subject=subject,
            merchant=cart.merchant,
            since=sent.now if sent else now,
            text=text,
        )


def _stuck(connection: Connection, lock: str, latest: LedgerRow, now: datetime) -> bool:
    """Whether the open delivery has failed before, or nobody is at work on it."""
    return bool(latest.reason) or not locks.at_work(connection, lock, now)
