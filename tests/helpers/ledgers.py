"""Ledgers of tests in one process: what the SQL of a statement is, SQLAlchemy is asked once, not once for each ledger.

A process of ours opens one ledger, that of all tests hundreds, and to SQLAlchemy each would be a database that it knows nothing of.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, create_engine, create_mock_engine

from batch.ledger.schema import metadata


@contextmanager
def compiled_once() -> Iterator[None]:
    """Meanwhile every ledger's engine uses the statements that were compiled for any of them."""
    first = create_engine("sqlite://")
    first.connect().close()  # the dialect looks what this SQLite can do
    tables: list[str] = []
    mock = create_mock_engine("sqlite://", lambda made, *_, **__: tables.append(str(made.compile(first))))
    metadata.create_all(mock, checkfirst=False)

    def alike(*words: Any, **more: Any) -> Any:
        engine = create_engine(*words, **more)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine

    def create_all(connection: Connection, **_: Any) -> None:
        for table in tables:
            connection.exec_driver_sql(table)

    with patch("batch.ledger.engine.create_engine", alike), patch.object(metadata, "create_all", create_all):
        yield
