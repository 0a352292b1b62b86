"""997s for the files that partners send: one for each interchange, staged and uploaded as any document is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from batch.config.file_names import render
from batch.context import Context
from batch.deliver.outbox import upload
from batch.errors import FileRefused
from batch.ledger import files, outbox, runs
from batch.ledger.files import FeedKey, LedgerRow
from batch.ledger.outbox import Delivery
from batch.receive.take import FeedOfCycle, RowFeed
from batch.receive.unpack import unpacked
from batch.settings import series_of
from formats.errors import Unreadable

if TYPE_CHECKING:
    from formats.x12.envelopes import Interchange


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A 997 that is to be staged."""

    part: int
    name: str
    data: bytes
    series: str
    number: int
    sets: int


def answer(context: Context, of: FeedOfCycle[RowFeed]) -> None:
    """Finishes the answers that an earlier run left open, then answers the files that have none yet.

    Raises:
        RemoteError: one could not be uploaded; it stays staged, and the next run goes on with it.
    """
    feed = of.feed
    if context.dry_run:
        return
    with context.ledger.read() as connection:
        open_ones = outbox.open_answers(connection, str(of.key))
        due = files.answers_due(connection, str(of.key)) if feed.acknowledge else []
    _deliver(context, feed, open_ones)
    for file in due:
        _deliver(context, feed, _stage(context, of.key, feed, file))


def _deliver(context: Context, feed: RowFeed, deliveries: list[Delivery]) -> None:
    remote, folder = _place(feed)
    for delivery in deliveries:
        name = upload(context, delivery, remote=remote, folder=folder)
        with context.ledger.write() as connection:
            outbox.settle(connection, delivery.id, context.clock.now(), None, name=name)


def _stage(context: Context, key: FeedKey, feed: RowFeed, file: LedgerRow) -> list[Delivery]:
    """Archives the answers to a file, then takes their numbers and puts them into the outbox, in one transaction."""
    while True:
        replies = _replies(context, key, feed, file)
        archived = [context.archive.put(reply.data) for reply in replies]
        with context.ledger.write() as connection:
            if not _still_free(connection, replies):
                continue
            files.answered(connection, file.id)
            return [
                _put(connection, _place(feed), file, reply, sha256)
                for reply, sha256 in zip(replies, archived, strict=True)
            ]


def _still_free(connection: Connection, replies: list[Reply]) -> bool:
    """Whether no other process has taken a number meanwhile."""
    first = {reply.series: reply.number for reply in reversed(replies)}
    return all(runs.next_number(connection, series) == number for series, number in first.items())


def _put(
    connection: Connection, place: tuple[str, str], file: LedgerRow, reply: Reply, sha256: str
) -> Delivery:
    runs.take_numbers(connection, reply.series, reply.number, 1)
    return outbox.stage(
        connection,
        file=file.id,
        part=reply.part,
        remote=place[0],
        folder=place[1],
        name=reply.name,
        series=reply.series,
        number=reply.number,
        sha256=sha256,
        size=len(reply.data),
        lines=reply.sets,
    )


def _place(feed: RowFeed) -> tuple[str, str]:
    """The remote and the folder that answers go to."""
    return feed.remote, feed.path if feed.answers is None else feed.answers


def _replies(context: Context, key: FeedKey, feed: RowFeed, file: LedgerRow) -> list[Reply]:
    from formats.acknowledgement.writer import received

    try:
        interchanges = received(unpacked(context.archive.get(file.sha256), feed.max_size))
    except (FileRefused, Unreadable) as error:
        context.warn(f"feed {key.title}: {file.name} gets no 997, its envelope cannot be read: {error}")
        return []
    replies: list[Reply] = []
    for each in interchanges:
        replies.append(_reply(context, feed, file, each, replies))
    return replies


def _reply(
    context: Context, feed: RowFeed, file: LedgerRow, of: Interchange, earlier: Sequence[Reply]
) -> Reply:
    """`earlier`: what is to be staged together with it."""
    from formats.acknowledgement.writer import write_997

    series = series_of(of.receiver, of.sender)
    with context.ledger.read() as connection:
        number = runs.next_number(connection, series) + sum(reply.series == series for reply in earlier)
        at = context.clock.now().astimezone(feed.timezone)
        name = render(feed.answer_name, cart="", merchant=file.merchant or "", at=at, number=number)
        name = _free_name(connection, _place(feed), name, {reply.name for reply in earlier})
    return Reply(
        part=len(earlier) + 1,
        name=name,
        data=write_997(of, number=number, written_at=at, refused=file.status == "quarantined"),
        series=series,
        number=number,
        sets=sum(len(group.sets) for group in of.groups),
    )


def _free_name(connection: Connection, place: tuple[str, str], name: str, taken: set[str]) -> str:
    """The name, or with a number behind it: two partners may have had the same control number."""
    stem, dot, ending = name.rpartition(".")
    names = itertools.chain([name], (f"{stem}-{again}{dot}{ending}" for again in itertools.count(2)))
    return next(
        free for free in names if free not in taken and not outbox.is_answer(connection, *place, free)
    )
