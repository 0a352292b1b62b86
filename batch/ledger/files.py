"""Files as received: what is known of a listing, of a content, and the record of an intake."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Row,
    Select,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    true,
    update,
)

from batch.counts import Counts
from batch.days import Span
from batch.errors import LedgerDamaged
from batch.ledger.schema import files, rejects, sightings
from batch.remotes.contract import Entry

if TYPE_CHECKING:
    import pandas as pd

LedgerRow = Row[*tuple[Any, ...]]
HELD_OR_APPLIED = ("applied", "held")

_OF_FEED = files.c.feed == bindparam("feed")
_NAMES = func.json_each(bindparam("names", type_=Text)).table_valued("value")
_KNOWN = (
    select(
        files.c.id,
        files.c.name,
        files.c.size,
        files.c.modified,
        files.c.after_done,
        files.c.status,
        files.c.reading,
    )
    # in no order: SQLite would rather go through all files of the feed in the order asked for than look up names
    .where(_OF_FEED, files.c.name.in_(select(_NAMES.c.value)))
)
_FILE = select(files).where(files.c.id == bindparam("file"))
_CHANGE = update(files).where(files.c.id == bindparam("file"))
_SAME_BYTES = (
    select(files)
    .where(_OF_FEED, files.c.sha256 == bindparam("sha256"), files.c.status.in_(HELD_OR_APPLIED))
    .order_by(files.c.id.desc())
    .limit(1)
)
_LAST_TAKEN = (
    select(files).where(_OF_FEED, files.c.status.in_(HELD_OR_APPLIED)).order_by(files.c.id.desc()).limit(1)
)
_SAME_STATEMENT = _SAME_BYTES.where(files.c.as_of == bindparam("as_of"))
_RECORD = insert(files)
_ANSWERS_DUE = select(files).where(_OF_FEED, files.c.answer_due.is_(True)).order_by(files.c.id)
_SIGHTINGS = select(sightings).where(sightings.c.feed == bindparam("feed"))
_TAKEN = delete(sightings).where(sightings.c.feed == bindparam("feed"), sightings.c.name == bindparam("name"))


@dataclass(frozen=True, kw_only=True)
class FeedKey:
    """Which feed a file belongs to. `merchant` is None for a feed of the account."""

    merchant: str | None
    kind: str  # inventory | orders | acks
    name: str

    def __str__(self) -> str:
        return f"{self.merchant or ''}/{self.kind}/{self.name}"

    @property
    def title(self) -> str:
        """As messages name it."""
        return f"{self.merchant or 'account'}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class FileRecord:
    """One received file, as it is recorded."""

    feed: FeedKey
    remote: str
    path: str
    entry: Entry
    sha256: str
    received_at: datetime
    status: str
    counts: Counts
    after_done: bool
    as_of: datetime | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    answer_due: bool = False
    """A 997 is to be written back."""
    reading: str = ""
    """A digest of how the feed's files were read."""
    hold: int | None = None
    """By this number a held file is released or discarded."""


def primary_key(result: CursorResult[Any]) -> int:
    """The number that an inserted row was given."""
    key = result.inserted_primary_key
    if key is None:
        raise LedgerDamaged("the ledger gave an inserted row no number; put back a copy of it")
    return int(key[0])


def known(
    connection: Connection, feed: FeedKey, names: Iterable[str]
) -> dict[tuple[str, int, datetime], LedgerRow]:
    """The files with these names that were ever taken from the feed, the latest for each name, size and modification time."""
    rows = connection.execute(_KNOWN, {"feed": str(feed), "names": json.dumps(list(names))})
    return {(row.name, row.size, row.modified): row for row in sorted(rows, key=lambda row: row.id)}


def set_aside(
    connection: Connection, feeds: Sequence[FeedKey], start: datetime, end: datetime
) -> list[LedgerRow]:
    """Files received from `start` to before `end` that were quarantined or discarded, and not taken up again, in order."""
    same = [files.c.feed, files.c.name, files.c.size, files.c.modified]
    latest = select(func.max(files.c.id)).group_by(*same)
    query = select(files).where(
        files.c.id.in_(latest),
        files.c.feed.in_([str(feed) for feed in feeds]),
        files.c.status.in_(("quarantined", "discarded")),
        files.c.received_at >= start,
        files.c.received_at < end,
    )
    return list(connection.execute(query.order_by(files.c.id)).all())


def get(connection: Connection, number: int) -> LedgerRow:
    """The file's row."""
    return connection.execute(_FILE, {"file": number}).one()


def same_statement(
    connection: Connection, feed: FeedKey, sha256: str, as_of: datetime | None
) -> LedgerRow | None:
    """An earlier file with these bytes that was applied or is held; with this as-of, if one is given."""
    asked = {"feed": str(feed), "sha256": sha256}
    if as_of is None:
        return connection.execute(_SAME_BYTES, asked).one_or_none()
    return connection.execute(_SAME_STATEMENT, {**asked, "as_of": as_of}).one_or_none()


def last_taken(connection: Connection, feed: FeedKey) -> LedgerRow | None:
    """The feed's last file that was applied or is held."""
    return connection.execute(_LAST_TAKEN, {"feed": str(feed)}).one_or_none()


def record_file(connection: Connection, record: FileRecord, unusable: pd.DataFrame | None) -> int:
    """Writes the file's row and its rejects (frame as in REJECTS; None: it has none); returns the file's id."""
    values = {
        "feed": str(record.feed),
        "merchant": record.feed.merchant,
        "kind": record.feed.kind,
        "feed_name": record.feed.name,
        "remote": record.remote,
        "path": record.path,
        "name": record.entry.name,
        "size": record.entry.size,
        "modified": record.entry.modified,
        "sha256": record.sha256,
        "as_of": record.as_of,
        "received_at": record.received_at,
        "status": record.status,
        "reason": record.reason,
        "warnings": "\n".join(record.warnings),
        "after_done": record.after_done,
        "answer_due": record.answer_due,
        "reading": record.reading,
        **record.counts.__dict__,
    }
    number = primary_key(connection.execute(_RECORD, values))
    _record_rejects(connection, number, unusable)
    connection.execute(_TAKEN, {"feed": str(record.feed), "name": record.entry.name})
    return number


def _record_rejects(connection: Connection, number: int, unusable: pd.DataFrame | None) -> None:
    if unusable is not None and len(unusable):
        listed = unusable.astype(object).where(unusable.notna(), None)
        rows: list[Any] = listed.assign(file=number).to_dict("records")
        connection.execute(insert(rejects), rows)


def record_again(connection: Connection, number: int, record: FileRecord, unusable: pd.DataFrame) -> int:
    """A file that was held is applied after all, with the rejects that it has now; returns its number."""
    connection.execute(delete(rejects).where(rejects.c.file == number))
    _record_rejects(connection, number, unusable)
    connection.execute(
        update(files)
        .where(files.c.id == number)
        .values(status=record.status, reason=record.reason, as_of=record.as_of, **record.counts.__dict__)
    )
    return number


def after_done(connection: Connection, file: int) -> None:
    """The original was moved or deleted."""
    connection.execute(_CHANGE, {"file": file, "after_done": True})


def answers_due(connection: Connection, feed: str) -> list[LedgerRow]:
    """Files of the feed that are to be answered with a 997, and have none staged, in order."""
    return list(connection.execute(_ANSWERS_DUE, {"feed": feed}).all())


def answered(connection: Connection, file: int) -> None:
    """The answer to the file is staged, or none can be given."""
    connection.execute(_CHANGE, {"file": file, "answer_due": False})


def sighting(connection: Connection, feed: FeedKey) -> dict[str, LedgerRow]:
    """Files seen and not yet taken, by name."""
    rows = connection.execute(_SIGHTINGS, {"feed": str(feed)})
    return {row.name: row for row in rows}


def remember_sightings(connection: Connection, feed: FeedKey, entries: Sequence[Entry], at: datetime) -> None:
    """Notes the first look at these files; a look at another size or time is a first look again."""
    connection.execute(
        delete(sightings).where(
            sightings.c.feed == str(feed), sightings.c.name.in_([entry.name for entry in entries])
        )
    )
    connection.execute(
        insert(sightings),
        [
            {"feed": str(feed), "name": e.name, "size": e.size, "modified": e.modified, "seen_at": at}
            for e in entries
        ],
    )


def list_files(
    *,
    merchant: str | None = None,
    during: Span | None = None,
    status: str | None = None,
    limit: int = 50,
) -> Select[Any]:
    """The latest files, newest first: those of a merchant's own feeds and of the account's. `during`: when they came in."""
    query = select(files).where(_received(during)).order_by(files.c.id.desc()).limit(limit)
    if merchant is not None:
        query = query.where(files.c.merchant.is_(None) | (files.c.merchant == merchant))
    return query if status is None else query.where(files.c.status == status)


def _received(during: Span | None) -> ColumnElement[bool]:
    if during is None:
        return true()
    return (files.c.received_at >= during[0]) & (files.c.received_at < during[1])


def list_rejects(
    *,
    merchant: str | None = None,
    file: int | None = None,
    during: Span | None = None,
    limit: int = 200,
) -> Select[Any]:
    """The latest rejects with the file they stand in, newest file first, in order of lines. `during`: when it came in."""
    query = (
        select(
            files.c.id.label("file"),
            rejects.c.merchant,
            files.c.feed_name.label("feed"),
            files.c.name,
            rejects.c.line,
            rejects.c.column,
            rejects.c.value,
            rejects.c.reason,
            rejects.c.sku,
        )
        .join(files, files.c.id == rejects.c.file)
        .order_by(files.c.id.desc(), rejects.c.line)
        .limit(limit)
    )
    if merchant is not None:
        query = query.where(rejects.c.merchant == merchant)
    query = query.where(_received(during))
    return query if file is None else query.where(files.c.id == file)
