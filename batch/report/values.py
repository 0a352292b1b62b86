"""What stands on a page about a day, as frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from batch.watch.conditions import Condition

TROUBLES = ("failed", "quarantined", "held", "turned down")
"""The worst first."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that went wrong that day. `kind`: of TROUBLES; `at`: the last time, of so many `times`; `stands`: it still does."""

    kind: str
    subject: str
    text: str
    at: datetime
    times: int = 1
    stands: bool = False


@dataclass(frozen=True, kw_only=True)
class Example:
    """A row that could not be used, with its place."""

    file: str
    line: int
    value: str
    sku: str | None


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Rows of one feed that could not be used for one reason."""

    feed: str
    column: str
    reason: str
    rows: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, kw_only=True)
class FeedDay:
    """What came in on a feed. `last`: when its last file did, on that day or before; None if none ever."""

    feed: str
    kind: str
    files: int = 0
    rows: int = 0
    applied: int = 0
    older: int = 0
    duplicate: int = 0
    ignored: int = 0
    rejected: int = 0
    quarantined: int = 0
    held: int = 0
    last: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CartDay:
    """What a cart was sent. `sent`, `nothing_new`, `failed`, `held`, `turned_down`: runs; `last`: the last that sent something."""

    cart: str
    sent: int = 0
    documents: int = 0
    lines: int = 0
    nothing_new: int = 0
    failed: int = 0
    held: int = 0
    turned_down: int = 0
    last: datetime | None = None
    document: str | None = None


@dataclass(frozen=True, kw_only=True)
class Point:
    """What was known of a SKU from an instant on."""

    at: datetime
    level: int
    available: int


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """How many of a SKU were ordered from one instant to another."""

    start: datetime
    end: datetime
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Mover:
    """A SKU over the day. `points`: in order, at least one; `orders`: spans in which some were ordered."""

    merchant: str
    sku: str
    title: str | None
    points: tuple[Point, ...]
    orders: tuple[Ordered, ...]

    @property
    def swing(self) -> int:
        """How far what may be promised went up and down."""
        told = [point.available for point in self.points]
        return max(told) - min(told)

    @property
    def ordered(self) -> int:
        return sum(span.quantity for span in self.orders)


@dataclass(frozen=True, kw_only=True)
class Tooth:
    """A feed between two files, or until the page ends. `since`: the earlier file; `due`: until when the next may come."""

    since: datetime
    start: datetime
    end: datetime
    due: datetime | None


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A file that came in."""

    at: datetime
    name: str
    usable: bool


@dataclass(frozen=True, kw_only=True)
class FeedAge:
    """How old a feed's last file was. `late`: how long it was overdue that day."""

    feed: str
    kind: str
    teeth: tuple[Tooth, ...]
    arrivals: tuple[Arrival, ...]

    @property
    def late(self) -> timedelta:
        overdue = (tooth.end - max(tooth.due, tooth.start) for tooth in self.teeth if tooth.due is not None)
        return sum((each for each in overdue if each > timedelta(0)), timedelta(0))

    @property
    def oldest(self) -> timedelta:
        return max(tooth.end - tooth.since for tooth in self.teeth)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What became of a cart's SKUs by its rules. `zeroed`: rule → SKUs that it made 0, or that were 0 before any.

    `cut`: SKUs told less than there is because of the cap; `withheld`: by how many pieces in all.
    """

    skus: int
    zeroed: dict[str, int]
    cut: int = 0
    withheld: int = 0

    @property
    def zeros(self) -> int:
        return sum(self.zeroed.values())


@dataclass(frozen=True, kw_only=True)
class CartEffect:
    """The effect of a cart's rules at its last sync of the day, at `at`."""

    cart: str
    at: datetime
    effect: Effect


@dataclass(frozen=True, kw_only=True)
class Report:
    """A day. `start`, `end`: its midnights, UTC; `until`: the end, or when the page was made, if that is earlier.

    `standing`: conditions that are not among the `troubles`. `moved`: how many SKUs had a level or an order changed. `notes`: sentences on what could not be shown.
    """

    account: str
    merchant: str | None
    day: date
    zone: ZoneInfo
    start: datetime
    end: datetime
    until: datetime
    made_at: datetime
    feeds: Sequence[FeedDay]
    carts: Sequence[CartDay]
    troubles: Sequence[Trouble]
    standing: Sequence[Condition]
    refused: Sequence[Refused]
    rows_refused: int
    ages: Sequence[FeedAge]
    movers: Sequence[Mover]
    moved: int
    effects: Sequence[CartEffect]
    notes: Sequence[str]
