"""What `status` and `explain` ask of the ledger."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, bindparam, func, select, true

from batch.ledger.files import LedgerRow
from batch.ledger.schema import files, intakes, rejects, runs

_LAST_APPLIED = (
    select(files.c.rows)
    .where(files.c.feed == bindparam("feed"), files.c.status == "applied", files.c.rows > 0)
    .order_by(files.c.id.desc())
    .limit(1)
)

_COUNTED = (
    select(files.c.status, func.count()).where(files.c.feed == bindparam("feed")).group_by(files.c.status)
)


def rows_of_last_applied(connection: Connection, feed: str) -> int | None:
    """How many rows the last file had that was applied; None before the first."""
    return connection.execute(_LAST_APPLIED, {"feed": feed}).scalar()


def count_by_status(connection: Connection, feed: str) -> dict[str, int]:
    """How many files of a feed have which status."""
    return {row[0]: row[1] for row in connection.execute(_COUNTED, {"feed": feed})}


def seq_at(connection: Connection, merchant: str, at: datetime | None) -> int:
    """The merchant's last intake, applied at or before `at` if that is given."""
    query = select(func.max(intakes.c.seq)).where(
        intakes.c.merchant == merchant, _until(intakes.c.recorded_at, at)
    )
    return int(connection.execute(query).scalar() or 0)


def _until(column: Column[Any], at: datetime | None) -> ColumnElement[bool]:
    return true() if at is None else column <= at


def first_intake(connection: Connection, merchants: Collection[str]) -> datetime | None:
    """When something was first applied to one of these merchants; None before."""
    query = select(func.min(intakes.c.recorded_at)).where(intakes.c.merchant.in_(merchants))
    moment: datetime | None = connection.execute(query).scalar()
    return moment


def carts_known(connection: Connection) -> list[tuple[str, str]]:
    """Merchant and id of every cart that has ever had a run, by name."""
    query = select(runs.c.merchant, runs.c.cart).distinct().order_by(runs.c.merchant, runs.c.cart)
    return [(row.merchant, row.cart) for row in connection.execute(query)]


def file_names(connection: Connection, merchant: str, seqs: Collection[int]) -> dict[int, str]:
    """Intake sequence number → name of the file."""
    query = (
        select(intakes.c.seq, files.c.name)
        .join(files, files.c.id == intakes.c.file)
        .where(intakes.c.merchant == merchant, intakes.c.seq.in_(seqs))
    )
    return {row.seq: row.name for row in connection.execute(query)}


def rejects_of(
    connection: Connection, merchant: str, sku: str, at: datetime | None = None, limit: int = 20
) -> list[LedgerRow]:
    """What has been rejected about a merchant's SKU by then, newest first."""
    query = (
        select(files.c.name, files.c.received_at, rejects)
        .join(files, files.c.id == rejects.c.file)
        .where(rejects.c.sku == sku, rejects.c.merchant == merchant, _until(files.c.received_at, at))
        .order_by(files.c.id.desc(), rejects.c.line)
        .limit(limit)
    )
    return list(connection.execute(query).all())
