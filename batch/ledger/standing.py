"""What the ledger says of a cart before it is told anything: one statement, since every cart asks it in every cycle."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, ScalarSelect, bindparam, exists, func, select

from batch.ledger.holds import RELEASED
from batch.ledger.schema import files, holds, intakes, numbers, runs, watermarks


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """How far a cart has been told; `complete_at`: when it was last sent every SKU.

    `configuration`: the SHA-256 of the one that it was told by. `repeated`: an older state, of this intake, was sent again since; None if none was.
    """

    seq: int = 0
    configuration: str = ""
    complete_at: datetime | None = None
    repeated: int | None = None


@dataclass(frozen=True, kw_only=True)
class Known:
    """`mark`: None before the cart's first delivery. `seq`: its merchant's latest intake, 0 before the first.

    `reported`: whether the WMS reported inventory after what the cart has heard: up to the watermark, or up to the older state that
    was sent again since; `ordered`: whether order lines came. `number`: the next of the series, not taken. `released`: a person has let a held output of it pass.
    """

    mark: Watermark | None
    seq: int
    reported: bool
    ordered: bool
    number: int
    released: bool


_MERCHANT: BindParameter[str] = bindparam("merchant")
_CART: BindParameter[str] = bindparam("cart")


def _of_mark(column: Any) -> ScalarSelect[Any]:
    mine = (watermarks.c.merchant == _MERCHANT) & (watermarks.c.cart == _CART)
    return select(column).where(mine).scalar_subquery()


_HEARD = func.min(watermarks.c.seq, func.coalesce(watermarks.c.repeated, watermarks.c.seq))
_NEWS = exists().where(intakes.c.merchant == _MERCHANT, intakes.c.seq > func.coalesce(_of_mark(_HEARD), 0))
_KNOWN = select(
    _of_mark(watermarks.c.seq).label("told"),
    _of_mark(watermarks.c.complete_at).label("complete_at"),
    _of_mark(watermarks.c.repeated).label("repeated"),
    select(runs.c.configuration)
    .where(runs.c.id == _of_mark(watermarks.c.run))
    .scalar_subquery()
    .label("configuration"),
    select(func.max(intakes.c.seq)).where(intakes.c.merchant == _MERCHANT).scalar_subquery().label("seq"),
    _NEWS.where(intakes.c.reported.is_(True)).label("reported"),
    _NEWS.where(intakes.c.file == files.c.id, files.c.kind == "orders").label("ordered"),
    select(numbers.c.last).where(numbers.c.series == bindparam("series")).scalar_subquery().label("last"),
    exists()
    .where(holds.c.merchant == _MERCHANT, holds.c.cart == _CART, holds.c.status == RELEASED)
    .label("released"),
)


def told_least(connection: Connection, merchant: str, carts: Collection[str]) -> int | None:
    """The intake up to which each of these carts has been told that ever was; None if none was."""
    mine = (watermarks.c.merchant == merchant) & watermarks.c.cart.in_(carts)
    least: int | None = connection.execute(select(func.min(watermarks.c.seq)).where(mine)).scalar()
    return least


def known_of(connection: Connection, merchant: str, cart: str, series: str) -> Known:
    """All of it about one cart, at once. `series`: in which its documents are numbered."""
    row = connection.execute(_KNOWN, {"merchant": merchant, "cart": cart, "series": series}).one()
    mark = None
    if row.told is not None:
        mark = Watermark(
            seq=row.told,
            configuration=row.configuration,
            complete_at=row.complete_at,
            repeated=row.repeated,
        )
    return Known(
        mark=mark,
        seq=row.seq or 0,
        reported=bool(row.reported),
        ordered=bool(row.ordered),
        number=(row.last or 0) + 1,
        released=bool(row.released),
    )
