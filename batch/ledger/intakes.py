"""The sequence of what was applied to a merchant, and the tables that it left behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from batch.ledger.files import LedgerRow
from batch.ledger.schema import intakes, segments

_RECORD, _REFER = insert(intakes), insert(segments)
_LAST = (
    select(intakes.c.seq)
    .where(intakes.c.merchant == bindparam("merchant"))
    .order_by(intakes.c.seq.desc())
    .limit(1)
)
_REPORTED_BY = (
    select(intakes.c.seq)
    .where(intakes.c.merchant == bindparam("merchant"), intakes.c.reported.is_(True))
    .where(intakes.c.seq <= bindparam("seq"))
    .limit(1)
)
_OF_KIND = (
    select(segments)
    .where(segments.c.merchant == bindparam("merchant"), segments.c.kind == bindparam("kind"))
    .where(segments.c.seq <= bindparam("seq"))
)
_CHECKPOINT = _OF_KIND.where(segments.c.checkpoint.is_(True)).order_by(segments.c.seq.desc()).limit(1)
_AFTER = _OF_KIND.where(segments.c.checkpoint.is_(False), segments.c.seq > bindparam("start")).order_by(
    segments.c.seq
)


@dataclass(frozen=True, kw_only=True)
class SegmentRecord:
    """A Parquet table of a merchant: what an intake added, or (`checkpoint`) all there is at `seq`.

    `sha256`: of the Parquet file; None if an earlier release wrote it.
    """

    merchant: str
    kind: str  # levels | orders
    seq: int
    checkpoint: bool
    table: str
    rows: int
    sha256: str | None


def record_intake(
    connection: Connection, merchant: str, seq: int, file: int, *, reported: bool, at: datetime
) -> None:
    """Gives the file its place in the merchant's sequence."""
    values = {"merchant": merchant, "seq": seq, "file": file, "reported": reported, "recorded_at": at}
    connection.execute(_RECORD, values)


def record_segment(connection: Connection, segment: SegmentRecord) -> None:
    """Refers to a Parquet table that has been written."""
    connection.execute(_REFER, segment.__dict__)


def last_seq(connection: Connection, merchant: str) -> int:
    """The merchant's latest intake; 0 before the first."""
    return connection.execute(_LAST, {"merchant": merchant}).scalar() or 0


def reported_by(connection: Connection, merchant: str, seq: int) -> bool:
    """Whether the WMS had reported inventory by that intake."""
    return connection.execute(_REPORTED_BY, {"merchant": merchant, "seq": seq}).first() is not None


def segments_until(connection: Connection, merchant: str, kind: str, seq: int) -> list[SegmentRecord]:
    """The latest checkpoint at or before `seq`, and the segments after it, in order."""
    mine = {"merchant": merchant, "kind": kind, "seq": seq}
    start = connection.execute(_CHECKPOINT, mine).one_or_none()
    rest = connection.execute(_AFTER, {**mine, "start": start.seq if start else 0}).all()
    return [SegmentRecord(**row._mapping) for row in ([start] if start else []) + list(rest)]


def forget_segments(connection: Connection, spent: Sequence[LedgerRow]) -> None:
    """Tables that no state is built from any more."""
    for row in spent:
        mine = (
            (segments.c.merchant == row.merchant)
            & (segments.c.kind == row.kind)
            & (segments.c.seq == row.seq)
        )
        connection.execute(delete(segments).where(mine, segments.c.checkpoint == row.checkpoint))
