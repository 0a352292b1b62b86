"""What routes have not been told yet, and when each was told last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from batch.ledger.files import LedgerRow
from batch.ledger.schema import notices, routes


def known(connection: Connection) -> dict[str, LedgerRow]:
    """Route → when it was last told, and when that was last tried."""
    return {row.name: row for row in connection.execute(select(routes))}


def keep_only(connection: Connection, names: Collection[str]) -> set[str]:
    """Forgets routes that are configured no more, with what they were to be told; returns those that are new."""
    gone = set(known(connection)) - set(names)
    fresh = set(names) - set(known(connection))
    if gone:
        connection.execute(delete(routes).where(routes.c.name.in_(gone)))
        connection.execute(delete(notices).where(notices.c.route.in_(gone)))
    if fresh:
        connection.execute(insert(routes), [{"name": name} for name in sorted(fresh)])
    return fresh


def add(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """The route of each row is to be told of it."""
    if rows := list(rows):
        connection.execute(insert(notices), rows)


def pending(connection: Connection, route: str) -> list[LedgerRow]:
    """What the route has not been told yet, in order."""
    return list(connection.execute(select(notices).where(notices.c.route == route).order_by(notices.c.id)))


def waiting(connection: Connection) -> set[str]:
    """The routes that have not been told everything."""
    return set(connection.execute(select(notices.c.route).distinct()).scalars())


def tried(connection: Connection, route: str, at: datetime) -> None:
    """An attempt is about to be made: from now on it may have been told."""
    _note(connection, route, {"tried_at": at})


def told(connection: Connection, route: str, until: int, at: datetime) -> None:
    """The route has been told everything up to the notice `until`."""
    connection.execute(delete(notices).where(notices.c.route == route, notices.c.id <= until))
    _note(connection, route, {"told_at": at, "tried_at": at})


def _note(connection: Connection, route: str, when: Mapping[str, datetime]) -> None:
    again = upsert(routes).values(name=route, **when)
    connection.execute(again.on_conflict_do_update(index_elements=["name"], set_=dict(when)))
