"""Conditions: what stands in the way of right and recent numbers, from what the ledger knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from batch.config import Cart, Configuration, FeedExpect
from batch.ledger import holds, outbox, overview
from batch.ledger.files import LedgerRow
from batch.ledger.schema import files
from batch.receive.feeds import feeds_of
from batch.receive.take import FeedOfCycle, RowFeed
from batch.runner.acks import amiss
from batch.watch.deadlines import deadline

KINDS = ("failed", "late", "quarantined", "held", "unacknowledged", "unchanged")
"""The worst first."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`kind`: of KINDS; `subject`: the feed or cart; `since`: from when on it stands; `text`: what it is, and what to do."""

    kind: str
    subject: str
    since: datetime
    text: str


def standing(
    connection: Connection, configuration: Configuration, merchants: Sequence[str], now: datetime
) -> list[Condition]:
    """What stands now with the feeds and carts of these merchants, the worst first, then the oldest."""
    carts = [cart for merchant in merchants for cart in configuration.merchants[merchant].carts.values()]
    found = [
        condition for of in feeds_of(configuration, merchants) for condition in _feed(connection, of, now)
    ]
    found += [condition for cart in carts for condition in _cart(connection, cart, now)]
    found += [
        Condition(
            kind="held",
            subject=hold.subject,
            since=hold.created_at,
            text=f"{hold.reason}; `stockferry release {hold.id}` lets it pass, `stockferry discard {hold.id}` turns it down",
        )
        for hold in holds.waiting(connection)
        if hold.merchant in (None, *merchants)
    ]
    return sorted(found, key=lambda each: (KINDS.index(each.kind), each.since))


def _feed(connection: Connection, of: FeedOfCycle[RowFeed], now: datetime) -> Iterator[Condition]:
    subject = f"feed {of.key.title}"
    last = overview.latest_file(connection, str(of.key))
    expect = of.feed.expect
    if last is not None and last.status == "quarantined":
        text = f"{last.name}: {last.reason}; once the feed is configured otherwise it is read again"
        yield Condition(kind="quarantined", subject=subject, since=last.received_at, text=text)
    if expect is None:
        return
    if last is not None and now > (due := deadline(expect, last.received_at)):
        text = f"its last file, {last.name}, came in at {last.received_at:%Y-%m-%d %H:%M} UTC; ask the warehouse for the next"
        yield Condition(kind="late", subject=subject, since=due, text=text)
    if expect.changes_within is not None:
        yield from _unchanged(connection, of, expect, subject)


def _unchanged(
    connection: Connection, of: FeedOfCycle[RowFeed], expect: FeedExpect, subject: str
) -> Iterator[Condition]:
    """So many files in a row that bring the bytes of the one before."""
    wanted = (expect.changes_within or 0) + 1
    query = select(files).where(files.c.feed == str(of.key)).order_by(files.c.id.desc()).limit(wanted)
    rows: Sequence[LedgerRow] = connection.execute(query).all()
    if len(rows) == wanted and len({row.sha256 for row in rows}) == 1:
        text = f"its last {wanted} files say the same, byte for byte; ask the warehouse whether its export still runs"
        yield Condition(kind="unchanged", subject=subject, since=rows[-2].received_at, text=text)


def _cart(connection: Connection, cart: Cart, now: datetime) -> Iterator[Condition]:
    subject = f"cart {cart.merchant}/{cart.id}"
    latest = overview.latest_run(connection, cart.merchant, cart.id)
    if latest is not None and (
        latest.status == "failed" or outbox.count_open(connection, cart.merchant, cart.id)
    ):
        reason = (latest.reason or "its delivery is open").removeprefix(f"{subject}: ")
        yield Condition(kind="failed", subject=subject, since=latest.now, text=f"{reason} (run {latest.id})")
    sent = overview.last_delivery(connection, cart.merchant, cart.id)
    if cart.expect is not None and sent is not None and now > (due := deadline(cart.expect, sent.now)):
        text = (
            f"it was last told something at {sent.now:%Y-%m-%d %H:%M} UTC, by {sent.document} (run {sent.id})"
        )
        yield Condition(kind="late", subject=subject, since=due, text=text)
    for sentence in amiss(connection, [cart], now):
        text = sentence.removeprefix(f"{subject}: ")
        yield Condition(kind="unacknowledged", subject=subject, since=sent.now if sent else now, text=text)
