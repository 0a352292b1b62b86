"""What is asked of many carts or feeds at a time: one query for all of them, whose cost does not grow with history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import CTE, Connection, Select, Text, column, func, select, values

from batch.ledger.files import LedgerRow
from batch.ledger.outbox import OPEN
from batch.ledger.schema import files, intakes, outbox, runs, watermarks

Name = tuple[str, str]
"""Merchant and cart."""


@dataclass(frozen=True, kw_only=True)
class Carts:
    """By merchant and cart. `latest`: the last run, whatever came of it; `sent`: the one by which the watermark stands where it does.

    `marks`: watermarks; `open`: how many documents are not settled yet. `seqs`: merchant → its last intake.
    """

    latest: Mapping[Name, LedgerRow]
    sent: Mapping[Name, LedgerRow]
    marks: Mapping[Name, LedgerRow]
    open: Mapping[Name, int]
    seqs: Mapping[str, int]


def of_carts(connection: Connection, carts: Sequence[Name]) -> Carts:
    """What is asked of these carts; those without an answer are not among it."""
    if not carts:
        return Carts(latest={}, sent={}, marks={}, open={}, seqs={})
    named = _named(("merchant", "cart"), carts)
    latest = (
        select(func.max(runs.c.id))
        .where(runs.c.merchant == named.c.merchant, runs.c.cart == named.c.cart)
        .correlate(named)
        .scalar_subquery()
    )
    seq = select(func.max(intakes.c.seq)).where(intakes.c.merchant == named.c.merchant).scalar_subquery()
    marked = (watermarks.c.merchant == named.c.merchant) & (watermarks.c.cart == named.c.cart)
    opened = (outbox.c.merchant == named.c.merchant) & (outbox.c.cart == named.c.cart)
    counted = select(named, func.count().label("documents")).join(outbox, opened & outbox.c.state.in_(OPEN))
    return Carts(
        latest=_by_name(connection, select(runs).where(runs.c.id.in_(select(latest).select_from(named)))),
        sent=_by_name(
            connection,
            select(runs).join(watermarks, watermarks.c.run == runs.c.id).join(named, marked),
        ),
        marks=_by_name(connection, select(watermarks).join(named, marked)),
        open={
            name: row.documents
            for name, row in _by_name(connection, counted.group_by(named.c.merchant, named.c.cart)).items()
        },
        seqs={
            row.merchant: row.seq or 0
            for row in connection.execute(select(named.c.merchant, seq.label("seq")).distinct())
        },
    )


def latest_files(connection: Connection, feeds: Iterable[str]) -> dict[str, LedgerRow]:
    """Feed → the row of its last file."""
    keys = [(feed,) for feed in feeds]
    if not keys:
        return {}
    named = _named(("feed",), keys)
    latest = (
        select(func.max(files.c.id)).where(files.c.feed == named.c.feed).correlate(named).scalar_subquery()
    )
    rows = connection.execute(select(files).where(files.c.id.in_(select(latest).select_from(named))))
    return {row.feed: row for row in rows}


def _named(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> CTE:
    return values(*(column(name, Text) for name in columns), name="named").data(list(rows)).cte("named")


def _by_name(connection: Connection, query: Select[tuple[object, ...]]) -> dict[Name, LedgerRow]:
    return {(row.merchant, row.cart): row for row in connection.execute(query)}
