"""Locks with a lease: one per merchant for intake, one per cart for a sync."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Text, bindparam, delete, func, insert, select, update

from batch.clock import Clock
from batch.errors import Busy
from batch.ledger.engine import Ledger
from batch.ledger.files import LedgerRow
from batch.ledger.schema import locks

_HELD: dict[tuple[Path, str], _Hold] = {}
"""Ledger and name of what this process holds: a row of its own beside these is one that it could not take back."""

LEASE = timedelta(minutes=15)
PATIENCE = 1.0
"""Seconds between two looks at a lock that is waited for."""

_LOCK = select(locks).where(locks.c.name == bindparam("lock"))
_NAMES = func.json_each(bindparam("names", type_=Text)).table_valued("value")
_AMONG = locks.c.name.in_(select(_NAMES.c.value))
"""One statement for any number of names, as one JSON text."""
_TAKEN = select(locks).where(_AMONG)
_TAKE = insert(locks)
_FREE = delete(locks).where(_AMONG, locks.c.owner == bindparam("owner"))
_FREE_ALL = delete(locks).where(locks.c.owner == bindparam("owner"))
_PUT_OFF = update(locks).where(locks.c.owner == bindparam("holder"))


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A process: host, process id, and what tells two processes with one id apart: when it started, or a token."""

    host: str
    pid: int
    token: str

    def __str__(self) -> str:
        return f"{self.host} {self.pid} {self.token}"


def this_process() -> Holder:
    """The holder that stands for this process, with a fresh token."""
    pid = os.getpid()
    return Holder(host=socket.gethostname(), pid=pid, token=started(pid) or secrets.token_hex(4))


@contextmanager
def hold(
    ledger: Ledger,
    names: list[str],
    holder: Holder,
    clock: Clock,
    *,
    waiting: Callable[[str], object] | None = None,
) -> Iterator[None]:
    """Holds all the locks, or none. `waiting`: waits until they are free, keeps what the holder has, and says here, once, what for.

    Raises:
        Busy: names the lock and the process that has it.
    """
    ours = _Hold(ledger=ledger, names=tuple(dict.fromkeys(names)), holder=holder)
    while True:
        try:
            ours.take(clock.wall())
            break
        except Busy as error:
            if waiting is None:
                raise
            waiting(f"waiting: {error}")
            waiting = _silently
            clock.sleep(PATIENCE)
            _put_off(ledger, holder, clock)
    try:
        yield
    finally:
        ours.free()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Hold:
    """Locks that are held together. What is held is noted in the transaction that takes or frees it: threads wait for it too."""

    ledger: Ledger
    names: tuple[str, ...]
    holder: Holder

    def take(self, now: datetime) -> None:
        try:
            with self.ledger.write() as connection:
                self._take(connection, now)
                _HELD.update({(self.ledger.path, name): self for name in self.names})
        except BaseException:
            self._forget()
            raise

    def _take(self, connection: Connection, now: datetime) -> None:
        if not self.names:
            return
        rows = connection.execute(_TAKEN, {"names": json.dumps(self.names)})
        own, taken, over = str(self.holder), {row.name: row for row in rows}, set[str]()
        for name in self.names:
            row = taken.get(name)
            if row is None or row.owner in over:
                continue
            _check(row, self.holder, now, here=(self.ledger.path, name) in _HELD)
            if row.owner == own:  # left behind when it could not be freed; threads may hold others of ours
                connection.execute(_FREE, {"names": json.dumps([name]), "owner": own})
                continue
            # its other leases are over as well: if it wakes up, it finds none and stops
            connection.execute(_FREE_ALL, {"owner": row.owner})
            over.add(row.owner)
        lease = {"owner": own, "expires_at": now + LEASE}
        connection.execute(_TAKE, [{"name": name, **lease} for name in self.names])

    def free(self) -> None:
        mine = {"names": json.dumps(self.names), "owner": str(self.holder)}
        try:
            with self.ledger.write() as connection:
                connection.execute(_FREE, mine)
                self._forget()
        finally:
            self._forget()

    def _forget(self) -> None:
        """Another hold's notes stay."""
        for key in [(self.ledger.path, name) for name in self.names]:
            if _HELD.get(key) is self:
                del _HELD[key]


def _silently(_: str) -> None:
    """It has been said."""


def renew(ledger: Ledger, holder: Holder, clock: Clock) -> None:
    """Puts off the end of every lease that the holder has.

    Raises:
        Busy: they were over, and another process has taken its place.
    """
    if not _put_off(ledger, holder, clock):
        raise Busy(
            "this process has stood still for longer than its lease, and another one goes on with its work"
        )


def _put_off(ledger: Ledger, holder: Holder, clock: Clock) -> int:
    """How many leases of the holder's end later now."""
    with ledger.write() as connection:
        later = {"holder": str(holder), "expires_at": clock.wall() + LEASE}
        return connection.execute(_PUT_OFF, later).rowcount


def _check(row: LedgerRow, holder: Holder, now: datetime, *, here: bool) -> None:
    """Whether a lock may be taken over. `here`: this very process holds it.

    Raises:
        Busy: another process has it.
    """
    left = row.owner == str(holder) and not here
    if not left and not is_free(row.owner, row.expires_at, holder.host, now):
        host, pid, _ = row.owner.rsplit(" ", 2)
        raise Busy(
            f"{row.name} is being worked on by process {pid} on {host}; try again when it has finished "
            f"(its lease ends at {row.expires_at:%Y-%m-%d %H:%M:%S} UTC)"
        )


def at_work(connection: Connection, name: str, now: datetime) -> bool:
    """Whether a process holds the lock, as far as can be told from here."""
    row = connection.execute(_LOCK, {"lock": name}).one_or_none()
    return row is not None and not is_free(row.owner, row.expires_at, socket.gethostname(), now)


def is_gone(owner: str) -> bool:
    """Whether a process of this host has ended; of another host nobody can tell."""
    host, pid, token = owner.rsplit(" ", 2)
    return host == socket.gethostname() and not _alive(int(pid), token)


def is_free(owner: str, expires_at: datetime, host: str, now: datetime) -> bool:
    """A lock is free when its process is gone, which is certain on this host, or on another when its lease is over."""
    its_host, pid, token = owner.rsplit(" ", 2)
    return not _alive(int(pid), token) if its_host == host else expires_at <= now


def _alive(pid: int, token: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return started(pid) in ("", token)


def started(pid: int) -> str:
    """When a process started, in ticks since the machine did; "" where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
