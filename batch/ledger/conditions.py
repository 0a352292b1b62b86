"""Which conditions have been told: each is told when it comes to stand, and once more when it does no longer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from batch.ledger.schema import conditions

Key = tuple[str, str]
"""Kind and subject."""


@dataclass(frozen=True, kw_only=True)
class Turned:
    """What has come to stand, and what stands no longer, since the last time."""

    raised: frozenset[Key]
    cleared: frozenset[Key]


def turn(connection: Connection, standing: Collection[Key], now: datetime) -> Turned:
    """Notes what stands now; returns what has changed by it."""
    known = {(row.kind, row.subject) for row in connection.execute(select(conditions))}
    raised, cleared = frozenset(standing) - known, known - frozenset(standing)
    for kind, subject in cleared:
        mine = (conditions.c.kind == kind) & (conditions.c.subject == subject)
        connection.execute(delete(conditions).where(mine))
    if raised:
        rows = [{"kind": kind, "subject": subject, "raised_at": now} for kind, subject in sorted(raised)]
        connection.execute(insert(conditions), rows)
    return Turned(raised=raised, cleared=frozenset(cleared))
