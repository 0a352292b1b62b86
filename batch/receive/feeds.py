"""The feeds of a cycle: what lies on their remotes is looked at, fetched, archived, read and recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from posixpath import normpath
from typing import TypeAlias

from batch.beside import ahead
from batch.config import AckFeed, Cart, Configuration
from batch.context import Context
from batch.errors import RemoteError, RemoteRefused, StockferryError, StoreError
from batch.ledger import files, locks
from batch.ledger.files import FeedKey, FileRecord, LedgerRow
from batch.receive import look
from batch.receive.look import Look, Sighting
from batch.receive.take import (
    AnyFeed,
    Arrived,
    FeedOfCycle,
    RowFeed,
    bring,
    loading,
    read_ahead,
    reading_of,
    take_in,
    tidy,
)
from batch.remotes.contract import Entry, Listing
from batch.remotes.names import join

LONGEST_SLEEP = 300.0

Lying: TypeAlias = tuple[str, Entry]
"""An address, and what was listed there."""


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


def receive(context: Context, feeds: Sequence[FeedOfCycle[AnyFeed]]) -> Received:
    """Takes in all that is ready on the feeds' remotes; one feed's failure is another feed's nothing.

    Feeds whose files must stand still are looked at twice, with one wait for all of them in between.
    """
    intake = _Intake(context)
    waiting = intake.look_at(feeds)
    if waiting:
        with loading():
            _wait(context, max(of.feed.settle for of in waiting).total_seconds())
        intake.look_at(waiting)
    return Received(files=tuple(intake.taken), problems=tuple(intake.problems))


def _wait(context: Context, seconds: float) -> None:
    """Waits, and keeps the leases meanwhile."""
    while seconds > 0:
        context.clock.sleep(min(seconds, LONGEST_SLEEP))
        locks.renew(context.ledger, context.holder, context.clock)
        seconds -= LONGEST_SLEEP


class _Intake:
    """What comes in during a cycle.

    While a large file is recorded, a thread brings the next one: it adds to `_leaving`, the caller alone to `_given_up`.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._given_up: set[FeedKey] = set()
        self._leaving: set[Lying] = set()
        self.taken: list[FileRecord] = []
        self.problems: list[Problem] = []

    def look_at(self, feeds: Sequence[FeedOfCycle[AnyFeed]]) -> list[FeedOfCycle[AnyFeed]]:
        """Takes in what is ready on each feed, in order; returns those with files that are still waiting."""
        waiting: list[FeedOfCycle[AnyFeed]] = []
        self._given_up.clear()
        arrivals = self._arrivals(feeds, waiting)
        with ahead(arrivals, rows=lambda arrived: arrived.rows, ready=self._read_ahead) as walk:
            for arrived in walk:
                if arrived.of.key in self._given_up:
                    continue
                try:
                    self.taken.append(take_in(self._context, arrived))
                except (RemoteError, StoreError) as error:
                    self._given_up.add(arrived.of.key)
                    self._note(arrived.of, error)
                if self._context.stopping():
                    break
        return [of for of in waiting if of.key not in self._given_up]

    def _read_ahead(self, arrived: Arrived[AnyFeed]) -> None:
        read_ahead(self._context, arrived)

    def _note(self, of: FeedOfCycle[AnyFeed], error: StockferryError) -> None:
        """One feed's failure is another feed's nothing."""
        self.problems.append(Problem(where=f"feed {of.key.title}", message=str(error), feed=str(of.key)))

    def _arrivals(
        self, feeds: Sequence[FeedOfCycle[AnyFeed]], waiting: list[FeedOfCycle[AnyFeed]]
    ) -> Iterator[Arrived[AnyFeed]]:
        for of in self._context.progress(list(feeds), "receiving"):
            if self._context.stopping():
                break
            try:
                found = _found(self._context, of, self._leaving)
                yield from self._brought(of, found)
                if found.waiting:
                    waiting.append(of)
            except (RemoteError, StoreError) as error:
                self._note(of, error)

    def _brought(self, of: FeedOfCycle[AnyFeed], found: Look) -> Iterator[Arrived[AnyFeed]]:
        """The files that are ready on a feed, archived. One that the remote refuses does not stop the next."""
        for entry in self._context.progress(list(found.ready), of.key.title):
            if self._context.stopping() or of.key in self._given_up:
                break
            locks.renew(self._context.ledger, self._context.holder, self._context.clock)
            try:
                arrived = bring(self._context, of, entry)
            except RemoteRefused as error:
                self.problems.append(Problem(where=f"feed {of.key.title}", message=str(error)))
                continue
            if of.feed.after.kind != "keep":
                self._leaving.add(_lying(self._context, of, entry))
            yield arrived


def _lying(context: Context, of: FeedOfCycle[AnyFeed], entry: Entry) -> Lying:
    url = context.configuration.remotes[of.feed.remote].url
    return normpath(f"{url}/{join(of.feed.path, entry.name)}"), entry


def _found(context: Context, of: FeedOfCycle[AnyFeed], leaving: Collection[Lying]) -> Look:
    """What lies on a feed's remote; originals that should have been put away before are.

    `leaving`: what another feed has taken and is about to put away.
    """
    feed = of.feed
    listing: Listing = context.remotes.use(feed.remote, lambda remote: remote.list(feed.path))
    for name in listing.refused:
        context.warn(f"feed {of.key.title}: {name} is left alone")
    with context.ledger.read() as connection:
        known = files.known(connection, of.key, (entry.name for entry in listing.entries))
    present = {look.version(entry): entry for entry in listing.entries}
    for known_version, row in known.items():
        if not row.after_done and known_version in present:
            tidy(context, of, present[known_version], row.id)
    done = {
        known_version
        for known_version, row in known.items()
        if (not row.after_done or feed.after.kind == "keep") and not _worth_another_try(row, feed)
    }
    fresh = look.unknown(listing.entries, feed.files, done)
    return _ready(
        context, of, [entry for entry in fresh if _lying(context, of, entry) not in leaving], listing
    )


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
