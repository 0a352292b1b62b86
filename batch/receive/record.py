"""A file's place in the ledger: decided purely, written in one transaction, tables first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from batch.config import InventoryFeed, OrderFeed
from batch.context import Context
from batch.ledger import files
from batch.ledger.files import FileRecord, SegmentRecord
from batch.model import ORDER_LINES, Counts, State, arrow, frame, no_rejects
from batch.receive.conform import Conformed
from batch.receive.read import Understood
from batch.reconcile.levels import apply_statements, upsert
from batch.reconcile.orders import apply_lines, upsert_lines
from batch.store import state as states


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a file adds to one merchant: the rows, and the state with them."""

    kind: str
    segment: pd.DataFrame
    after: State
    counts: Counts


def change(before: State, part: Conformed, feed: InventoryFeed | OrderFeed) -> Change:
    """What a conformed file changes in a merchant's state. Pure."""
    if isinstance(feed, InventoryFeed):
        return _level_change(before, part, feed)
    seq = before.seq + 1
    lines = frame(ORDER_LINES, {**{name: part.rows[name] for name in ORDER_LINES}, "seq": seq})
    segment, counts = apply_lines(before.orders, lines, part.weights)
    after = replace(before, seq=seq, orders=upsert_lines(before.orders, segment)) if len(segment) else before
    return Change(kind=states.ORDERS_KIND, segment=segment, after=after, counts=_with(counts, part))


def _level_change(before: State, part: Conformed, feed: InventoryFeed) -> Change:
    applied = apply_statements(
        before.levels,
        part.rows,
        feed=feed.name,
        seq=before.seq + 1,
        zero_absent=feed.content == "full" and feed.absent == "zero",
        kept=arrow(part.rejects["sku"]).drop_null().to_pylist(),
    )
    segment = applied.segment
    if not len(segment):
        return Change(
            kind=states.LEVELS_KIND, segment=segment, after=before, counts=_with(applied.counts, part)
        )
    after = replace(before, seq=before.seq + 1, levels=upsert(before.levels, segment))
    return Change(kind=states.LEVELS_KIND, segment=segment, after=after, counts=_with(applied.counts, part))


def _with(counts: Counts, part: Conformed) -> Counts:
    rejected = len(part.rejects)
    return counts + Counts(rows=rejected, rejected=rejected)


def verdict(understood: Understood, feed: InventoryFeed | OrderFeed) -> tuple[str, str]:
    """Whether a file that could be read is applied: (status, reason)."""
    if understood.rows == 0 and isinstance(feed, InventoryFeed):
        return "held", "the file has no rows"
    rejects = understood.rejects
    if understood.rows and len(rejects) == understood.rows:
        first = rejects.iloc[0]
        return "quarantined", (
            f"none of its {understood.rows} rows can be used; the first: line {first['line']}, "
            f"{first['column']} {first['value']!r}: {first['reason']}"
        )
    return "applied", ""


def record(
    context: Context, file: FileRecord, understood: Understood, feed: InventoryFeed | OrderFeed
) -> FileRecord:
    """Applies a file to every merchant that it speaks of, and records it. Returns the record as written."""
    status, reason = verdict(understood, feed)
    if status != "applied":
        return record_unapplied(context, _unapplied(file, understood, status, reason), understood.rejects)
    changes = {
        merchant: change(context.state(merchant), part, feed) for merchant, part in understood.parts.items()
    }
    unrouted = len(understood.unrouted)
    counts = sum((each.counts for each in changes.values()), Counts(rows=unrouted, rejected=unrouted))
    written = replace(file, status=status, counts=counts, as_of=_latest(understood))
    effective = {merchant: each for merchant, each in changes.items() if len(each.segment)}
    tables = _write_tables(context, effective)
    with context.ledger.write() as connection:
        number = files.record_file(connection, written, understood.rejects)
        for merchant, each in effective.items():
            files.record_intake(
                connection,
                merchant,
                each.after.seq,
                number,
                reported=each.kind == states.LEVELS_KIND,
            )
        for table in tables:
            files.record_segment(connection, table)
    for merchant, each in effective.items():
        context.advanced(merchant, each.after)
    return written


def record_unapplied(context: Context, file: FileRecord, unusable: pd.DataFrame | None = None) -> FileRecord:
    """Records a file that changes nothing: a duplicate, held, or quarantined."""
    with context.ledger.write() as connection:
        files.record_file(connection, file, no_rejects() if unusable is None else unusable)
    return file


def _unapplied(file: FileRecord, understood: Understood, status: str, reason: str) -> FileRecord:
    rejected = len(understood.rejects)
    counts = Counts(rows=understood.rows, ignored=understood.rows - rejected, rejected=rejected)
    return replace(file, status=status, reason=reason, counts=counts, as_of=understood.as_of)


def _latest(understood: Understood) -> datetime | None:
    if understood.as_of is not None:
        return understood.as_of
    latest = [
        part.rows["as_of"].max()
        for part in understood.parts.values()
        if "as_of" in part.rows and len(part.rows)
    ]
    return pd.Timestamp(max(latest)).to_pydatetime() if latest else None


def _write_tables(context: Context, changes: Mapping[str, Change]) -> Sequence[SegmentRecord]:
    tables: list[SegmentRecord] = []
    for merchant, each in changes.items():
        seq = each.after.seq
        with context.ledger.read() as connection:
            before = files.segments_until(connection, merchant, each.kind, seq)
        segment = states.write_segment(context.tables, merchant, each.kind, seq, each.segment)
        everything = each.after.levels if each.kind == states.LEVELS_KIND else each.after.orders
        checkpoint = states.write_checkpoint(context.tables, segment, before, everything)
        tables += [segment, *([checkpoint] if checkpoint else [])]
    return tables
