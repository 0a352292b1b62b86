"""Holds: what is plausible enough not to be refused, and odd enough that a person decides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, insert, select, update

from batch.ledger.files import LedgerRow, primary_key
from batch.ledger.schema import files, holds

if TYPE_CHECKING:
    from batch.reconcile.guards import Trip

OPEN, RELEASED, DISCARDED, SUPERSEDED, DONE = "open", "released", "discarded", "superseded", "done"

_HOLDS = select(holds, files.c.name.label("file_name")).outerjoin(files, files.c.id == holds.c.file)
_HOLD = _HOLDS.where(holds.c.id == bindparam("hold"))
_WAITING = _HOLDS.where(holds.c.status == OPEN).order_by(holds.c.id)
_OF_OUTPUT = (
    _HOLDS.where(holds.c.merchant == bindparam("merchant"), holds.c.cart == bindparam("cart"))
    .where(holds.c.status == bindparam("status"))
    .order_by(holds.c.id.desc())
    .limit(1)
)
_SETTLE_OUTPUTS = (
    update(holds)
    .where(holds.c.merchant == bindparam("owner"), holds.c.cart == bindparam("whose"))
    .where((holds.c.status == OPEN) | (holds.c.status == RELEASED))
    .values(status=DONE)
)
_HELD_UNTIL = select(files.c.id).where(
    files.c.feed == bindparam("feed"), files.c.status == "held", files.c.as_of <= bindparam("as_of")
)


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A held file (`file`) or a cart's held output (`cart`). `movers`: sku, was, now of the biggest changes."""

    id: int
    file: int | None
    merchant: str | None
    cart: str | None
    status: str
    reason: str
    movers: Sequence[dict[str, Any]]
    created_at: datetime
    file_name: str | None

    @property
    def subject(self) -> str:
        """As messages name it."""
        return (
            f"file {self.file} ({self.file_name})"
            if self.cart is None
            else f"cart {self.merchant}/{self.cart}"
        )


def hold_file(connection: Connection, file: int, merchant: str | None, trip: Trip, at: datetime) -> int:
    """A file waits for a decision; returns the number by which it is decided."""
    values = {"file": file, "merchant": merchant, "reason": trip.reason, "status": OPEN, "created_at": at}
    return primary_key(connection.execute(insert(holds).values(**values, movers=_text(trip.movers))))


def hold_output(connection: Connection, merchant: str, cart: str, trip: Trip, at: datetime) -> int:
    """A cart's output waits for a decision. While one waits, a later run only brings its reason up to date."""
    waiting = output_hold(connection, merchant, cart, OPEN)
    if waiting is not None:
        connection.execute(
            update(holds)
            .where(holds.c.id == waiting.id)
            .values(reason=trip.reason, movers=_text(trip.movers))
        )
        return waiting.id
    values = {"merchant": merchant, "cart": cart, "reason": trip.reason, "status": OPEN, "created_at": at}
    return primary_key(connection.execute(insert(holds).values(**values, movers=_text(trip.movers))))


def output_hold(connection: Connection, merchant: str, cart: str, status: str) -> Hold | None:
    """The cart's hold of that status, the latest."""
    asked = {"merchant": merchant, "cart": cart, "status": status}
    row = connection.execute(_OF_OUTPUT, asked).one_or_none()
    return None if row is None else _hold(row)


def find(connection: Connection, number: int) -> Hold | None:
    """The hold of that number."""
    row = connection.execute(_HOLD, {"hold": number}).one_or_none()
    return None if row is None else _hold(row)


def waiting(connection: Connection) -> list[Hold]:
    """All that waits for a decision, the oldest first."""
    return [_hold(row) for row in connection.execute(_WAITING)]


def decide(connection: Connection, number: int, status: str, at: datetime) -> bool:
    """What becomes of it; False if somebody has decided meanwhile."""
    still = (holds.c.id == number) & (holds.c.status == OPEN)
    return connection.execute(update(holds).where(still).values(status=status, decided_at=at)).rowcount == 1


def settle_outputs(connection: Connection, merchant: str, cart: str, at: datetime) -> None:
    """An output of the cart goes out: whatever was waiting or released has been used up."""
    connection.execute(_SETTLE_OUTPUTS, {"owner": merchant, "whose": cart, "decided_at": at})


def settle_file(connection: Connection, file: int, at: datetime) -> bool:
    """The held file is applied; False if somebody has decided otherwise meanwhile."""
    still = (holds.c.file == file) & (holds.c.status == OPEN)
    return connection.execute(update(holds).where(still).values(status=RELEASED, decided_at=at)).rowcount == 1


def supersede(connection: Connection, feed: str, as_of: datetime, by: str, at: datetime) -> None:
    """A later full file was applied: earlier files of the feed that are still held have nothing to say any more."""
    numbers = list(connection.execute(_HELD_UNTIL, {"feed": feed, "as_of": as_of}).scalars())
    if not numbers:
        return
    connection.execute(
        update(holds)
        .where(holds.c.file.in_(numbers), holds.c.status == OPEN)
        .values(status=SUPERSEDED, decided_at=at)
    )
    connection.execute(
        update(files)
        .where(files.c.id.in_(numbers))
        .values(status="discarded", reason=files.c.reason + f"; superseded by {by}")
    )


def discard_file(connection: Connection, file: int) -> None:
    """The file is not going to be applied; its bytes stay in the archive."""
    connection.execute(update(files).where(files.c.id == file).values(status="discarded"))


def _text(movers: Sequence[Any]) -> str:
    return json.dumps([mover.__dict__ for mover in movers])


def _hold(row: LedgerRow) -> Hold:
    known = {name: value for name, value in row._mapping.items() if name != "decided_at"}
    return Hold(**{**known, "movers": json.loads(known["movers"])})
