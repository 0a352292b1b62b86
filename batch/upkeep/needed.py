"""What of the archive and the tables is needed: for the state, for what is open, and for every day that can be rerun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select, true

from batch.ledger import outbox as deliveries
from batch.ledger import overview, runs
from batch.ledger.files import LedgerRow
from batch.ledger.schema import files, holds, intakes, outbox, segments, watermarks
from batch.ledger.schema import runs as all_runs


@dataclass(frozen=True, kw_only=True)
class Needed:
    """`archived`: SHA-256 → who needs it, in words. `tables`: the segments whose tables are needed; `spent`: the others."""

    archived: Mapping[str, str]
    tables: Sequence[LedgerRow]
    spent: Sequence[LedgerRow]


def needed(connection: Connection, kept_from: datetime | None) -> Needed:
    """What is needed if every day from `kept_from` on can be rerun; None: every day there was."""
    archived: dict[str, str] = {}
    for row in _files(connection, kept_from):
        archived.setdefault(row.sha256, f"file {row.id}, {row.name}")
    for row in _documents(connection, kept_from):
        owner = f"run {row.run}" if row.run is not None else f"the answer to file {row.file}"
        archived.setdefault(row.sha256, f"{row.name} of {owner}")
    for row in connection.execute(select(all_runs).where(_since(all_runs.c.now, kept_from))):
        archived.setdefault(row.configuration, f"the configuration of run {row.id}")
    for row in connection.execute(_TOLD_BY):
        archived.setdefault(
            row.configuration, f"the configuration by which {row.merchant}/{row.cart} was told last"
        )
    tables: list[LedgerRow] = []
    spent: list[LedgerRow] = []
    for each, rows in _segments(connection):
        first = _base(rows, _oldest_seq(connection, each[0], kept_from))
        for row in rows:
            (tables if first is None or _serves(row, first) else spent).append(row)
    return Needed(archived=archived, tables=tables, spent=spent)


_TOLD_BY = select(all_runs).join(watermarks, watermarks.c.run == all_runs.c.id)
"""A delta cart is sent everything if today's says otherwise."""


def _since(column: ColumnElement[datetime | None], kept_from: datetime | None) -> ColumnElement[bool]:
    return true() if kept_from is None else column >= kept_from


def _files(connection: Connection, kept_from: datetime | None) -> Sequence[LedgerRow]:
    """Received since, applied since, still held, or still to be answered."""
    applied = select(intakes.c.file).where(_since(intakes.c.recorded_at, kept_from))
    waiting = select(holds.c.file).where(holds.c.status == "open", holds.c.file.is_not(None))
    wanted = or_(
        _since(files.c.received_at, kept_from),
        files.c.id.in_(applied),
        files.c.id.in_(waiting),
        files.c.answer_due.is_(True),
    )
    return connection.execute(select(files).where(wanted)).all()


def _documents(connection: Connection, kept_from: datetime | None) -> Sequence[LedgerRow]:
    """Sent since, still open, or what a cart's belief and its guard rest on: all since it was last sent everything."""
    recent = connection.execute(select(all_runs).where(_since(all_runs.c.now, kept_from))).all()
    believed = [
        sent.run
        for merchant, cart in overview.carts_known(connection)
        for syncs in (False, True)
        for sent in runs.sent_since_complete(connection, merchant, cart, syncs=syncs)
    ]
    wanted = {
        number for row in (*recent, *believed) for number in (row.id, row.repeats) if number is not None
    }
    rows = connection.execute(
        select(outbox)
        .join(files, files.c.id == outbox.c.file, isouter=True)
        .where(or_(outbox.c.state.in_(deliveries.OPEN), _since(files.c.received_at, kept_from)))
    ).all()
    of_runs = deliveries.documents_of(connection, sorted(wanted))
    return [*rows, *(document for documents in of_runs.values() for document in documents)]


def _segments(connection: Connection) -> Iterator[tuple[tuple[str, str], list[LedgerRow]]]:
    """(merchant, kind) → its segments in order, a checkpoint after the segment of its number."""
    order = (segments.c.merchant, segments.c.kind, segments.c.seq, segments.c.checkpoint)
    found: dict[tuple[str, str], list[LedgerRow]] = {}
    for row in connection.execute(select(segments).order_by(*order)):
        found.setdefault((row.merchant, row.kind), []).append(row)
    yield from found.items()


def _oldest_seq(connection: Connection, merchant: str, kept_from: datetime | None) -> int:
    """The earliest intake whose state may be asked for."""
    if kept_from is None:
        return 0
    told = select(func.min(all_runs.c.seq)).where(
        all_runs.c.merchant == merchant, all_runs.c.now >= kept_from
    )
    oldest: int | None = connection.execute(told).scalar()
    known = overview.seq_at(connection, merchant, kept_from)
    return known if oldest is None else min(known, oldest)


def _base(rows: Sequence[LedgerRow], oldest: int) -> int | None:
    """The number of the checkpoint that the state at `oldest` is built from."""
    return max((row.seq for row in rows if row.checkpoint and row.seq <= oldest), default=None)


def _serves(row: LedgerRow, first: int) -> bool:
    return bool(row.seq > first or (row.seq == first and row.checkpoint))
