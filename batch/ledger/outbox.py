"""The outbox: every document on its way to a partner, from staging on. Its name, bytes and numbers are fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    Select,
    bindparam,
    exists,
    insert,
    literal,
    select,
    update,
)

from batch.ledger.files import LedgerRow, primary_key
from batch.ledger.schema import files, outbox

OPEN = ("staged", "uploaded")
_IS_OPEN = outbox.c.state.in_([literal(state) for state in OPEN])
"""With parameters of its own: a list of values would be written into the statement anew each time."""
RESENT = "resend "
"""Before the run's number: the series of documents that keep the number of an earlier run."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A document on its way: one of a run's, or the answer to a file.

    `part`: 1, 2, … among the documents of its run. `series`, `number`: its control number. `attempts`: uploads that may have
    begun; 0 only in the process that has just staged it.
    """

    id: int
    run: int | None
    file: int | None
    part: int
    merchant: str | None
    cart: str | None
    remote: str
    folder: str
    name: str
    series: str
    number: int
    sha256: str
    size: int
    lines: int
    state: str
    attempts: int

    @property
    def resent(self) -> bool:
        """It was sent before: the partner's acknowledgement, if one comes, is the earlier one's."""
        return self.series.startswith(RESENT)


FIELDS = tuple(Delivery.__dataclass_fields__)

_STAGE = insert(outbox)
_CHANGE = update(outbox).where(outbox.c.id == bindparam("delivery"))
_BEGIN_ATTEMPT = _CHANGE.values(attempts=outbox.c.attempts + 1)
_OPEN = select(*(outbox.c[name] for name in FIELDS)).where(_IS_OPEN).order_by(outbox.c.id)
_OPEN_OF_CART = _OPEN.where(outbox.c.merchant == bindparam("merchant"), outbox.c.cart == bindparam("cart"))
_OPEN_OF_FEED = _OPEN.where(outbox.c.file.in_(select(files.c.id).where(files.c.feed == bindparam("feed"))))
_OF_RUNS = select(outbox).where(outbox.c.run.in_(bindparam("runs", expanding=True))).order_by(outbox.c.part)


def stage(connection: Connection, **values: Any) -> Delivery:
    """Puts a document into the outbox. `values`: of a `Delivery`, less those that it gets here.

    From here on it may have been uploaded, as whoever finds it later must think.
    """
    values = {
        "run": None,
        "file": None,
        "merchant": None,
        "cart": None,
        **values,
        "state": "staged",
    }
    number = primary_key(connection.execute(_STAGE, {**values, "attempts": 1}))
    return Delivery(id=number, **values, attempts=0)


def stage_again(
    connection: Connection, document: LedgerRow, *, run: int, remote: str, folder: str
) -> Delivery:
    """Puts a document that was sent before into the outbox once more, as one of `run`: same name, bytes and number.

    Its number was taken by the earlier run; a series of its own says that this one has taken none.
    """
    values = {name: getattr(document, name) for name in FIELDS if name not in ("id", "state", "attempts")}
    again = {"run": run, "remote": remote, "folder": folder, "series": f"{RESENT}{run}"}
    return stage(connection, **{**values, **again})


def open_deliveries(connection: Connection, merchant: str, cart: str) -> list[Delivery]:
    """The deliveries of this cart that are not settled yet, in order; they are of one run."""
    return _open(connection, _OPEN_OF_CART, {"merchant": merchant, "cart": cart})


def open_answers(connection: Connection, feed: str) -> list[Delivery]:
    """The answers to files of this feed that are not settled yet, in order."""
    return _open(connection, _OPEN_OF_FEED, {"feed": feed})


def _open(connection: Connection, query: Select[Any], mine: Mapping[str, str]) -> list[Delivery]:
    rows = connection.execute(query, mine)
    return [Delivery(**{**row._mapping, "attempts": max(1, row.attempts)}) for row in rows]


def is_answer(connection: Connection, remote: str, folder: str, name: str) -> bool:
    """Whether an answer to a file has this name already."""
    place = (outbox.c.remote == remote) & (outbox.c.folder == folder) & (outbox.c.name == name)
    query = select(outbox.c.id).where(place, outbox.c.file.is_not(None)).limit(1)
    return connection.execute(query).first() is not None


def begin_attempt(connection: Connection, delivery: int) -> None:
    """An upload is about to begin: from now on it may have happened."""
    connection.execute(_BEGIN_ATTEMPT, {"delivery": delivery})


def settle(
    connection: Connection, delivery: int, at: datetime, ack_due: datetime | None, *, name: str
) -> None:
    """The delivery is done. `ack_due`: until then the partner is to acknowledge it; None if nobody does.

    `name`: under which the document lies there: its own, or that with a number if that one was taken.
    """
    done = {"state": "settled", "settled_at": at, "ack_due": ack_due, "name": name}
    connection.execute(_CHANGE, {"delivery": delivery, **done})


def is_open(run: ColumnElement[int]) -> Exists:
    """For a statement: whether a document of the run is not settled yet."""
    return exists().where(outbox.c.run == run, _IS_OPEN)


def documents_of(connection: Connection, runs: Sequence[int]) -> dict[int, tuple[LedgerRow, ...]]:
    """Run → its documents (rows of the outbox), in order."""
    rows = connection.execute(_OF_RUNS, {"runs": list(runs)}).all()
    found: dict[int, tuple[LedgerRow, ...]] = dict.fromkeys(runs, ())
    for row in rows:
        found[row.run] = (*found[row.run], row)
    return found
