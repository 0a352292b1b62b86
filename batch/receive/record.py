"""A file's place in the ledger: decided purely, written in one transaction, tables first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
import pyarrow as pa

from batch.beside import beside
from batch.config import InventoryFeed, OrderFeed
from batch.context import Context
from batch.counts import Counts
from batch.errors import FileRefused, UsageError
from batch.ledger import files, holds, intakes, overview, standing
from batch.ledger.files import FileRecord
from batch.ledger.intakes import SegmentRecord
from batch.model import ORDER_LINES, State, frame, no_rejects
from batch.receive.conform import Conformed
from batch.receive.guard import file_trip
from batch.receive.read import Understood
from batch.reconcile import oddities
from batch.reconcile.advance import with_levels, with_orders
from batch.reconcile.coded import code_of, kept_codes, known_code, unknown_of_few
from batch.reconcile.doubts import double_products_of, near_skus_of
from batch.reconcile.guards import Trip
from batch.reconcile.keys import FEW
from batch.reconcile.levels import apply_statements, sold_by
from batch.reconcile.orders import apply_lines, open_lines, settled
from batch.settings import counts_orders, lags_of
from batch.spare import give_back
from batch.store import state as states
from formats.frames import arrow, picked


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a file adds to one merchant: the rows, and the state before and with them."""

    kind: str
    segment: pd.DataFrame
    before: State
    after: State
    counts: Counts


def change(
    before: State,
    part: Conformed,
    feed: InventoryFeed | OrderFeed,
    understood: Understood,
    lags: Mapping[str, int],
) -> Change:
    """What a conformed file changes in a merchant's state. Pure.

    `part`: the merchant's part of `understood`; `lags`: order feed → its lag in microseconds.
    """
    if isinstance(feed, InventoryFeed):
        return _level_change(before, part, feed, understood, lags)
    seq = before.seq + 1
    lines = frame(
        ORDER_LINES, {**{name: part.rows[name] for name in ORDER_LINES}, "seq": seq, "touched": seq}
    )
    applied = apply_lines(before.orders, lines, part.weights, settled(before.levels, lines, lags))
    return Change(
        kind=states.ORDERS_KIND,
        segment=applied.segment,
        before=before,
        after=with_orders(before, applied),
        counts=_with(applied.counts, part),
    )


def _level_change(
    before: State, part: Conformed, feed: InventoryFeed, understood: Understood, lags: Mapping[str, int]
) -> Change:
    applied = apply_statements(
        before.levels,
        part.rows,
        feed=feed.name,
        seq=before.seq + 1,
        zero_absent=feed.content == "full" and feed.absent == "zero",
        whole_skus=understood.whole_skus,
        file_as_of=understood.latest,
        kept=_readings([*understood.kept, *arrow(part.rejects["sku"]).drop_null().to_pylist()]),
        coded=kept_codes(before),
        sold=sold_by(before.orders, lags),
    )
    return Change(
        kind=states.LEVELS_KIND,
        segment=applied.segment,
        before=before,
        after=with_levels(before, applied),
        counts=_with(applied.counts, part),
    )


def _readings(skus: Sequence[str]) -> list[str]:
    """SKUs of rejected rows as they stand there, and as they were probably meant."""
    printable = ["".join(char for char in sku if char.isprintable()) for sku in skus]
    return [*skus, *(sku.strip(' "').split('"')[0] for sku in printable)]


def _with(counts: Counts, part: Conformed) -> Counts:
    rejected = len(part.rejects)
    return counts + Counts(rows=rejected, rejected=rejected)


def unusable(understood: Understood) -> str:
    """Why a file that could be read is of no use: not one of its rows is; "" if some are."""
    if not understood.rows or understood.rejected < understood.rows:
        return ""
    first = understood.rejects.iloc[0]
    return (
        f"none of its {understood.rows} rows can be used; the first: line {first['line']}, "
        f"{first['column']} {first['value']!r}: {first['reason']}"
    )


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
    with beside(partial(_write_tables, context, effective), rows) as tables:
        file = replace(file, warnings=(*file.warnings, *_oddities(context, understood, feed, changes)))
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
            reported = each.kind == states.LEVELS_KIND
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


def _working(context: Context, merchant: str, each: Change) -> states.Everything:
    """All there is after a change. Of order lines a checkpoint keeps the open window: cost does not follow history."""
    if each.kind == states.LEVELS_KIND:
        return states.Everything(rows=each.after.levels, kept=lambda: each.after.levels)
    lags = _lags(context, merchant)

    def kept() -> pd.DataFrame:
        carts = context.configuration.merchants[merchant].carts.values()
        with context.ledger.read() as connection:
            told = standing.told_least(
                connection, merchant, [cart.id for cart in carts if counts_orders(cart)]
            )
        return open_lines(each.after.levels, each.after.orders, lags, told=told)

    return states.Everything(rows=each.after.orders, kept=kept)


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A change in the tables.

    `segments`: those written, for the ledger to refer to. `standing`: what the rows of this kind are made of from now on;
    `after`: the state as it is read from these.
    """

    segments: Sequence[SegmentRecord]
    standing: Sequence[SegmentRecord]
    after: State


def _write_tables(context: Context, changes: Mapping[str, Change]) -> Mapping[str, Stored]:
    return {merchant: _stored(context, merchant, each) for merchant, each in changes.items()}


def _stored(context: Context, merchant: str, each: Change) -> Stored:
    seq = each.after.seq
    with context.ledger.read() as connection:
        before = intakes.segments_until(connection, merchant, each.kind, seq)
    segment = states.write_segment(context.tables, merchant, each.kind, seq, each.segment)
    checkpoint = states.write_checkpoint(context.tables, segment, before, _working(context, merchant, each))
    if checkpoint is None:
        return Stored(segments=[segment], standing=[*before, segment], after=each.after)
    is_whole = each.kind == states.LEVELS_KIND or checkpoint.rows is each.after.orders
    return Stored(
        segments=[segment, checkpoint.record],
        standing=[checkpoint.record],
        after=each.after if is_whole else replace(each.after, orders=checkpoint.rows),
    )
