"""A copy of the state folder as it is at one moment, while runs go on."""

from __future__ import annotations

import os
import secrets
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from batch.context import Context
from batch.errors import StoreError, UsageError
from batch.ledger import locks, retention
from batch.ledger.engine import open_ledger
from batch.runner.session import LEDGER, copy_ledger
from batch.store.files import sync_folder
from batch.upkeep.gc import KEEPING
from batch.upkeep.needed import needed

OFTEN = 500
"""So many files between two renewals of the lease."""


@dataclass(frozen=True, kw_only=True)
class Copied:
    """What is in a backup: how many files beside the ledger, its size, and what should be in it and is gone."""

    files: int
    size: int
    missing: tuple[str, ...]


def backup(context: Context, target: Path) -> Copied:
    """Writes a tar of the ledger, and of every archived file and table that it needs. It unpacks to a state folder.

    The ledger is copied first, at one moment; what it refers to never changes, and gc waits meanwhile.

    Raises:
        UsageError: there is something of that name already.
        StoreError: it cannot be written; nothing lies under the name then.
        Busy: gc or another backup is at work.
    """
    if target.exists():
        raise UsageError(f"{target}: it is there already; a backup replaces nothing, so give another name")
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    with locks.hold(context.ledger, [KEEPING], context.holder, context.clock):
        try:
            with tempfile.TemporaryDirectory(prefix="stockferry-") as scratch:
                copy = Path(scratch) / LEDGER
                copy_ledger(context.configuration.state / LEDGER, copy)
                files, missing = _write(context, beside, copy)
            beside.replace(target)
            sync_folder(target.resolve().parent)
        except (OSError, tarfile.TarError) as error:
            raise StoreError(f"{target}: {error}; make room or give the right to write") from error
        finally:
            beside.unlink(missing_ok=True)
    return Copied(files=files, size=target.stat().st_size, missing=tuple(missing))


def _write(context: Context, beside: Path, copy: Path) -> tuple[int, list[str]]:
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DELETE FROM locks")  # whoever holds them does so on the original
        connection.commit()
        connection.execute("PRAGMA journal_mode = DELETE")
    wanted = list(_wanted(context, copy))
    missing: list[str] = []
    with beside.open("xb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            tar.add(copy, LEDGER)
            for count, (path, name, who) in enumerate(context.progress(wanted, "copying")):
                if count % OFTEN == 0:
                    locks.renew(context.ledger, context.holder, context.clock)
                if path.exists():
                    tar.add(path, name)
                else:
                    missing.append(f"{who}: {path} is not there")
        file.flush()
        os.fsync(file.fileno())
    return len(wanted) - len(missing), missing


def _wanted(context: Context, copy: Path) -> Iterator[tuple[Path, str, str]]:
    """Where each file lies, its name in the backup, and who needs it."""
    ledger = open_ledger(copy)
    try:
        with ledger.read() as connection:
            found = needed(connection, retention.kept_from(connection))
    finally:
        ledger.close()
    for sha256, who in found.archived.items():
        path = context.archive.path(sha256)
        yield path, f"archive/{path.relative_to(context.archive.folder).as_posix()}", who
    for table in sorted({row.table for row in found.tables}):
        yield context.tables.folder / table, f"tables/{table}", f"table {table}"
