"""A file's place in the ledger: decided purely, written in one transaction, tables first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import pandas as pd
import pyarrow as pa

from batch.beside import beside
from batch.config import InventoryFeed, OrderFeed
from batch.context import Context
from batch.counts import Counts
from batch.errors import FileRefused, UsageError
from batch.ledger import files, holds, intakes, overview
from batch.ledger.files import FileRecord
from batch.model import no_rejects, whole
from batch.receive.change import Change, change, unusable
from batch.receive.guard import file_trip
from batch.receive.read import Understood
from batch.receive.stored import Stored, write_tables
from batch.receive.twins import counted_twice
from batch.reconcile import oddities
from batch.reconcile.coded import code_of, known_code, unknown_of_few
from batch.reconcile.doubts import double_products_of, near_skus_of
from batch.reconcile.guards import Trip
from batch.reconcile.keys import FEW
from batch.settings import lags_of
from batch.spare import give_back
from batch.store import state as states
from formats.frames import arrow, picked


def record(
    context: Context,
    file: FileRecord,
    understood: Understood,
    feed: InventoryFeed | OrderFeed,
    *,
    released: int | None = None,
) -> FileRecord:
    """Applies a file to every merchant that it speaks of, and records it. Returns the record as written.

    `released`: the number of a file that was held, and is applied now whatever the guards say.
    """
    reason = unusable(understood)
    if reason and released is not None:
        raise FileRefused(f"file {released}, {file.entry.name}: {reason}; it stays held")
    if reason:
        return record_unapplied(
            context, _unapplied(file, understood, "quarantined", reason), understood.rejects
        )
    changes = {
        merchant: change(context.state(merchant), part, feed, understood, _lags(context, merchant))
        for merchant, part in understood.parts.items()
    }
    effective = {merchant: each for merchant, each in changes.items() if len(each.segment)}
    rows = sum(len(each.segment) for each in effective.values())
    give_back(rows)
    # tables that nothing refers to are nothing: those of a file that is held are written over by the next one's
    with beside(partial(write_tables, context, effective), rows) as tables:
        twice = counted_twice(context, file, feed, changes)
        odd = _oddities(context, understood, feed, changes)
        file = replace(file, warnings=(*file.warnings, *filter(None, [twice]), *odd))
        trip = _trip(context, file, understood, feed, changes) if released is None else None
        if trip is not None:
            return _hold(context, _unapplied(file, understood, "held", trip.reason), understood, trip)
        counts = _counts(understood, changes)
        file = replace(file, status="applied", reason="", counts=counts, as_of=understood.latest)
        written = _apply(context, file, understood, feed, effective, tables=tables, released=released)
    give_back(rows)
    return written


def _oddities(
    context: Context,
    understood: Understood,
    feed: InventoryFeed | OrderFeed,
    changes: Mapping[str, Change],
) -> list[str]:
    """What is taken as it stands, and is probably a mistake: a sentence for each."""
    found = []
    for merchant, each in changes.items():
        rows = understood.parts[merchant].rows
        if isinstance(feed, InventoryFeed):
            said = [
                near_skus_of(each.after),
                oddities.near_warehouses(each.after.warehouses, each.after.feeds),
                double_products_of(each.before, each.after, rows),
            ]
        else:
            said = [oddities.unknown_skus(_unreported(each, _lags(context, merchant)))]
        found += [f"merchant {merchant}: {sentence}" for sentence in said if sentence]
    return found


def _unreported(each: Change, lags: Mapping[str, int]) -> pa.ChunkedArray:
    """The SKUs of the order lines added that the warehouse has not reported, and that would count if it had."""
    after, lines = each.after, each.segment
    if len(lines) * FEW <= len(after.levels) and known_code(after, lags) is None:
        unknown = unknown_of_few(after.levels, lines, lags=lags)
    else:
        lines, unknown = after.orders, code_of(after, lags).unknown
        unknown = unknown[unknown >= len(lines) - len(each.segment)]  # it comes last
    return picked(arrow(lines["sku"]), unknown)


def _trip(
    context: Context,
    file: FileRecord,
    understood: Understood,
    feed: InventoryFeed | OrderFeed,
    changes: Mapping[str, Change],
) -> Trip | None:
    if not isinstance(feed, InventoryFeed):
        return None
    with context.ledger.read() as connection:
        rows_before = overview.rows_of_last_applied(connection, str(file.feed))
    return file_trip(
        feed,
        understood,
        {merchant: (each.before, each.after, each.segment) for merchant, each in changes.items()},
        rows_before=rows_before,
        now=context.clock.now(),
    )


def _apply(
    context: Context,
    file: FileRecord,
    understood: Understood,
    feed: InventoryFeed | OrderFeed,
    changes: Mapping[str, Change],
    *,
    tables: Callable[[], Mapping[str, Stored]],
    released: int | None,
) -> FileRecord:
    """Puts it into the ledger. `changes`: those that add rows; `tables`: what their tables are, once they are written."""
    stored = tables()
    with context.ledger.write() as connection:
        if released is None:
            number = files.record_file(connection, file, understood.rejects)
        else:
            number = files.record_again(connection, released, file, understood.rejects)
            if not holds.settle_file(connection, number, context.clock.now()):
                raise UsageError(
                    f"file {released}, {file.entry.name}: somebody has decided about it meanwhile"
                )
        for merchant, each in changes.items():
            reported = each.kind == states.LEVELS_KIND and _has_news(each)
            intakes.record_intake(
                connection, merchant, each.after.seq, number, reported=reported, at=context.clock.now()
            )
        for part in stored.values():
            for segment in part.segments:
                intakes.record_segment(connection, segment)
        if isinstance(feed, InventoryFeed) and feed.absent == "zero" and file.as_of is not None:
            holds.supersede(connection, str(file.feed), file.as_of, file.entry.name, context.clock.now())
    for merchant, each in changes.items():
        after, standing = stored[merchant].after, stored[merchant].standing
        context.advanced(merchant, after)
        if context.memory:
            context.memory.advance(merchant, each.before, after, each.kind, standing)
    return file


def _has_news(each: Change) -> bool:
    """Whether a change of levels reports one; else it only confirms that what was 0 is 0 still."""
    return bool((whole(each.segment["seq"]) == each.after.seq).any())


def _counts(understood: Understood, changes: Mapping[str, Change]) -> Counts:
    unrouted = len(understood.unrouted)
    return sum((each.counts for each in changes.values()), Counts(rows=unrouted, rejected=unrouted))


def _hold(context: Context, file: FileRecord, understood: Understood, trip: Trip) -> FileRecord:
    with context.ledger.write() as connection:
        number = files.record_file(connection, file, understood.rejects)
        hold = holds.hold_file(connection, number, file.feed.merchant, trip, context.clock.now())
    return replace(file, hold=hold)


def record_unapplied(context: Context, file: FileRecord, rejects: pd.DataFrame | None = None) -> FileRecord:
    """Records a file that changes nothing: a duplicate, or quarantined."""
    with context.ledger.write() as connection:
        files.record_file(connection, file, no_rejects() if rejects is None else rejects)
    return file


def _unapplied(file: FileRecord, understood: Understood, status: str, reason: str) -> FileRecord:
    rejected = understood.rejected
    counts = Counts(rows=understood.rows, ignored=understood.rows - rejected, rejected=rejected)
    return replace(file, status=status, reason=reason, counts=counts, as_of=understood.latest)


def _lags(context: Context, merchant: str) -> Mapping[str, int]:
    return lags_of(context.configuration.merchants[merchant])
