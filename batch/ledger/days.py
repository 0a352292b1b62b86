"""What the ledger knows of a span of time, added up by the database: a page about a day does not read row by row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, literal, select, true

from batch.days import Span
from batch.ledger.files import LedgerRow
from batch.ledger.runs import SYNC
from batch.ledger.schema import files, holds, intakes, rejects, runs, segments
from batch.reconcile.verdicts import REFUSED


def first_received(connection: Connection, merchant: str | None) -> datetime | None:
    """When a file first came in, for this merchant if one is named; None before."""
    concerning = true() if merchant is None else files.c.merchant.is_(None) | (files.c.merchant == merchant)
    query = select(func.min(files.c.received_at)).where(concerning)
    moment: datetime | None = connection.execute(query).scalar()
    return moment


def arrivals(connection: Connection, span: Span, merchant: str | None) -> list[LedgerRow]:
    """The feed, instant, name and status of each file that came in, in order."""
    query = select(files.c.feed, files.c.received_at, files.c.name, files.c.status)
    return list(connection.execute(query.where(*_received(span, merchant)).order_by(files.c.id)).all())


def last_before(connection: Connection, moment: datetime) -> dict[str, datetime]:
    """Feed → when its last file before that moment came in."""
    query = select(files.c.feed, func.max(files.c.received_at).label("last"))
    rows = connection.execute(query.where(files.c.received_at < moment).group_by(files.c.feed))
    return {row.feed: row.last for row in rows}


def files_by_feed(connection: Connection, span: Span, merchant: str | None) -> list[LedgerRow]:
    """A row per feed: its key, how many `files`, how many rows in which bucket, and the `last` file's instant."""
    buckets = ("rows", "applied", "older", "duplicate", "ignored", "rejected")
    query = select(
        files.c.feed,
        files.c.merchant,
        files.c.kind,
        files.c.feed_name,
        func.count().label("files"),
        func.count().filter(files.c.status == "quarantined").label("quarantined"),
        func.count().filter(files.c.status == "held").label("held"),
        func.max(files.c.received_at).label("last"),
        *(func.sum(files.c[bucket]).label(bucket) for bucket in buckets),
    )
    query = query.where(*_received(span, merchant)).group_by(
        files.c.feed, files.c.merchant, files.c.kind, files.c.feed_name
    )
    return list(connection.execute(query.order_by(files.c.feed)).all())


def quarantined(connection: Connection, span: Span, merchant: str | None, limit: int) -> list[LedgerRow]:
    """The latest files that could not be used, newest first."""
    query = select(files).where(*_received(span, merchant), files.c.status == "quarantined")
    return list(connection.execute(query.order_by(files.c.id.desc()).limit(limit)).all())


def held_files(connection: Connection, span: Span, merchant: str | None, limit: int) -> list[LedgerRow]:
    """The latest files that guards held, newest first, with what has become of them since."""
    query = (
        select(
            holds.c.id,
            holds.c.status,
            holds.c.reason,
            holds.c.created_at,
            holds.c.file,
            files.c.name,
        )
        .join(files, files.c.id == holds.c.file)
        .where(holds.c.created_at >= span[0], holds.c.created_at < span[1], _of(files.c.merchant, merchant))
    )
    return list(connection.execute(query.order_by(holds.c.id.desc()).limit(limit)).all())


def refused_rows(
    connection: Connection, span: Span, merchant: str | None, *, groups: int, examples: int
) -> list[LedgerRow]:
    """Rows that could not be used, by feed, column and reason: the largest groups, each with its first examples.

    A row per example: `total` is the size of its group, `files` from how many files.
    """
    same = (files.c.feed, rejects.c.column, rejects.c.reason)
    numbered = (
        select(
            files.c.merchant,
            files.c.feed,
            files.c.feed_name,
            files.c.name,
            rejects.c.line,
            rejects.c.column,
            rejects.c.value,
            rejects.c.reason,
            rejects.c.sku,
            func.count().over(partition_by=same).label("total"),
            func.row_number()
            .over(partition_by=same, order_by=(files.c.id.desc(), rejects.c.line))
            .label("place"),
        )
        .join(files, files.c.id == rejects.c.file)
        .where(*_received(span, None))
    )
    if merchant is not None:
        numbered = numbered.where(rejects.c.merchant == merchant)
    each = numbered.subquery()
    order = (each.c.total.desc(), each.c.feed, each.c.column, each.c.reason, each.c.place)
    query = select(each).where(each.c.place <= examples).order_by(*order).limit(groups * examples)
    return list(connection.execute(query).all())


def rows_refused(connection: Connection, span: Span, merchant: str | None) -> int:
    """How many rows could not be used."""
    query = select(func.count()).join(files, files.c.id == rejects.c.file).where(*_received(span, None))
    if merchant is not None:
        query = query.where(rejects.c.merchant == merchant)
    return int(connection.execute(query.select_from(rejects)).scalar() or 0)


def runs_by_cart(connection: Connection, span: Span, merchant: str | None) -> list[LedgerRow]:
    """A row per cart: how many runs of which status, and what they sent."""
    sent = runs.c.status == "sent"
    query = select(
        runs.c.merchant,
        runs.c.cart,
        func.count().filter(sent).label("sent"),
        func.count().filter(runs.c.status == "nothing-new").label("nothing_new"),
        func.count().filter(_failed()).label("failed"),
        func.count().filter(runs.c.status == "held").label("held"),
        func.count().filter(runs.c.ack.in_(REFUSED)).label("turned_down"),
        func.coalesce(func.sum(runs.c.lines).filter(sent), 0).label("lines"),
        func.coalesce(func.sum(runs.c.documents).filter(sent), 0).label("documents"),
    )
    query = query.where(*_ran(span, merchant)).group_by(runs.c.merchant, runs.c.cart)
    return list(connection.execute(query.order_by(runs.c.merchant, runs.c.cart)).all())


def last_sent(
    connection: Connection, span: Span, merchant: str | None, *, syncs: bool = False
) -> list[LedgerRow]:
    """Each cart's last run that sent something; of its `syncs` alone."""
    query = select(func.max(runs.c.id)).where(*_ran(span, merchant), runs.c.status == "sent")
    if syncs:
        query = query.where(runs.c.kind == SYNC)
    latest = query.group_by(runs.c.merchant, runs.c.cart)
    return list(connection.execute(select(runs).where(runs.c.id.in_(latest)).order_by(runs.c.id)).all())


def amiss(connection: Connection, span: Span, merchant: str | None) -> list[LedgerRow]:
    """Runs that failed, were held or that the partner turned down, by cart: each with the last one's reason."""
    kinds = {"failed": _failed(), "held": runs.c.status == "held", "turned down": runs.c.ack.in_(REFUSED)}
    return [row for kind, wanted in kinds.items() for row in _amiss(connection, span, merchant, kind, wanted)]


def _amiss(
    connection: Connection, span: Span, merchant: str | None, kind: str, wanted: ColumnElement[bool]
) -> list[LedgerRow]:
    each = (
        select(func.max(runs.c.id).label("latest"), func.count().label("times"))
        .where(*_ran(span, merchant), wanted)
        .group_by(runs.c.merchant, runs.c.cart)
        .subquery()
    )
    query = select(runs, each.c.times, literal(kind).label("amiss")).join(each, each.c.latest == runs.c.id)
    return list(connection.execute(query.order_by(runs.c.merchant, runs.c.cart)).all())


def _failed() -> ColumnElement[bool]:
    """It failed, or its delivery is still open after a failure."""
    return (runs.c.status == "failed") | ((runs.c.status == "staged") & (runs.c.reason != ""))


def steps(connection: Connection, merchant: str, after: int, until: int) -> list[LedgerRow]:
    """The tables that the intakes after one and up to another added: seq, kind, table, and the intake's instant."""
    query = (
        select(segments.c.seq, segments.c.kind, segments.c.table, intakes.c.recorded_at)
        .join(intakes, (intakes.c.merchant == segments.c.merchant) & (intakes.c.seq == segments.c.seq))
        .where(segments.c.merchant == merchant, segments.c.checkpoint.is_(False))
        .where(segments.c.seq > after, segments.c.seq <= until)
    )
    return list(connection.execute(query.order_by(segments.c.seq, segments.c.kind)).all())


def _received(span: Span, merchant: str | None) -> tuple[ColumnElement[bool], ...]:
    """A merchant is not told of the account's own files: they hold rows of others."""
    return (
        files.c.received_at >= span[0],
        files.c.received_at < span[1],
        _of(files.c.merchant, merchant),
    )


def _ran(span: Span, merchant: str | None) -> tuple[ColumnElement[bool], ...]:
    mine = true() if merchant is None else runs.c.merchant == merchant
    return (runs.c.now >= span[0], runs.c.now < span[1], mine)


def _of(column: Column[Any], merchant: str | None) -> ColumnElement[bool]:
    return true() if merchant is None else column == merchant
