"""Opening the ledger: SQLite in WAL mode, every write in one immediate transaction.

Transactions are begun by the driver itself: of SQLAlchemy's own begin, and of a commit after reading, nothing would be left
to do but their overhead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from batch.errors import Busy, LedgerDamaged, StockferryError, StoreError
from batch.ledger.migrations import STEPS, migrate
from batch.ledger.schema import SCHEMA_VERSION, metadata, versions

_ADVICE = {
    "BUSY": "another process is writing to it; try again",
    "LOCKED": "another process is writing to it; try again",
    "FULL": "make room on the disk and run again",
    "IOERR": "make room on the disk, or look after it, and run again",
    "READONLY": "give this user the right to write there",
    "CANTOPEN": "give this user the right to read and write there",
}
PATIENCE = 30.0
"""Seconds that a transaction waits for another process's to end."""
KEPT_OPEN = 8
"""So many connections are kept for the next transactions."""
NEXT_STEP = (
    "put back a copy of it, or move the state folder away to start anew (the carts then get everything)"
)

_VERSION = select(versions.c.version)


class Ledger:
    """The way in: `read()` and `write()` give a connection inside one transaction. Threads may share it: writers queue up here.

    Were they to meet at SQLite, each would look again and again whether it is its turn, and might never find that it is. It stays
    with the file that it was opened on: what was found there must not be written into another one of its name.
    """

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._writing = Lock()
        self._file: tuple[int, int] | None = None
        self.path = path
        event.listen(engine, "connect", self._connected)

    def _connected(self, connection: sqlite3.Connection, _record: Any) -> None:
        _prepare(connection)
        if self._file is None:
            self._file = _identity(self.path)
        if self.replaced:
            connection.close()
            raise StoreError(
                f"ledger {self.path}: another file has taken its place while it was in use; what was begun with the one before is left "
                "undone: run again"
            )

    @property
    def replaced(self) -> bool:
        """Whether another file, or none, lies there now."""
        return self._file != _identity(self.path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the ledger throughout."""
        with _told_plainly(self.path), self._engine.connect() as connection:
            _begin(connection, "BEGIN")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that no other writer interleaves; committed at the end, or rolled back as a whole."""
        with _told_plainly(self.path), self._writing, self._engine.begin() as connection:
            _begin(connection, "BEGIN IMMEDIATE")
            yield connection

    def close(self) -> None:
        """Whoever still uses it may go on to, as long as its file lies there."""
        self._engine.dispose()


def open_ledger(path: Path) -> Ledger:
    """Opens the ledger, making it if there is none, and brings an earlier release's to today's schema.

    Raises:
        LedgerDamaged: not a ledger, made by a newer release, or unreadable. Nothing has been touched.
        StoreError: its folder cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"state folder {path.parent}: {error.strerror}; correct [account] state, or give this user the right to write there"
        ) from error
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": PATIENCE}, pool_size=KEPT_OPEN, max_overflow=-1
    )
    ledger = Ledger(engine, path)
    try:
        with ledger.write() as connection:
            _check(connection, path)
    except BaseException:
        ledger.close()
        raise
    return ledger


def check_again(ledger: Ledger) -> None:
    """For whoever has kept the ledger open.

    Raises:
        LedgerDamaged: a newer release has brought it to a schema of its own meanwhile.
    """
    with ledger.read() as connection:
        version = connection.execute(_VERSION).scalar()
    if version != SCHEMA_VERSION:
        raise _unknown(ledger.path, version)


@contextmanager
def _told_plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Busy(
            f"ledger {path}: another process has written to it meanwhile; run again ({error.orig})"
        ) from error
    except DatabaseError as error:
        raise _plainly(path, error.orig) from error
    except sqlite3.DatabaseError as error:
        raise _plainly(path, error) from error


def _plainly(path: Path, error: BaseException | None) -> StockferryError:
    name = getattr(error, "sqlite_errorname", "")
    return _meaning(name)(f"ledger {path}: {error}; {_ADVICE.get(name[7:].split('_')[0], NEXT_STEP)}")


def _meaning(name: str) -> type[StockferryError]:
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Busy
    if name.startswith(tuple(f"SQLITE_{kind}" for kind in _ADVICE)):
        return StoreError
    return LedgerDamaged


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one of its name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _prepare(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not by the driver
    try:
        _switch(connection)
    except sqlite3.OperationalError as error:
        if not _is_busy(error):
            raise
        _switch_when_free(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _switch(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode=WAL")


def _switch_when_free(connection: sqlite3.Connection) -> None:
    """Another process switches a new ledger at this moment: the one thing that SQLite does not wait for by itself."""
    from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

    patient = Retrying(
        retry=retry_if_exception(_is_busy),
        wait=wait_random(0, 0.1),
        stop=stop_after_delay(PATIENCE),
        reraise=True,
    )
    patient(_switch, connection)


def _is_busy(error: BaseException) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _begin(connection: Connection, how: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(how)


def _check(connection: Connection, path: Path) -> None:
    names = inspect(connection).get_table_names()
    if not names:
        metadata.create_all(connection, checkfirst=False)
        connection.execute(insert(versions).values(version=SCHEMA_VERSION))
        return
    if versions.name not in names:
        raise LedgerDamaged(f"ledger {path}: this is another program's database; {NEXT_STEP}")
    version = connection.execute(_VERSION).scalar()
    if isinstance(version, int) and version in STEPS:
        migrate(connection, version)
    elif version != SCHEMA_VERSION:
        raise _unknown(path, version)


def _unknown(path: Path, version: object) -> LedgerDamaged:
    return LedgerDamaged(
        f"ledger {path}: schema {version}, this release of Stockferry knows up to {SCHEMA_VERSION}; "
        "use the release that wrote it"
    )
