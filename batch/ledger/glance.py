"""What is asked of many carts or feeds at a time: one query for all of them, whose cost does not grow with history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Text, bindparam, func, select

from batch.ledger.files import LedgerRow
from batch.ledger.outbox import OPEN
from batch.ledger.schema import files, intakes, outbox, runs, watermarks

Name = tuple[str, str]
"""Merchant and cart."""

_ASKED = func.json_each(bindparam("asked", type_=Text)).table_valued("value", name="asked")
"""What is asked about, as one JSON text: a statement for any number of names, made once."""
_NAMED = select(
    func.json_extract(_ASKED.c.value, "$[0]", type_=Text).label("merchant"),
    func.json_extract(_ASKED.c.value, "$[1]", type_=Text).label("cart"),
).cte("named")
_MARKED = (watermarks.c.merchant == _NAMED.c.merchant) & (watermarks.c.cart == _NAMED.c.cart)
_LATEST_RUN = (
    select(func.max(runs.c.id))
    .where(runs.c.merchant == _NAMED.c.merchant, runs.c.cart == _NAMED.c.cart)
    .correlate(_NAMED)
    .scalar_subquery()
)
_LATEST = select(runs).where(runs.c.id.in_(select(_LATEST_RUN).select_from(_NAMED)))
_SENT = select(runs).join(watermarks, watermarks.c.run == runs.c.id).join(_NAMED, _MARKED)
_MARKS = select(watermarks).join(_NAMED, _MARKED)
_OPENED = (
    select(_NAMED, func.count().label("documents"))
    .join(outbox, (outbox.c.merchant == _NAMED.c.merchant) & (outbox.c.cart == _NAMED.c.cart))
    .where(outbox.c.state.in_(OPEN))
    .group_by(_NAMED.c.merchant, _NAMED.c.cart)
)
_LATEST_JUDGED = (
    select(func.max(outbox.c.id))
    .where(outbox.c.merchant == _NAMED.c.merchant, outbox.c.cart == _NAMED.c.cart, outbox.c.ack.is_not(None))
    .correlate(_NAMED)
    .scalar_subquery()
)
_JUDGED = select(outbox).where(outbox.c.id.in_(select(_LATEST_JUDGED).select_from(_NAMED)))
_LAST_SEQ = select(func.max(intakes.c.seq)).where(intakes.c.merchant == _ASKED.c.value).scalar_subquery()
_SEQS = select(_ASKED.c.value.label("merchant"), func.coalesce(_LAST_SEQ, 0).label("seq"))
_LATEST_FILE = (
    select(func.max(files.c.id)).where(files.c.feed == _ASKED.c.value).correlate(_ASKED).scalar_subquery()
)
_LATEST_FILES = select(files).where(files.c.id.in_(select(_LATEST_FILE).select_from(_ASKED)))


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
    return Carts(
        latest=_by_name(connection, _LATEST, carts),
        sent=_by_name(connection, _SENT, carts),
        marks=_by_name(connection, _MARKS, carts),
        open=open_documents(connection, carts),
        seqs=last_seqs(connection, dict.fromkeys(merchant for merchant, _ in carts)),
    )


def open_documents(connection: Connection, carts: Sequence[Name]) -> dict[Name, int]:
    """How many documents of each cart are not settled yet; those without any are not among it."""
    return {name: row.documents for name, row in _by_name(connection, _OPENED, carts).items()}


def latest_judged(connection: Connection, carts: Sequence[Name]) -> dict[Name, LedgerRow]:
    """The latest document of each of these carts that its partner has judged."""
    return _by_name(connection, _JUDGED, carts)


def last_seqs(connection: Connection, merchants: Iterable[str]) -> dict[str, int]:
    """Merchant → its last intake; 0 before the first."""
    rows = connection.execute(_SEQS, {"asked": json.dumps(list(merchants))})
    return {row.merchant: row.seq for row in rows}


def latest_files(connection: Connection, feeds: Iterable[str]) -> dict[str, LedgerRow]:
    """Feed → the row of its last file."""
    rows = connection.execute(_LATEST_FILES, {"asked": json.dumps(list(feeds))})
    return {row.feed: row for row in rows}


def _by_name(connection: Connection, query: Select[Any], carts: Sequence[Name]) -> dict[Name, LedgerRow]:
    rows = connection.execute(query, {"asked": json.dumps(carts)})
    return {(row.merchant, row.cart): row for row in rows}
