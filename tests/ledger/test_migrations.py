"""A ledger of any earlier release becomes today's; one of a later release, or a damaged one, is left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from batch.errors import LedgerDamaged
from batch.ledger import runs
from batch.ledger.engine import open_ledger
from batch.ledger.migrations import STEPS
from batch.ledger.schema import SCHEMA_VERSION, metadata

HERE = Path(__file__).parent


def written_by(version: int, path: Path) -> Path:
    """A ledger as that release left it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((HERE / f"ledger_v{version}.sql").read_text())
    return path


def content(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall()
        }


def shape(path: Path) -> dict[str, list[Any]]:
    """Columns, foreign keys and indexes of every table, as SQLite tells them."""
    with closing(sqlite3.connect(path)) as connection:
        found = {
            f"{table} {what}": connection.execute(f"PRAGMA {what}({table})").fetchall()
            for table in metadata.tables
            for what in ("table_info", "foreign_key_list")
        }
        named = "SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name"
        indexes = [name for (name,) in connection.execute(named)]
        return found | {
            name: connection.execute(f"PRAGMA index_xinfo({name})").fetchall() for name in indexes
        }


@pytest.mark.parametrize("version", STEPS)
def test_a_migrated_ledger_has_the_tables_of_a_new_one(version: int, tmp_path: Path) -> None:
    old = written_by(version, tmp_path / "old.sqlite")
    open_ledger(old).close()
    open_ledger(tmp_path / "new.sqlite").close()
    assert shape(old) == shape(tmp_path / "new.sqlite")


@pytest.mark.parametrize("version", STEPS)
def test_what_it_held_is_there_and_readable(version: int, tmp_path: Path) -> None:
    path = written_by(version, tmp_path / "old.sqlite")
    before = content(path)
    ledger = open_ledger(path)
    with ledger.read() as connection:
        rows = connection.execute(select(metadata.tables["runs"])).all()
        sent = runs.sent_since_complete(connection, "acme", "front")
    ledger.close()
    after = content(path)
    assert [(row.id, row.status, row.kind, row.repeats) for row in rows] == [
        (1, "sent", "sync", None),
        (2, "nothing-new", "sync", None),
        (3, "sent", "sync", None),
    ]
    assert [each.run.id for each in sent] == [1, 3]
    assert after["schema_version"] == [(SCHEMA_VERSION,)]
    for table in before.keys() - {"schema_version"}:
        assert [row[: len(before[table][0])] for row in after[table]] == before[table], table


@pytest.mark.parametrize("version", STEPS)
def test_runs_of_a_day_are_found_without_looking_at_all(version: int, tmp_path: Path) -> None:
    path = written_by(version, tmp_path / "old.sqlite")
    open_ledger(path).close()
    asked = "EXPLAIN QUERY PLAN SELECT * FROM runs WHERE now >= ? AND now < ?"
    with closing(sqlite3.connect(path)) as connection:
        (plan,) = connection.execute(asked, ("2026-11-20", "2026-11-21")).fetchall()
    assert "USING INDEX runs_by_time" in plan[-1]


def test_a_ledger_that_cannot_be_brought_up_stays_as_it_was(tmp_path: Path) -> None:
    path = written_by(1, tmp_path / "old.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE retention (taken)")
        connection.commit()
    before = content(path)
    with pytest.raises(LedgerDamaged, match="retention already exists"):
        open_ledger(path)
    assert content(path) == before


def test_a_newer_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = written_by(1, tmp_path / "new.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
        connection.commit()
    before = content(path)
    with pytest.raises(
        LedgerDamaged, match=f"schema 99, this release of Stockferry knows up to {SCHEMA_VERSION}"
    ):
        open_ledger(path)
    assert content(path) == before
