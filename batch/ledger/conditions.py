"""Which conditions stand: each is told when it comes to stand, and once more when it does no longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from batch.ledger.schema import conditions

Key = tuple[str, str]
"""Kind and subject."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What is remembered of a condition: whose it is (None: the whole account's), and from when on it stands."""

    merchant: str | None
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Turned:
    """What has come to stand, and what stands no longer, since the last time."""

    raised: frozenset[Key]
    cleared: Mapping[Key, Mark]


def turn(connection: Connection, standing: Mapping[Key, Mark], now: datetime) -> Turned:
    """Notes what stands now; returns what has changed by it."""
    known = {
        (row.kind, row.subject): Mark(merchant=row.merchant, since=row.since or row.raised_at)
        for row in connection.execute(select(conditions))
    }
    raised = frozenset(standing.keys() - known.keys())
    cleared = {key: mark for key, mark in known.items() if key not in standing}
    for kind, subject in cleared:
        mine = (conditions.c.kind == kind) & (conditions.c.subject == subject)
        connection.execute(delete(conditions).where(mine))
    if raised:
        rows = [
            {"kind": kind, "subject": subject, "raised_at": now, **standing[kind, subject].__dict__}
            for kind, subject in sorted(raised)
        ]
        connection.execute(insert(conditions), rows)
    return Turned(raised=raised, cleared=cleared)


def since(connection: Connection, kind: str) -> dict[str, datetime]:
    """Subject → from when on a condition of that kind stands, as far as it was noted."""
    rows = connection.execute(select(conditions).where(conditions.c.kind == kind))
    return {row.subject: row.since or row.raised_at for row in rows}
