"""The daemon's ledger stays open, and is the one that lies there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from batch.config import Configuration, load
from batch.daemon.kept import Kept
from batch.errors import LedgerDamaged
from batch.ledger import runs
from batch.ledger.engine import Ledger, open_ledger

ACCOUNT = """\
[account]
name = "Test"
state = "{state}"

[remotes.shop]
url = "./shop"
"""


@pytest.fixture
def kept() -> Iterator[Kept]:
    with closing(Kept()) as one:
        yield one


def configured(folder: Path, state: str) -> Configuration:
    path = folder / "stockferry.toml"
    path.write_text(ACCOUNT.format(state=state))
    return load(path)


def taken(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return runs.next_number(connection, "s") - 1


def take(ledger: Ledger, count: int) -> None:
    with ledger.write() as connection:
        assert runs.take_numbers(connection, "s", 1, count)


def test_it_is_opened_once(kept: Kept, tmp_path: Path) -> None:
    configuration = configured(tmp_path, "state")
    assert kept(configuration) is kept(configuration)


def test_one_that_was_put_in_its_place_is_the_one_that_counts(kept: Kept, tmp_path: Path) -> None:
    configuration = configured(tmp_path, "state")
    take(kept(configuration), 1)
    other = tmp_path / "other.sqlite"
    with closing(open_ledger(other)) as ledger:
        take(ledger, 7)
    kept.close()
    other.replace(configuration.state / "ledger.sqlite")
    assert taken(kept(configuration)) == 7
    copy = tmp_path / "copy.sqlite"
    with closing(open_ledger(copy)) as ledger:
        take(ledger, 3)
    copy.replace(configuration.state / "ledger.sqlite")
    for left in configuration.state.glob("ledger.sqlite-*"):
        left.unlink()
    assert taken(kept(configuration)) == 3


def test_with_another_state_folder_it_is_another(kept: Kept, tmp_path: Path) -> None:
    take(kept(configured(tmp_path, "state")), 1)
    assert taken(kept(configured(tmp_path, "elsewhere"))) == 0
    assert taken(kept(configured(tmp_path, "state"))) == 1


def test_one_that_a_newer_release_has_taken_over_is_left_alone(kept: Kept, tmp_path: Path) -> None:
    configuration = configured(tmp_path, "state")
    path = kept(configuration).path
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
        connection.commit()
    with pytest.raises(LedgerDamaged, match="schema 99"):
        kept(configuration)
