"""That a daemon is there, and when it last looked around."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from batch.ledger.files import LedgerRow
from batch.ledger.locks import Holder
from batch.ledger.schema import heartbeats


def beat(connection: Connection, process: Holder, at: datetime) -> None:
    """The daemon is there. Daemons that were there before it are forgotten once they have been silent for longer."""
    connection.execute(
        delete(heartbeats).where((heartbeats.c.process == str(process)) | (heartbeats.c.at < at))
    )
    connection.execute(insert(heartbeats).values(process=str(process), at=at))


def latest(connection: Connection) -> LedgerRow | None:
    """The last sign of life of any daemon."""
    return connection.execute(select(heartbeats).order_by(heartbeats.c.at.desc()).limit(1)).one_or_none()
