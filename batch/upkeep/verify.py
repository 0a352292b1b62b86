"""Whether the state folder is sound: the archive, the tables and the ledger against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, func, select

from batch.context import Context
from batch.errors import StoreError
from batch.ledger import outbox, retention
from batch.ledger.files import LedgerRow
from batch.ledger.schema import files as all_files
from batch.ledger.schema import intakes, numbers, watermarks
from batch.ledger.schema import outbox as all_documents
from batch.model import stack
from batch.reconcile.levels import upsert
from batch.reconcile.orders import upsert_lines
from batch.store.state import LEVELS_KIND
from batch.upkeep.needed import Needed, needed

COPY = "put back a copy of it from a backup"


@dataclass(frozen=True, kw_only=True)
class Damage:
    """`ledger`: it is the ledger itself that cannot be trusted. `what`: what is wrong, where, and what to do."""

    what: str
    ledger: bool = False


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was looked at, and what is damaged."""

    archived: int
    tables: int
    damages: tuple[Damage, ...]


def verify(context: Context) -> Verified:
    """Reads everything that is needed, and compares it with what the ledger says of it. Changes nothing."""
    with context.ledger.read() as connection:
        damages = [*_ledger(connection), *_sequence(connection)]
        found = needed(connection, retention.kept_from(connection))
        sizes = _sizes(connection)
    damages += _archive(context, found, sizes)
    damages += _tables(context, found)
    return Verified(archived=len(found.archived), tables=len(found.tables), damages=tuple(damages))


def _ledger(connection: Connection) -> Iterator[Damage]:
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield Damage(what=f"ledger: {said}; {COPY}", ledger=True)
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Damage(
            what=f"ledger: row {row[1]} of {row[0]} refers to a row of {row[2]} that is not there; {COPY}",
            ledger=True,
        )


def _sequence(connection: Connection) -> Iterator[Damage]:
    """Intakes without a gap, watermarks that they have reached, numbers that were not given twice."""
    last = {}
    for merchant, count, top in connection.execute(
        select(intakes.c.merchant, func.count(), func.max(intakes.c.seq)).group_by(intakes.c.merchant)
    ):
        last[merchant] = top
        if count != top:
            yield Damage(
                what=f"ledger: merchant {merchant} has {count} intakes, numbered up to {top}; {COPY}",
                ledger=True,
            )
    for row in connection.execute(select(watermarks)):
        if row.seq > last.get(row.merchant, 0):
            yield Damage(
                what=f"ledger: cart {row.merchant}/{row.cart} was told up to an intake that is not there; {COPY}",
                ledger=True,
            )
    taken = {row.series: row.last for row in connection.execute(select(numbers))}
    used = (
        select(all_documents.c.series, func.max(all_documents.c.number))
        .where(all_documents.c.series.not_like(f"{outbox.RESENT}%"))
        .group_by(all_documents.c.series)
    )
    for series, top in connection.execute(used):
        if top > taken.get(series, 0):
            yield Damage(
                what=f"ledger: {series} has given number {top}, and would give it again; {COPY}", ledger=True
            )


def _sizes(connection: Connection) -> dict[str, int]:
    """SHA-256 → how many bytes the ledger says there are."""
    received = connection.execute(select(all_files.c.sha256, all_files.c.size))
    sent = connection.execute(select(all_documents.c.sha256, all_documents.c.size))
    return {row.sha256: row.size for row in (*received, *sent)}


def _archive(context: Context, found: Needed, sizes: dict[str, int]) -> Iterator[Damage]:
    for sha256, who in context.progress(list(found.archived.items()), "archive"):
        try:
            data = context.archive.get(sha256)
        except StoreError as error:
            yield Damage(what=f"{who}: {error}")
            continue
        if len(data) != sizes.get(sha256, len(data)):
            yield Damage(
                what=f"{who}: {len(data)} bytes in the archive, {sizes[sha256]} by the ledger; {COPY}",
                ledger=True,
            )


def _tables(context: Context, found: Needed) -> Iterator[Damage]:
    """Every table by its hash and its rows; and every checkpoint beside what the segments before it add up to."""
    for (merchant, kind), rows in groupby(found.tables, key=lambda row: (row.merchant, row.kind)):
        merge = upsert if kind == LEVELS_KIND else upsert_lines
        known: pd.DataFrame | None = None
        for row in context.progress(list(rows), f"tables of {merchant}"):
            read = _table(context, row)
            if isinstance(read, Damage):
                yield read
                known = None
                continue
            if row.checkpoint:
                if known is not None and not _agree(read, known, whole=kind == LEVELS_KIND):
                    yield Damage(
                        what=f"table {row.table}: it is not what the {kind} before it add up to; {COPY} and of those before it"
                    )
                known = read
            elif known is not None or row.seq == 1:
                known = read if known is None else merge(known, read)


def _table(context: Context, row: LedgerRow) -> pd.DataFrame | Damage:
    path: Path = context.tables.folder / row.table
    try:
        if row.sha256 is not None and hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
            return Damage(what=f"table {path}: its bytes are not those that were written; {COPY}")
        read = context.tables.read(row.table)
    except OSError as error:
        return Damage(what=f"table {path}: {error.strerror}; {COPY}")
    except StoreError as error:
        return Damage(what=str(error))
    if len(read) != row.rows:
        return Damage(what=f"table {path}: {len(read)} rows, {row.rows} by the ledger; {COPY}")
    return read


def _agree(checkpoint: pd.DataFrame, known: pd.DataFrame, *, whole: bool) -> bool:
    """The same rows; of order lines (not `whole`) a checkpoint keeps those alone that may still count."""
    columns = list(checkpoint.columns)
    counted = stack([checkpoint, known[columns]]).duplicated(keep=False)
    missing = ~counted[: len(checkpoint)]
    return not missing.any() and (not whole or len(checkpoint) == len(known))
