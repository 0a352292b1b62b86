"""What is needed no more is removed: first from the ledger, then from the disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from batch.context import Context
from batch.errors import StoreError
from batch.ledger import intakes, locks, retention
from batch.runner.intake import intake_locks
from batch.upkeep.needed import Needed, needed

KEEPING = "the archive"
"""The lock of whoever removes from the archive and the tables, or copies them."""
GRACE = timedelta(hours=1)
"""What was written so lately is left alone: a process may be about to refer to it."""
OURS = re.compile(r"[0-9a-f]{64}\.zst|(levels|orders)-\d{9}(-all)?\.parquet|\..+\.[0-9a-f]{8}\.tmp")


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What was removed, or would be: files of the archive, tables, leftovers of writing. `kept_from`: days from then on stay."""

    kept_from: datetime
    archived: int
    tables: int
    leftovers: int
    size: int


def gc(context: Context, *, dry_run: bool, wait: bool = False) -> Swept:
    """Removes what no day within `[account] keep` needs, and what nothing refers to. `dry_run`: only tells.

    Raises:
        Busy: another process works on the state folder.
        StoreError: a file cannot be removed; what is left is removed the next time.
    """
    boundary = context.clock.now() - context.configuration.account.keep
    with locks.hold(
        context.ledger,
        all_locks(context),
        context.holder,
        context.clock,
        waiting=context.warn if wait else None,
    ):
        found = _decide(context, boundary, dry_run=dry_run)
        return _sweep(context, found, boundary, dry_run=dry_run)


def all_locks(context: Context) -> list[str]:
    """The locks of everything that writes."""
    merchants = context.configuration.merchants
    carts = [f"cart {owner.id}/{cart}" for owner in merchants.values() for cart in owner.carts]
    return [KEEPING, *intake_locks(context.configuration, list(merchants)), *carts]


def _decide(context: Context, boundary: datetime, *, dry_run: bool) -> Needed:
    with context.ledger.write() as connection:
        found = needed(connection, boundary)
        if not dry_run:
            retention.keep_from(connection, boundary)
            intakes.forget_segments(connection, found.spent)
    return found


def _sweep(context: Context, found: Needed, boundary: datetime, *, dry_run: bool) -> Swept:
    archived = {*found.archived, context.recorded_as}
    tables = {row.table for row in found.tables}
    latest = context.clock.wall() - GRACE
    spent = {
        "archived": list(_spent(context.archive.folder, latest, lambda path: path.stem not in archived)),
        "tables": list(
            _spent(
                context.tables.folder,
                latest,
                lambda path: path.relative_to(context.tables.folder).as_posix() not in tables,
            )
        ),
    }
    size = sum(path.stat().st_size for paths in spent.values() for path in paths)
    if not dry_run:
        for paths in spent.values():
            for path in context.progress(paths, "removing"):
                _remove(path)
                locks.renew(context.ledger, context.holder, context.clock)
    leftovers = sum(path.suffix == ".tmp" for paths in spent.values() for path in paths)
    counts = {kind: sum(path.suffix != ".tmp" for path in paths) for kind, paths in spent.items()}
    return Swept(kept_from=boundary, leftovers=leftovers, size=size, **counts)


def _spent(folder: Path, latest: datetime, unneeded: Callable[[Path], bool]) -> Iterator[Path]:
    """Files of ours that are needed no more. What another program has left there is not touched."""
    for path in sorted(folder.glob("*/*")):
        spent = OURS.fullmatch(path.name) and (path.suffix == ".tmp" or unneeded(path))
        if spent and datetime.fromtimestamp(path.stat().st_mtime, UTC) < latest:
            yield path


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be removed: {error.strerror}; give the right to write there"
        ) from error
