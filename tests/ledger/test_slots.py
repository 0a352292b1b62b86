"""A slot is taken once a run is recorded with it; what a wrong clock took in the future is no obstacle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from batch.ledger import runs, slots
from batch.ledger.engine import Ledger, open_ledger
from batch.ledger.runs import RunRecord

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FRONT = ("acme", "front")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def took(ledger: Ledger, slot: datetime | None, status: str = "sent") -> None:
    record = RunRecord(
        merchant="acme",
        cart="front",
        now=NOW,
        status=status,
        complete=True,
        since=0,
        seq=1,
        configuration="c",
        version="v",
        slot=slot,
    )
    with ledger.write() as connection:
        runs.record_run(connection, record)


def last(ledger: Ledger, now: datetime = NOW) -> dict[slots.Name, datetime]:
    with ledger.read() as connection:
        return slots.last_taken(connection, now)


def begin(ledger: Ledger, at: datetime) -> None:
    with ledger.write() as connection:
        slots.begin(connection, [FRONT], at)


def test_before_its_first_slot_a_cart_is_known_since_the_daemon_saw_it(ledger: Ledger) -> None:
    assert last(ledger) == {}
    begin(ledger, NOW - timedelta(hours=2))
    assert last(ledger) == {FRONT: NOW - timedelta(hours=2)}


@pytest.mark.parametrize("status", ["staged", "sent", "nothing-new", "held", "failed"])
def test_whatever_came_of_a_run_its_slot_is_taken(ledger: Ledger, status: str) -> None:
    begin(ledger, NOW - timedelta(hours=2))
    took(ledger, NOW - timedelta(hours=1), status)
    took(ledger, None)  # somebody ran it
    assert last(ledger) == {FRONT: NOW - timedelta(hours=1)}
    with ledger.read() as connection:
        assert slots.is_taken(connection, FRONT, NOW - timedelta(hours=1))
        assert not slots.is_taken(connection, FRONT, NOW)
        assert not slots.is_taken(connection, ("acme", "other"), NOW - timedelta(hours=1))


def test_a_clock_that_was_years_ahead_does_not_stop_a_cart(ledger: Ledger) -> None:
    begin(ledger, NOW - timedelta(hours=2))
    took(ledger, NOW - timedelta(hours=1))
    took(ledger, NOW + timedelta(days=1000))
    assert last(ledger) == {FRONT: NOW - timedelta(hours=1)}
    assert last(ledger, NOW + timedelta(days=1001)) == {FRONT: NOW + timedelta(days=1000)}


def test_a_cart_that_was_first_seen_under_such_a_clock_begins_anew(ledger: Ledger) -> None:
    begin(ledger, NOW + timedelta(days=1000))
    assert last(ledger) == {}
    begin(ledger, NOW)
    assert last(ledger) == {FRONT: NOW}


def test_a_clock_that_goes_back_by_seconds_takes_no_slot_twice(ledger: Ledger) -> None:
    begin(ledger, NOW - timedelta(hours=2))
    took(ledger, NOW)
    assert last(ledger, NOW - timedelta(seconds=3)) == {FRONT: NOW}
