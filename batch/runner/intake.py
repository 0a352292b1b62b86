"""What comes in: fetched from the remotes, or taken up again from the archive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from batch.config import Cart, Configuration
from batch.context import Context
from batch.days import span_of
from batch.deliver.answers import answer
from batch.errors import RemoteError, StoreError
from batch.ledger import files, locks, troubles
from batch.ledger.files import FileRecord
from batch.receive.feeds import Problem, Received, ack_feeds_of, feeds_of, receive
from batch.receive.take import FeedOfCycle, RowFeed, take_again


def intake_locks(configuration: Configuration, merchants: Sequence[str]) -> list[str]:
    """The locks that receiving for these merchants needs: a feed of the account brings rows for everyone."""
    taken = list(configuration.merchants) if configuration.inventory else merchants
    return [f"intake {merchant}" for merchant in taken]


def take_in_all(context: Context, carts: Sequence[Cart], merchants: Sequence[str]) -> Received:
    """Receives for these merchants, acknowledgements for these carts among it, and answers what wants an answer."""
    feeds = feeds_of(context.configuration, merchants)
    received = receive(context, [*feeds, *ack_feeds_of(carts)])
    if not context.stopping():
        asked = {str(of.key) for of in feeds}
        found = {each.feed: each.message for each in received.problems if each.feed in asked}
        troubles.note(context.ledger, asked, found, context.clock.now())
    return Received(files=received.files, problems=(*received.problems, *_answer(context, feeds)))


def take_up_again(context: Context, carts: Sequence[Cart], merchants: Sequence[str], day: date) -> Received:
    """Reads the files of a day (in the account's time zone) that were quarantined or discarded once more.

    They come from the archive, and are read as their feeds are configured now. No remote is asked.
    """
    feeds = feeds_of(context.configuration, merchants)
    every = {str(of.key): of for of in (*feeds, *ack_feeds_of(carts))}
    zone = context.configuration.account.timezone
    start, end = span_of(day, zone)
    with context.ledger.read() as connection:
        rows = files.set_aside(connection, [of.key for of in every.values()], start, end)
    taken: list[FileRecord] = []
    problems: list[Problem] = []
    for row in context.progress(rows, "reading again"):
        locks.renew(context.ledger, context.holder, context.clock)
        try:
            taken.append(take_again(context, every[row.feed], row))
        except StoreError as error:
            problems.append(Problem(where=f"file {row.id}, {row.name}", message=str(error)))
    return Received(files=tuple(taken), problems=tuple(problems))


def _answer(context: Context, feeds: Sequence[FeedOfCycle[RowFeed]]) -> list[Problem]:
    """997s for the files that came in; one feed's failure is another feed's nothing."""
    problems = []
    for of in feeds:
        try:
            answer(context, of)
        except (RemoteError, StoreError) as error:
            problems.append(Problem(where=f"feed {of.key.title}: its 997", message=str(error)))
    return problems
