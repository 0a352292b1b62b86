"""A merchant's state at an intake sequence number: the checkpoint before it plus the segments since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isqrt

import pandas as pd

from batch.ledger import intakes
from batch.ledger.engine import Ledger
from batch.ledger.intakes import SegmentRecord
from batch.model import LEVELS, ORDER_LINES, State, empty
from batch.reconcile.levels import upsert
from batch.reconcile.orders import upsert_lines
from batch.store.memory import Memory, origin_of
from batch.store.tables import Tables

LEVELS_KIND, ORDERS_KIND = "levels", "orders"
FEWEST_SEGMENTS, MOST_SEGMENTS = 8, 50
SEGMENTS_PER_ROOT = 50
"""So many segments are replayed at most, by the root of the rows that a checkpoint has: every cycle opens them, and a checkpoint
costs as much as opening a few where there are thousands of rows, and many where there are millions."""


def load(
    ledger: Ledger, tables: Tables, merchant: str, seq: int | None = None, *, memory: Memory | None = None
) -> State:
    """What is known of the merchant at `seq` (default: now); from `memory`, if it is there, and kept there else."""
    with ledger.read() as connection:
        at = intakes.last_seq(connection, merchant) if seq is None else seq
        levels = intakes.segments_until(connection, merchant, LEVELS_KIND, at)
        orders = intakes.segments_until(connection, merchant, ORDERS_KIND, at)
    origin = origin_of(levels, orders)
    known = memory.recall(merchant, origin) if memory else None
    if known is not None:
        return known
    found = State(
        seq=at,
        levels=_replay(tables, levels, upsert, empty(LEVELS)),
        orders=_replay(tables, orders, upsert_lines, empty(ORDER_LINES)),
    )
    if memory:
        memory.keep(merchant, origin, found)
    return found


def _replay(
    tables: Tables,
    segments: Sequence[SegmentRecord],
    merge: Callable[..., pd.DataFrame],
    nothing: pd.DataFrame,
) -> pd.DataFrame:
    return merge(nothing, *(tables.read(segment.table, segment.sha256) for segment in segments))


def write_segment(tables: Tables, merchant: str, kind: str, seq: int, added: pd.DataFrame) -> SegmentRecord:
    """Writes what an intake added."""
    table = tables.write(merchant, f"{kind}-{seq:09}", added)
    return SegmentRecord(
        merchant=merchant,
        kind=kind,
        seq=seq,
        checkpoint=False,
        table=table.name,
        rows=len(added),
        sha256=table.sha256,
    )


@dataclass(frozen=True, kw_only=True)
class Everything:
    """All there is of a kind; `kept`: what of it a checkpoint has to keep, found out only when one is written."""

    rows: pd.DataFrame
    kept: Callable[[], pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A checkpoint that has been written, and the rows in it."""

    record: SegmentRecord
    rows: pd.DataFrame


def write_checkpoint(
    tables: Tables, segment: SegmentRecord, before: Sequence[SegmentRecord], everything: Everything
) -> Checkpoint | None:
    """A checkpoint after `segment`, if one is due; a segment that is all there is serves as its own."""
    if len(everything.rows) <= segment.rows:
        return Checkpoint(record=replace(segment, checkpoint=True), rows=everything.rows)
    if not checkpoint_due(before, segment.rows, len(everything.rows)):
        return None
    kept = everything.kept()
    table = tables.write(segment.merchant, f"{segment.kind}-{segment.seq:09}-all", kept)
    record = replace(segment, checkpoint=True, table=table.name, rows=len(kept), sha256=table.sha256)
    return Checkpoint(record=record, rows=kept)


def checkpoint_due(before: Sequence[SegmentRecord], added: int, total: int) -> bool:
    """When replaying costs about as much as a checkpoint would: half the rows again, or many small segments."""
    since = [segment for segment in before if not segment.checkpoint]
    replayed = added + sum(segment.rows for segment in since)
    most = min(max(isqrt(total) // SEGMENTS_PER_ROOT, FEWEST_SEGMENTS), MOST_SEGMENTS)
    return replayed * 2 >= total or len(since) + 1 >= most
