"""One process at a time works on a merchant's intake or a cart; a dead one frees what it held."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from batch.errors import Busy
from batch.ledger import locks
from batch.ledger.engine import Ledger, open_ledger
from batch.ledger.locks import LEASE, Holder, this_process
from batch.ledger.schema import locks as table

HERE = socket.gethostname()


@dataclass
class Clock:
    """Moves only when it is slept on, and calls `then` after each sleep."""

    at: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    then: list[object] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
        if self.then:
            self.then.pop(0)()  # type: ignore[operator]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def held(ledger: Ledger) -> dict[str, str]:
    with ledger.read() as connection:
        return {row.name: row.owner for row in connection.execute(select(table))}


def elsewhere(number: int) -> Holder:
    return Holder(host="another-machine", pid=number, token="t")


def alive() -> Holder:
    return this_process()


def test_another_process_gets_none_of_the_locks_if_one_is_held(ledger: Ledger) -> None:
    clock = Clock()
    other = Holder(host=HERE, pid=os.getppid(), token=locks.started(os.getppid()))
    with locks.hold(ledger, ["cart a"], other, clock):
        with (
            pytest.raises(Busy, match=rf"cart a is being worked on by process {os.getppid()} on {HERE}"),
            locks.hold(ledger, ["intake x", "cart a"], alive(), clock),
        ):
            pass
        assert held(ledger) == {"cart a": str(other)}
    assert held(ledger) == {}


def test_a_killed_process_frees_its_locks_at_once(ledger: Ledger) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        killed = Holder(host=HERE, pid=child.pid, token=locks.started(child.pid))
        taken = locks.hold(ledger, ["cart a", "cart b"], killed, Clock())
        taken.__enter__()
        with pytest.raises(Busy), locks.hold(ledger, ["cart a"], alive(), Clock()):
            pass
        child.kill()
        child.wait()
    with locks.hold(ledger, ["cart a"], alive(), Clock()):
        assert held(ledger) == {"cart a": str(alive())}


def test_another_machines_process_keeps_its_locks_until_its_lease_is_over(ledger: Ledger) -> None:
    clock = Clock()
    taken = locks.hold(ledger, ["cart a"], elsewhere(7), clock)
    taken.__enter__()
    clock.at += LEASE - timedelta(seconds=1)
    with pytest.raises(Busy), locks.hold(ledger, ["cart a"], alive(), clock):
        pass
    locks.renew(ledger, elsewhere(7), clock)
    clock.at += LEASE - timedelta(seconds=1)
    with pytest.raises(Busy), locks.hold(ledger, ["cart a"], alive(), clock):
        pass
    clock.at += timedelta(seconds=2)
    with locks.hold(ledger, ["cart a"], alive(), clock):
        assert held(ledger) == {"cart a": str(alive())}


def test_whoever_slept_through_its_lease_stops_when_it_looks_again(ledger: Ledger) -> None:
    clock = Clock()
    taken = locks.hold(ledger, ["cart a", "cart b"], elsewhere(7), clock)
    taken.__enter__()
    locks.renew(ledger, elsewhere(7), clock)
    clock.at += LEASE + timedelta(seconds=1)
    with locks.hold(ledger, ["cart b"], alive(), clock):
        with pytest.raises(Busy, match="longer than its lease"):
            locks.renew(ledger, elsewhere(7), clock)
        locks.renew(ledger, alive(), clock)


def test_waiting_says_once_what_for_and_goes_on_when_it_is_free(ledger: Ledger) -> None:
    clock, said = Clock(), []
    first = locks.hold(ledger, ["cart a"], elsewhere(7), clock)
    first.__enter__()
    clock.then = [lambda: None, lambda: None, lambda: first.__exit__(None, None, None)]
    with locks.hold(ledger, ["cart a"], alive(), clock, waiting=said.append):
        assert held(ledger) == {"cart a": str(alive())}
    assert len(clock.slept) == 3
    assert len(said) == 1
    assert said[0].startswith("waiting: cart a is being worked on by process 7 on another-machine")
