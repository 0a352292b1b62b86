"""Feeds whose remote could not be asked, the last time that somebody tried."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from batch.ledger.engine import Ledger
from batch.ledger.files import LedgerRow
from batch.ledger.schema import troubles

_ALL = select(troubles)


def note(ledger: Ledger, asked: Collection[str], found: Mapping[str, str], now: datetime) -> None:
    """`asked`: keys of the feeds that were looked at; `found`: key → what stood in the way. Writes only what is new."""
    with ledger.read() as connection:
        known = {row.feed: row.text for row in connection.execute(_ALL) if row.feed in asked}
    if known == found:
        return
    with ledger.write() as connection:
        connection.execute(delete(troubles).where(troubles.c.feed.in_(known.keys() - found.keys())))
        for feed, text in found.items():
            if feed in known:
                connection.execute(update(troubles).where(troubles.c.feed == feed).values(text=text))
            else:
                connection.execute(insert(troubles).values(feed=feed, since=now, text=text))


def standing(connection: Connection) -> dict[str, LedgerRow]:
    """Feed → its row, for those that could not be asked."""
    return {row.feed: row for row in connection.execute(_ALL)}
