"""One process at a time works on a merchant's intake or a cart; a dead one frees what it held."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import select

from batch.daemon.daemon import Patience
from batch.errors import Busy, Stopped, StoreError
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


def test_threads_of_one_process_never_hold_a_lock_together(ledger: Ledger) -> None:
    inside: list[int] = []
    together: list[tuple[int, ...]] = []
    holder, switch = this_process(), sys.getswitchinterval()

    def work(number: int) -> int:
        had = 0
        for _ in range(60):
            with contextlib.suppress(Busy), locks.hold(ledger, ["intake acme"], holder, Clock()):
                inside.append(number)
                together.append(tuple(inside))
                had += 1
                inside.remove(number)
        return had

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as pool:
            had = sum(pool.map(work, range(6)))
    finally:
        sys.setswitchinterval(switch)
    assert had > 6
    assert {len(each) for each in together} == {1}
    assert held(ledger) == {}


def test_what_a_process_could_not_give_back_it_takes_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = locks.hold(ledger, ["cart a"], alive(), Clock())
    first.__enter__()
    with monkeypatch.context() as broken:
        broken.setattr(ledger, "write", refused)
        with pytest.raises(StoreError):
            first.__exit__(None, None, None)
    assert held(ledger) == {"cart a": str(alive())}
    with locks.hold(ledger, ["cart a"], alive(), Clock()):
        pass
    assert held(ledger) == {}


def refused() -> NoReturn:
    raise StoreError("the disk is full")


def test_whoever_waits_stops_waiting_when_its_clock_says_so(ledger: Ledger) -> None:
    other = Holder(host=HERE, pid=os.getppid(), token=locks.started(os.getppid()))
    stop = threading.Event()
    stop.set()
    with locks.hold(ledger, ["cart a"], other, Clock()):
        waiting = locks.hold(ledger, ["cart a"], alive(), Patience(Clock(), stop), waiting=print)
        with pytest.raises(Stopped):
            waiting.__enter__()


@pytest.mark.parametrize("names", [["cart a", "cart b"], ["cart b", "cart a"]])
def test_a_lock_of_ours_that_was_left_behind_frees_none_that_another_thread_holds(
    ledger: Ledger, names: list[str]
) -> None:
    clock, mine = Clock(), alive()
    with locks.hold(ledger, ["cart b"], mine, clock):
        with ledger.write() as connection:
            left = {"name": "cart a", "owner": str(mine), "expires_at": clock.wall() + timedelta(minutes=5)}
            connection.execute(table.insert(), left)
        with pytest.raises(Busy), locks.hold(ledger, names, mine, clock):
            pass
        with locks.hold(ledger, ["cart a"], mine, clock):
            pass


def test_a_name_given_twice_is_one_lock(ledger: Ledger) -> None:
    with locks.hold(ledger, ["cart a", "cart a"], alive(), Clock()):
        pass
