"""The feeds of a cycle: what lies on their remotes is looked at, fetched, archived, read and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from batch.config import AckFeed, Cart, Configuration
from batch.context import Context
from batch.errors import RemoteError, RemoteRefused, StoreError
from batch.ledger import files, locks
from batch.ledger.files import FeedKey, FileRecord, LedgerRow
from batch.receive import look
from batch.receive.look import Look, Sighting
from batch.receive.take import AnyFeed, FeedOfCycle, RowFeed, reading_of, take_in, tidy
from batch.remotes.contract import Entry, Listing

LONGEST_SLEEP = 300.0


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that went wrong beside files and carts: a remote that could not be reached, say.

    `feed`: key of the feed of which nothing more could be taken in by it.
    """

    where: str
    message: str
    feed: str = ""


@dataclass(frozen=True, kw_only=True)
class Received:
    """What came in during a cycle, in the order in which it was taken."""

    files: tuple[FileRecord, ...]
    problems: tuple[Problem, ...]


def feeds_of(configuration: Configuration, merchants: Sequence[str]) -> list[FeedOfCycle[RowFeed]]:
    """The feeds that concern these merchants. Inventory first: orders are then as recent as they can be."""
    codes = {merchant.code: merchant.id for merchant in configuration.merchants.values()}
    account: list[FeedOfCycle[RowFeed]] = [
        FeedOfCycle(key=FeedKey(merchant=None, kind="inventory", name=feed.name), feed=feed, merchants=codes)
        for feed in configuration.inventory
    ]
    chosen = [configuration.merchants[name] for name in merchants]
    own: list[FeedOfCycle[RowFeed]] = [
        FeedOfCycle(
            key=FeedKey(merchant=merchant.id, kind=kind, name=feed.name),
            feed=feed,
            merchants={"": merchant.id},
        )
        for kind in ("inventory", "orders")
        for merchant in chosen
        for feed in getattr(merchant, kind)
    ]
    return account + own


def ack_feeds_of(carts: Sequence[Cart]) -> list[FeedOfCycle[AckFeed]]:
    """The feeds with acknowledgements for these carts' documents."""
    return [
        FeedOfCycle(
            key=FeedKey(merchant=cart.merchant, kind="acks", name=cart.id),
            feed=cart.acks,
            merchants={"": cart.merchant},
        )
        for cart in carts
        if cart.acks is not None
    ]


def receive(context: Context, intakes: Sequence[FeedOfCycle[AnyFeed]]) -> Received:
    """Takes in all that is ready on the feeds' remotes; one feed's failure is another feed's nothing.

    Feeds whose files must stand still are looked at twice, with one wait for all of them in between.
    """
    taken: list[FileRecord] = []
    problems: list[Problem] = []
    waiting = _pass(context, intakes, taken, problems)
    if waiting:
        _wait(context, max(intake.feed.settle for intake in waiting).total_seconds())
        _pass(context, waiting, taken, problems)
    return Received(files=tuple(taken), problems=tuple(problems))


def _wait(context: Context, seconds: float) -> None:
    """Waits, and keeps the leases meanwhile."""
    while seconds > 0:
        context.clock.sleep(min(seconds, LONGEST_SLEEP))
        locks.renew(context.ledger, context.holder, context.clock)
        seconds -= LONGEST_SLEEP


def _pass(
    context: Context,
    intakes: Sequence[FeedOfCycle[AnyFeed]],
    taken: list[FileRecord],
    problems: list[Problem],
) -> list[FeedOfCycle[AnyFeed]]:
    """One look at every feed; returns those with files that are still waiting."""
    waiting = []
    for intake in context.progress(list(intakes), "receiving"):
        if context.stopping():
            break
        try:
            if _receive_feed(context, intake, taken, problems):
                waiting.append(intake)
        except (RemoteError, StoreError) as error:
            problem = Problem(where=f"feed {intake.key.title}", message=str(error), feed=str(intake.key))
            problems.append(problem)
    return waiting


def _receive_feed(
    context: Context, intake: FeedOfCycle[AnyFeed], taken: list[FileRecord], problems: list[Problem]
) -> bool:
    """Takes in what is ready on one feed; whether more is waiting. A file that the remote refuses does not stop the next."""
    feed = intake.feed
    listing: Listing = context.remotes.use(feed.remote, lambda remote: remote.list(feed.path))
    for name in listing.refused:
        context.warn(f"feed {intake.key.title}: {name} is left alone")
    with context.ledger.read() as connection:
        known = files.known(connection, intake.key)
    present = {look.version(entry): entry for entry in listing.entries}
    for known_version, row in known.items():
        if not row.after_done and known_version in present:
            tidy(context, intake, present[known_version], row.id)
    done = {
        known_version
        for known_version, row in known.items()
        if (not row.after_done or feed.after.kind == "keep") and not _worth_another_try(row, feed)
    }
    found = _ready(context, intake, look.unknown(listing.entries, feed.files, done), listing)
    for entry in context.progress(list(found.ready), intake.key.title):
        if context.stopping():
            break
        locks.renew(context.ledger, context.holder, context.clock)
        try:
            taken.append(take_in(context, intake, entry))
        except RemoteRefused as error:
            problems.append(Problem(where=f"feed {intake.key.title}", message=str(error)))
    return bool(found.waiting)


def _worth_another_try(row: LedgerRow, feed: AnyFeed) -> bool:
    """A file that could not be used, and a feed that is configured otherwise by now."""
    return bool(row.status == "quarantined" and row.reading != reading_of(feed))


def _ready(context: Context, intake: FeedOfCycle[AnyFeed], candidates: list[Entry], listing: Listing) -> Look:
    if intake.feed.ready == "rename":
        return Look(ready=tuple(candidates))
    if intake.feed.ready == "marker":
        return look.marked(candidates, listing.entries, intake.feed.marker)
    now = context.clock.wall()
    with context.ledger.write() as connection:
        seen = {
            name: Sighting(size=row.size, modified=row.modified, seen_at=row.seen_at)
            for name, row in files.sighting(connection, intake.key).items()
        }
        found = look.settled(candidates, seen, now, intake.feed.settle)
        fresh = [
            entry
            for entry in found.waiting
            if entry.name not in seen
            or (seen[entry.name].size, seen[entry.name].modified) != (entry.size, entry.modified)
        ]
        if fresh:
            files.remember_sightings(connection, intake.key, fresh, now)
    return found
