"""From when on everything that a rerun needs is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from batch.ledger.schema import retention


def kept_from(connection: Connection) -> datetime | None:
    """What only days before it need may have been removed; None if nothing ever was."""
    moment: datetime | None = connection.execute(select(retention.c.kept_from)).scalar()
    return moment


def keep_from(connection: Connection, at: datetime) -> None:
    """What only days before `at` need is removed now; it never becomes earlier again."""
    earlier = kept_from(connection)
    if earlier is None or earlier < at:
        connection.execute(delete(retention))
        connection.execute(insert(retention).values(kept_from=at))
