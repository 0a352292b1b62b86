"""Runs: one per cart and cycle; a watermark per cart; control numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import Insert as Upsert
from sqlalchemy.dialects.sqlite import insert as upsert

from batch.days import Span
from batch.ledger.files import LedgerRow, primary_key
from batch.ledger.outbox import documents_of, is_open
from batch.ledger.schema import numbers, outbox, runs, watermarks

SYNC, RERUN, RESEND = "sync", "rerun", "resend"
"""Kinds of runs: what a cart is to be told now; what it was to be told in the past; the very bytes of an earlier run."""

# What every cart asks is made once: building a statement takes longer than SQLite needs to answer it.
_RECORD = insert(runs)
_RUN = select(runs).where(runs.c.id == bindparam("run"))
_CHANGE = update(runs).where(runs.c.id == bindparam("run"))
_FINISH = _CHANGE.where(~is_open(bindparam("run"))).returning(*runs.c)
_RENAME = _CHANGE.where(runs.c.document == bindparam("old"))
_SENT_TO = select(runs).where(
    runs.c.merchant == bindparam("merchant"), runs.c.cart == bindparam("cart"), runs.c.status == "sent"
)
_LAST_SENT = _SENT_TO.order_by(runs.c.id.desc()).limit(1)
_LAST_NUMBER = select(numbers.c.last).where(numbers.c.series == bindparam("series"))
_TAKE_FIRST = upsert(numbers).on_conflict_do_nothing(index_elements=["series"])
_TAKE_NEXT = (
    update(numbers)
    .where(numbers.c.series == bindparam("its"), numbers.c.last == bindparam("before"))
    .values(last=bindparam("up_to"))
)
_NAMED_AT_ANOTHER_TIME = (
    select(runs.c.id)
    .join(outbox, outbox.c.run == runs.c.id)
    .where(
        runs.c.merchant == bindparam("merchant"),
        runs.c.cart == bindparam("cart"),
        outbox.c.name == bindparam("document"),
        runs.c.now != bindparam("now"),
    )
    .limit(1)
)


def _advanced(*told: str) -> Upsert:
    """A watermark with these columns, new or as it is to be from now on."""
    new = upsert(watermarks)
    return new.on_conflict_do_update(
        index_elements=["merchant", "cart"], set_={name: new.excluded[name] for name in told}
    )


_TOLD_SOME = _advanced("seq", "run")
_TOLD_ALL = _advanced("seq", "run", "complete_at", "repeated")


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One cart's run, as it is recorded."""

    merchant: str
    cart: str
    now: datetime
    status: str
    complete: bool
    since: int
    seq: int
    configuration: str
    version: str
    lines: int = 0
    zeros: int = 0
    document: str | None = None
    number: int | None = None
    documents: int = 0
    reason: str = ""
    finished_at: datetime | None = None
    kind: str = SYNC
    repeats: int | None = None
    slot: datetime | None = None


def record_run(connection: Connection, record: RunRecord) -> int:
    """Writes the run; returns its id."""
    return primary_key(connection.execute(_RECORD, record.__dict__))


def finish(connection: Connection, run: int, at: datetime) -> LedgerRow | None:
    """If all documents are settled, the cart's watermark advances to what they told; not by what was sent again.

    Returns the run's row as it is now; None if one of its documents is not settled yet.
    """
    sent = {"run": run, "status": "sent", "reason": "", "finished_at": at}
    row = connection.execute(_FINISH, sent).one_or_none()
    if row is None or row.kind != SYNC:
        return row
    told = {"merchant": row.merchant, "cart": row.cart, "seq": row.seq, "run": run}
    if row.complete:
        connection.execute(_TOLD_ALL, {**told, "complete_at": row.now, "repeated": None})
    else:
        connection.execute(_TOLD_SOME, told)
    return row


def repeated(
    connection: Connection, merchant: str, cart: str, seq: int | ColumnElement[int] = watermarks.c.seq
) -> None:
    """An older state, of this intake, is sent again, or what the cart was told last has gone elsewhere: its next sync is everything."""
    mine = (watermarks.c.merchant == merchant) & (watermarks.c.cart == cart)
    oldest = func.min(func.coalesce(watermarks.c.repeated, seq), seq)
    connection.execute(update(watermarks).where(mine).values(repeated=oldest))


def renamed(connection: Connection, run: int, old: str, new: str) -> None:
    """A document of the run went out under another name than was meant."""
    connection.execute(_RENAME, {"run": run, "old": old, "document": new})


def note_failure(connection: Connection, run: int, reason: str) -> None:
    """Why the delivery is still open."""
    connection.execute(_CHANGE, {"run": run, "reason": reason})


def next_number(connection: Connection, series: str) -> int:
    """The number that the next document of the series would get; it is not taken."""
    last = connection.execute(_LAST_NUMBER, {"series": series}).scalar()
    return (last or 0) + 1


def take_numbers(connection: Connection, series: str, first: int, count: int) -> bool:
    """Takes `count` numbers from `first` on, if that is still the next one of the series."""
    last = first + count - 1
    if first == 1:
        taken = connection.execute(_TAKE_FIRST, {"series": series, "last": last})
    else:
        taken = connection.execute(_TAKE_NEXT, {"its": series, "before": first - 1, "up_to": last})
    return taken.rowcount == 1


def run_of(connection: Connection, run: int) -> LedgerRow:
    """The run's row."""
    return connection.execute(_RUN, {"run": run}).one()


def find(connection: Connection, run: int) -> LedgerRow | None:
    """The run's row; None if there is no such run."""
    return connection.execute(_RUN, {"run": run}).one_or_none()


def last_sent(connection: Connection, merchant: str, cart: str) -> LedgerRow | None:
    """The run by which the cart was last told anything; None if none was sent."""
    return connection.execute(_LAST_SENT, {"merchant": merchant, "cart": cart}).one_or_none()


def list_runs(
    *,
    merchant: str | None = None,
    cart: str | None = None,
    during: Span | None = None,
    status: str | None = None,
    limit: int = 50,
) -> Select[Any]:
    """The latest runs, newest first. `during`: by their clock."""
    query = select(runs).order_by(runs.c.id.desc()).limit(limit)
    if merchant is not None:
        query = query.where(runs.c.merchant == merchant)
    if cart is not None:
        query = query.where(runs.c.cart == cart)
    if during is not None:
        query = query.where(runs.c.now >= during[0], runs.c.now < during[1])
    return query if status is None else query.where(runs.c.status == status)


def last_complete(
    connection: Connection, merchant: str, cart: str, at: datetime | None = None, *, syncs: bool = False
) -> LedgerRow | None:
    """The cart's last run that sent every SKU; by its clock at or before `at`, if that is given; or of its `syncs` alone."""
    query = _last_complete(until=at is not None, syncs=syncs)
    return connection.execute(query, {"merchant": merchant, "cart": cart, "at": at}).one_or_none()


def syncs_between(
    connection: Connection, merchant: str, cart: str, start: datetime, end: datetime
) -> list[LedgerRow]:
    """The cart's syncs with documents, by their clock from `start` to before `end`, in order."""
    mine = (runs.c.merchant == merchant) & (runs.c.cart == cart) & (runs.c.kind == SYNC)
    written = runs.c.status.in_(("sent", "staged")) & (runs.c.documents > 0)
    query = select(runs).where(mine, written, runs.c.now >= start, runs.c.now < end)
    return list(connection.execute(query.order_by(runs.c.id)).all())


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A run that sent something: its row, and the SHA-256 of its documents in order."""

    run: LedgerRow
    documents: tuple[str, ...]


def sent_since_complete(
    connection: Connection, merchant: str, cart: str, at: datetime | None = None, *, syncs: bool = False
) -> list[Sent]:
    """The last run that sent every SKU, and the deltas sent since, in order; `at`, `syncs`: as in `last_complete`."""
    last = last_complete(connection, merchant, cart, at, syncs=syncs)
    if last is None:
        return []
    query = _sent_from(until=at is not None, syncs=syncs)
    asked = {"merchant": merchant, "cart": cart, "at": at, "first": last.id}
    rows = connection.execute(query, asked).all()
    documents = documents_of(connection, [row.id for row in rows])
    return [Sent(run=row, documents=tuple(each.sha256 for each in documents[row.id])) for row in rows]


@cache
def _last_complete(*, until: bool, syncs: bool) -> Select[Any]:
    complete = _sent(until=until, syncs=syncs).where(runs.c.complete.is_(True))
    return complete.order_by(runs.c.id.desc()).limit(1)


@cache
def _sent_from(*, until: bool, syncs: bool) -> Select[Any]:
    return _sent(until=until, syncs=syncs).where(runs.c.id >= bindparam("first")).order_by(runs.c.id)


def _sent(*, until: bool, syncs: bool) -> Select[Any]:
    query = _SENT_TO.where(runs.c.kind == SYNC) if syncs else _SENT_TO
    return query.where(runs.c.now <= bindparam("at")) if until else query


def named_at_another_time(
    connection: Connection, merchant: str, cart: str, document: str, now: datetime
) -> bool:
    """Whether a run under another clock gave the cart a document of this name."""
    asked = {"merchant": merchant, "cart": cart, "document": document, "now": now}
    return connection.execute(_NAMED_AT_ANOTHER_TIME, asked).first() is not None
