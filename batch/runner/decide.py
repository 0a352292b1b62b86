"""A person's decision about something held."""

from __future__ import annotations

from batch.config import Configuration
from batch.context import Context
from batch.counts import Counts
from batch.errors import FileRefused, UsageError
from batch.ledger import files, holds, locks
from batch.ledger.files import FileRecord
from batch.ledger.holds import Hold
from batch.receive.feeds import feeds_of
from batch.receive.read import understand
from batch.receive.record import record
from batch.receive.take import FeedOfCycle, RowFeed
from batch.remotes.contract import Entry


def release(context: Context, number: int) -> str:
    """Lets it pass: a file is applied as it was received, a cart's next run sends its output. Says what was done.

    Levels that newer files have reported meanwhile stay: what the file says of them is older.

    Raises:
        UsageError: nothing of that number waits, or its feed is not configured any more.
        FileRefused: the file cannot be read as the feed is configured now.
    """
    hold = _waiting(context, number)
    if hold.file is None:
        with context.ledger.write() as connection:
            _must(holds.decide(connection, number, holds.RELEASED, context.clock.now()), number)
        return f"{hold.subject}: released; its next run sends what it is to be told then"
    written = _apply(context, hold.file)
    counts = written.counts
    return (
        f"{written.entry.name}: applied; {counts.rows} rows: {counts.applied} applied, {counts.older} older, "
        f"{counts.rejected} rejected"
    )


def discard(context: Context, number: int) -> str:
    """Turns it down: a file is not applied, an output not sent. Says what was done.

    Raises:
        UsageError: nothing of that number waits.
    """
    hold = _waiting(context, number)
    with context.ledger.write() as connection:
        _must(holds.decide(connection, number, holds.DISCARDED, context.clock.now()), number)
        if hold.file is not None:
            holds.discard_file(connection, hold.file)
    if hold.file is None:
        return (
            f"{hold.subject}: discarded; the next run looks anew, and holds its output again if it still must"
        )
    return f"{hold.subject}: discarded; nothing of it is applied, its bytes stay in the archive"


def _must(decided: bool, number: int) -> None:
    if not decided:
        raise UsageError(f"{number}: somebody has decided about it meanwhile")


def _waiting(context: Context, number: int) -> Hold:
    with context.ledger.read() as connection:
        hold = holds.find(connection, number)
        others = ", ".join(f"{each.id} ({each.subject})" for each in holds.waiting(connection))
    if hold is None or hold.status != holds.OPEN:
        state = "nothing has this number" if hold is None else f"it is {hold.status} already"
        raise UsageError(f"{number}: {state}; waiting: {others or 'nothing'}")
    return hold


def _apply(context: Context, number: int) -> FileRecord:
    with context.ledger.read() as connection:
        row = files.get(connection, number)
    of = _feed(context.configuration, row.feed)
    entry = Entry(name=row.name, size=row.size, modified=row.modified)
    file = FileRecord(
        feed=of.key,
        remote=row.remote,
        path=row.path,
        entry=entry,
        sha256=row.sha256,
        received_at=row.received_at,
        status="applied",
        counts=Counts(),
        after_done=row.after_done,
    )
    merchants = [f"intake {merchant}" for merchant in of.merchants.values()]
    with locks.hold(context.ledger, merchants, context.holder, context.clock):
        try:
            understood = understand(context.archive.get(row.sha256), of.feed, entry, of.merchants)
        except FileRefused as error:
            raise FileRefused(f"file {number}, {row.name}: {error}") from error
        if not understood.rows and understood.as_of is None:
            raise UsageError(
                f"file {number}, {row.name}: it has no rows and no as-of of its own, so nothing of it can be applied; "
                "discard it"
            )
        return record(context, file, understood, of.feed, released=number)


def _feed(configuration: Configuration, key: str) -> FeedOfCycle[RowFeed]:
    feeds = feeds_of(configuration, list(configuration.merchants))
    found = [of for of in feeds if str(of.key) == key]
    if not found:
        raise UsageError(
            f"feed {key}: it is not configured any more; configure it again, or discard the file"
        )
    return found[0]
