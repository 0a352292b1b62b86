"""The state of a past sync with its files read once more: from the archive, in the order of then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from batch.config import Configuration
from batch.context import Context
from batch.errors import FileRefused
from batch.ledger import retention
from batch.ledger.files import LedgerRow
from batch.ledger.schema import files, intakes
from batch.model import State
from batch.receive.change import change, unusable
from batch.receive.feeds import feeds_of
from batch.receive.read import understand
from batch.receive.take import FeedOfCycle, RowFeed, reading_of
from batch.remotes.contract import Entry
from batch.rerun.past import Past
from batch.settings import lags_of
from batch.store import state


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A file that was taken in by then. `seq`: the intake it became, or came after; `applied`: it became one."""

    row: LedgerRow
    seq: int
    applied: bool


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How far files have been read again: the state after the first `count` of them."""

    state: State
    count: int


def reread(
    context: Context, past: Past, configuration: Configuration, *, earlier: Reading | None, every: bool
) -> Reading | None:
    """What would have been known then. None if no file of then is read in another way by this configuration.

    `every`: all files are read again, not only from the first on that is read otherwise; what a full file leaves out
    depends on what was known before it. `earlier`: of a sync before this one, by the same configuration, to go on from.
    Files that gc has removed stay as they were read.

    Raises:
        StoreError: a file that should be kept is missing from the archive, or damaged.
    """
    feeds = {str(of.key): of for of in feeds_of(configuration, [past.merchant])}
    with context.ledger.read() as connection:
        taken = _taken(connection, past, list(feeds))
    if earlier is None:
        first = next((at for at, each in enumerate(taken) if every or _otherwise(each, feeds)), None)
        if first is None:
            return None
        start = taken[first].seq - (1 if taken[first].applied else 0)
        earlier = Reading(state=state.load(context.ledger, context.tables, past.merchant, start), count=first)
    known, lags = earlier.state, lags_of(configuration.merchants[past.merchant])
    for each in context.progress(taken[earlier.count :], "reading again"):
        known = _applied(context, known, each, feeds[each.row.feed], merchant=past.merchant, lags=lags)
    return Reading(state=replace(known, seq=past.told.seq), count=len(taken))


def _taken(connection: Connection, past: Past, feeds: Sequence[str]) -> list[Taken]:
    """What was applied by then, and what was quarantined by then and might be of use now, in the order of then."""
    kept = retention.kept_from(connection)
    since = [] if kept is None else [files.c.received_at >= kept]
    applied = connection.execute(
        select(files, intakes.c.seq)
        .join(intakes, intakes.c.file == files.c.id)
        .where(
            intakes.c.merchant == past.merchant,
            intakes.c.seq <= past.told.seq,
            files.c.feed.in_(feeds),
            *since,
        )
    ).all()
    before = (
        select(func.coalesce(func.max(intakes.c.seq), 0))
        .where(intakes.c.merchant == past.merchant, intakes.c.recorded_at <= files.c.received_at)
        .scalar_subquery()
    )
    unused = connection.execute(
        select(files, before.label("seq")).where(
            files.c.feed.in_(feeds), files.c.status == "quarantined", files.c.received_at <= past.at, *since
        )
    ).all()
    found = [Taken(row=row, seq=row.seq, applied=True) for row in applied]
    found += [Taken(row=row, seq=row.seq, applied=False) for row in unused if row.seq <= past.told.seq]
    return sorted(found, key=lambda each: (each.seq, not each.applied, each.row.id))


def _otherwise(taken: Taken, feeds: Mapping[str, FeedOfCycle[RowFeed]]) -> bool:
    return bool(taken.row.reading != reading_of(feeds[taken.row.feed].feed))


def _applied(
    context: Context,
    known: State,
    taken: Taken,
    of: FeedOfCycle[RowFeed],
    *,
    merchant: str,
    lags: Mapping[str, int],
) -> State:
    """The state with a file, as it is read now; as it was, if the file is of no use now."""
    row, seq = taken.row, max(taken.seq, known.seq)
    entry = Entry(name=row.name, size=row.size, modified=row.modified)
    try:
        understood = understand(context.archive.get(row.sha256), of.feed, entry, of.merchants)
    except FileRefused:
        return replace(known, seq=seq)
    part = understood.parts.get(merchant)
    if part is None or unusable(understood):
        return replace(known, seq=seq)
    before = replace(known, seq=taken.seq - (1 if taken.applied else 0))
    return replace(change(before, part, of.feed, understood, lags).after, seq=seq)
