"""How many SKUs of a merchant are sold more often than they are there, as of an intake."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert

from batch.ledger.files import LedgerRow
from batch.ledger.schema import oversold

Worst = Sequence[tuple[str, int]]
"""SKU and available, the lowest first."""

_ALL = select(oversold)
_OF_MERCHANT = select(oversold).where(oversold.c.merchant == bindparam("merchant"))


def of_all(connection: Connection) -> dict[str, LedgerRow]:
    """Merchant → its row, for those that were counted; `worst` is JSON of `Worst`."""
    return {row.merchant: row for row in connection.execute(_ALL)}


def of(connection: Connection, merchant: str) -> LedgerRow | None:
    """The merchant's row, None before the first; `worst` is JSON of `Worst`."""
    return connection.execute(_OF_MERCHANT, {"merchant": merchant}).one_or_none()


def note(
    connection: Connection, merchant: str, *, seq: int, reading: str, skus: int, worst: Worst, now: datetime
) -> None:
    """As of the intake `seq`, so many SKUs are oversold; since `now`, if none were. `reading`: a digest of how that was found out."""
    last = of(connection, merchant)
    since = None if not skus else now if last is None or last.since is None else last.since
    values = {"seq": seq, "reading": reading, "skus": skus, "worst": json.dumps(worst), "since": since}
    again = upsert(oversold).values(merchant=merchant, **values)
    connection.execute(again.on_conflict_do_update(index_elements=["merchant"], set_=values))
