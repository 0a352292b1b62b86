"""What partners said of our documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from batch.ledger.files import LedgerRow, primary_key
from batch.ledger.schema import ack_errors, acks, files, outbox, runs

ACCEPTED = ("accepted", "accepted-with-errors")

_OF_CART = select(outbox).where(
    outbox.c.merchant == bindparam("merchant"), outbox.c.cart == bindparam("cart")
)
_LAST_ACCEPTED = (
    _OF_CART.with_only_columns(outbox.c.id)
    .where(outbox.c.ack.in_(ACCEPTED))
    .order_by(outbox.c.id.desc())
    .limit(1)
)
_OVERDUE = (
    _OF_CART.where(outbox.c.ack.is_(None), outbox.c.ack_due < bindparam("now"))
    .where(outbox.c.id > bindparam("latest"))
    .order_by(outbox.c.id)
)
_LATEST_JUDGED = _OF_CART.where(outbox.c.ack.is_not(None)).order_by(outbox.c.id.desc()).limit(1)


@dataclass(frozen=True, kw_only=True)
class ErrorRecord:
    """One thing that a partner found wrong. `position`: of the segment in its set, ST being 1; 0 if not known."""

    position: int
    segment: str
    element: str
    value: str
    reason: str
    sku: str | None


@dataclass(frozen=True, kw_only=True)
class AckRecord:
    """One verdict on a document. `set`: ST02, empty for the document as a whole."""

    document: int
    kind: str
    set: str
    verdict: str
    reason: str
    errors: tuple[ErrorRecord, ...] = ()


def find_document(connection: Connection, series: str, number: int) -> LedgerRow | None:
    """The document of a run that has this number in its series."""
    query = select(outbox).where(
        outbox.c.series == series, outbox.c.number == number, outbox.c.run.is_not(None)
    )
    return connection.execute(query).one_or_none()


def find_of_cart(connection: Connection, merchant: str, cart: str, number: int) -> LedgerRow | None:
    """The latest document of a cart that has this number."""
    query = select(outbox).where(
        outbox.c.merchant == merchant, outbox.c.cart == cart, outbox.c.number == number
    )
    return connection.execute(query.order_by(outbox.c.id.desc()).limit(1)).one_or_none()


def is_series(connection: Connection, series: str) -> bool:
    """Whether documents were ever numbered in this series."""
    return (
        connection.execute(select(outbox.c.id).where(outbox.c.series == series).limit(1)).first() is not None
    )


def record(connection: Connection, file: int, record: AckRecord) -> None:
    """Writes a verdict and what was found wrong."""
    values = {name: getattr(record, name) for name in ("document", "kind", "set", "verdict", "reason")}
    number = primary_key(connection.execute(insert(acks).values(file=file, **values)))
    if record.errors:
        connection.execute(insert(ack_errors), [{"ack": number, **error.__dict__} for error in record.errors])


def judge_document(connection: Connection, document: int, verdict: str) -> None:
    """The verdict on a document as a whole; the latest one counts."""
    connection.execute(update(outbox).where(outbox.c.id == document).values(ack=verdict))


def verdicts_of(connection: Connection, run: int) -> list[str | None]:
    """The verdict on each document of a run; None where there is none yet."""
    query = select(outbox.c.ack).where(outbox.c.run == run).order_by(outbox.c.part)
    return list(connection.execute(query).scalars())


def judge_run(connection: Connection, run: int, verdict: str | None) -> None:
    """The verdict on a run."""
    connection.execute(update(runs).where(runs.c.id == run).values(ack=verdict))


def overdue(connection: Connection, merchant: str, cart: str, now: datetime) -> list[LedgerRow]:
    """Documents whose acknowledgement is due and has not come, unless the partner has accepted a later one."""
    mine = {"merchant": merchant, "cart": cart}
    latest = connection.execute(_LAST_ACCEPTED, mine).scalar() or 0
    return list(connection.execute(_OVERDUE, {**mine, "now": now, "latest": latest}).all())


def latest_judged(connection: Connection, merchant: str, cart: str) -> LedgerRow | None:
    """The latest document of a cart that its partner has judged."""
    return connection.execute(_LATEST_JUDGED, {"merchant": merchant, "cart": cart}).one_or_none()


def list_acks(
    *, merchant: str | None = None, cart: str | None = None, run: int | None = None, limit: int = 200
) -> Select[Any]:
    """The latest verdicts, newest first, with a row for everything that was found wrong."""
    query = (
        select(
            files.c.name.label("file"),
            files.c.received_at,
            outbox.c.run,
            outbox.c.merchant,
            outbox.c.cart,
            outbox.c.name.label("document"),
            outbox.c.number,
            acks.c.kind,
            acks.c.set,
            acks.c.verdict,
            ack_errors.c.position,
            ack_errors.c.segment,
            ack_errors.c.element,
            ack_errors.c.value,
            ack_errors.c.sku,
            ack_errors.c.reason.label("error"),
            acks.c.reason,
        )
        .join(outbox, outbox.c.id == acks.c.document)
        .join(files, files.c.id == acks.c.file)
        .outerjoin(ack_errors, ack_errors.c.ack == acks.c.id)
        .order_by(acks.c.id.desc(), ack_errors.c.position)
        .limit(limit)
    )
    wanted = {outbox.c.merchant: merchant, outbox.c.cart: cart, outbox.c.run: run}
    return query.where(*(column == value for column, value in wanted.items() if value is not None))
