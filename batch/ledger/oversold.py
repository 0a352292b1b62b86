"""How many SKUs of a merchant are sold more often than they are there, as of an intake."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert

from batch.ledger.files import LedgerRow
from batch.ledger.schema import oversold

MOST_KEPT = 10_000
"""So many SKUs are kept by name; where there are more, all have to be looked for anew."""

Pairs = Sequence[tuple[str, int]]
"""SKU and available, the lowest first."""

_ALL = select(oversold)
_OF_MERCHANT = select(oversold).where(oversold.c.merchant == bindparam("merchant"))


@dataclass(frozen=True, kw_only=True)
class Count:
    """As of the intake `seq`, so many SKUs are oversold; `worst`: MOST_KEPT of them. `reading`: a digest of how that was found out."""

    merchant: str
    seq: int
    reading: str
    skus: int
    worst: Pairs


@dataclass(frozen=True, kw_only=True)
class Every:
    """Each SKU that was oversold as of the intake `seq`."""

    seq: int
    pairs: Pairs


def of_all(connection: Connection) -> dict[str, LedgerRow]:
    """Merchant → its row, for those that were counted; `worst` is JSON of `Pairs`."""
    return {row.merchant: row for row in connection.execute(_ALL)}


def of(connection: Connection, merchant: str) -> LedgerRow | None:
    """The merchant's row, None before the first; `worst` is JSON of `Pairs`."""
    return connection.execute(_OF_MERCHANT, {"merchant": merchant}).one_or_none()


def every(row: LedgerRow) -> Every | None:
    """All that were oversold; None if not all of them were kept."""
    pairs = json.loads(row.worst)
    return Every(seq=row.seq, pairs=pairs) if len(pairs) == row.skus else None


def note(connection: Connection, count: Count, now: datetime) -> None:
    """Notes a count; there are some since `now`, if there were none."""
    last = of(connection, count.merchant)
    since = None if not count.skus else now if last is None or last.since is None else last.since
    values = {**count.__dict__, "worst": json.dumps(count.worst), "since": since}
    again = upsert(oversold).values(values)
    connection.execute(again.on_conflict_do_update(index_elements=["merchant"], set_=values))
