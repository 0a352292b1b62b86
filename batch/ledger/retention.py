"""From when on everything that a rerun needs is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from batch.errors import UsageError
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


def must_be_kept(connection: Connection, at: datetime | None) -> None:
    """Raises unless what was known `at` an instant is still kept; None: now.

    Raises:
        UsageError: it is not; says from when on it is.
    """
    kept = kept_from(connection)
    if at is not None and kept is not None and at < kept:
        raise UsageError(
            f"{at:%Y-%m-%d}: gc has removed what was known then, as [account] keep says; "
            f"it is kept from {kept:%Y-%m-%d} on"
        )
