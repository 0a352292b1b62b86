"""Section 2 of the design once more, in plain Python on the files' own text: the judge of `test_histories.py`.

It reads the configuration and the files by itself, knows nothing of the runner's code, and is slow and obvious.
Every comment that ends in a number names the paragraph that it spells out.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

Rows = list[dict[str, str]]
ZERO = timedelta(0)
HOLD, NOTHING_NEW, SENT = "held", "nothing-new", "sent"


@dataclass(frozen=True, kw_only=True)
class Level:
    quantity: int
    as_of: datetime
    reported: int


@dataclass(frozen=True, kw_only=True)
class Line:
    sku: str
    warehouse: str
    quantity: int
    ordered_at: datetime
    cancelled: bool
    stated: tuple[datetime, str] = (datetime.min.replace(tzinfo=UTC), "")
    touched: int = 0

    @property
    def meaning(self) -> tuple[object, ...]:
        return self.sku, self.warehouse, self.quantity, self.ordered_at, self.cancelled


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a cart has been told up to, and when it was told everything."""

    seq: int
    complete_at: datetime


@dataclass(frozen=True, kw_only=True)
class Taken:
    status: str
    rows: int
    applied: int = 0
    older: int = 0
    duplicate: int = 0
    ignored: int = 0
    rejected: int = 0


def whole(cell: str) -> int | None:
    return int(float(cell)) if re.fullmatch(r"\s*-?\d+(\.0+)?\s*", cell) else None


def instant(cell: str) -> datetime | None:
    return (
        datetime.fromisoformat(cell)
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", cell)
        else None
    )


def length(text: str) -> timedelta:
    return timedelta(**{{"m": "minutes", "h": "hours"}[text[-1]]: int(text[:-1])})


@dataclass
class Model:
    """One merchant. `settings`: its table of the configuration."""

    settings: Mapping[str, Any]
    levels: dict[tuple[str, str, str], Level] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], Line] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    seq: int = 0
    reported: int = 0
    ordered: int = 0
    said: set[tuple[object, ...]] = field(default_factory=set)

    # What comes in

    def take(self, kind: str, feed: str, name: str, modified: datetime, text: str) -> Taken:
        setting = next(each for each in self.settings[kind] if each["name"] == feed)
        rows = list(csv.DictReader(text.splitlines()))
        as_of = modified if setting.get("as_of") == "modified" else None  # else a column says it: 2.1
        if (feed, text, as_of) in self.said:  # the same bytes with the same as-of are the same statement: 4
            return Taken(status="duplicate", rows=len(rows), duplicate=len(rows))
        if kind == "orders":
            taken = self._orders(setting, (modified, name), rows)
        elif not rows:
            taken = Taken(status=HOLD, rows=0)  # 2.6
        else:
            taken = self._stock(setting, as_of, rows)
        if taken.status in ("applied", HOLD):
            self.said.add((feed, text, as_of))
        return taken

    def _stock(self, setting: Mapping[str, Any], as_of: datetime | None, rows: Rows) -> Taken:
        read = [self._statement(setting["columns"], as_of, row) for row in rows]
        spoiled = {place for place, quantity, at in read if quantity is None or at is None or not place[0]}
        good = [row for row in read if row[0] not in spoiled]  # a part of a sum is no level: R7
        rejected = len(rows) - len(good)
        if not good:
            return Taken(status="quarantined", rows=len(rows), rejected=rejected)
        lots: dict[tuple[str, str], list[tuple[int, datetime]]] = {}
        for place, quantity, at in good:
            assert quantity is not None
            assert at is not None
            lots.setdefault(place, []).append((quantity, at))
        seq, feed = self.seq + 1, setting["name"]
        news, older = {}, 0
        for place, parts in lots.items():  # lots add up, the latest as-of is theirs: 2.1
            level = Level(
                quantity=sum(quantity for quantity, _ in parts),
                as_of=max(at for _, at in parts),
                reported=seq,
            )
            known = self.levels.get((feed, *place))
            if known is not None and known.as_of > level.as_of:
                older += len(parts)
            else:
                news[(feed, *place)] = level
        if setting.get("content") == "full" and setting.get("absent", "zero") == "zero":
            latest = max(at for parts in lots.values() for _, at in parts)
            news |= self._absences(feed, latest, {*lots, *spoiled}, {sku for sku, _ in spoiled}, seq)
        self.levels |= news
        self.seq += bool(news)
        if any(level.reported == seq for level in news.values()):
            self.reported = seq
        return Taken(
            status="applied", rows=len(rows), applied=len(good) - older, older=older, rejected=rejected
        )

    def _statement(
        self, columns: Mapping[str, str], as_of: datetime | None, row: Mapping[str, str]
    ) -> tuple[tuple[str, str], int | None, datetime | None]:
        place = row[columns["sku"]], row[columns["warehouse"]]
        if "quantity" in columns:
            quantity = whole(row[columns["quantity"]])
        else:  # available = on hand - committed: 2.1
            on_hand, committed = whole(row[columns["on_hand"]]), whole(row[columns["committed"]])
            quantity = None if on_hand is None or committed is None else on_hand - committed
        return place, quantity, as_of or instant(row[columns["as_of"]])

    def _absences(
        self, feed: str, at: datetime, listed: Iterable[tuple[str, str]], spoiled: set[str], seq: int
    ) -> dict[tuple[str, str, str], Level]:
        """2.2: what a full file does not list is 0; what it lists in a bad row keeps its last good level."""
        absent = {
            key: level
            for key, level in self.levels.items()
            if key[0] == feed and key[1:] not in set(listed) and key[1] not in spoiled and level.as_of <= at
        }
        return {
            key: Level(quantity=0, as_of=at, reported=seq if level.quantity else level.reported)
            for key, level in absent.items()
        }

    def _orders(self, setting: Mapping[str, Any], stated: tuple[datetime, str], rows: Rows) -> Taken:
        columns, feed, cancelled = setting["columns"], setting["name"], setting.get("cancelled", ())
        read: dict[tuple[str, str, str], list[Line]] = {}
        spoiled = {
            (row[columns["order"]], row[columns["sku"]])  # a part of a sum is no line either
            for row in rows
            if "line" not in columns and not usable(columns, row)
        }
        rejected = 0
        for row in rows:
            sku = row[columns["sku"]]
            if not usable(columns, row) or (row[columns["order"]], sku) in spoiled:
                rejected += 1
                continue
            quantity, at = whole(row[columns["quantity"]]), instant(row[columns["ordered_at"]])
            assert quantity is not None
            assert at is not None
            line = Line(
                sku=sku,
                warehouse=row[columns["warehouse"]] if "warehouse" in columns else "",
                quantity=quantity,
                ordered_at=at,
                cancelled=row[columns["status"]].casefold() in cancelled,
                stated=stated,
                touched=self.seq + 1,
            )
            named = row[columns["line"]] if "line" in columns else sku
            read.setdefault((feed, row[columns["order"]], named), []).append(line)
        if rows and rejected == len(rows):
            return Taken(status="quarantined", rows=len(rows), rejected=rejected)
        applied = older = 0
        for key, lines in read.items():
            line = lines[-1] if "line" in columns else together(lines)
            known = self.lines.get(key)
            count = 1 if "line" in columns else len(lines)
            older += len(lines) - count
            if known is not None and known.stated > stated:  # only a later statement replaces: 2.3
                older += count
                continue
            applied += count
            if known is not None and known.meaning == line.meaning:
                line = replace(line, touched=known.touched)
            self.lines[key] = line
        if applied:
            self.seq = self.ordered = self.seq + 1
        return Taken(status="applied", rows=len(rows), applied=applied, older=older, rejected=rejected)

    # What goes out

    def available(self, chosen: Iterable[str] | None = None) -> dict[str, int]:
        """2.4 for every SKU that the WMS has named; `chosen`: the cart's warehouses."""
        numbers = {}
        for sku in {key[1] for key in self.levels}:
            levels = {
                key: level
                for key, level in self.levels.items()
                if key[1] == sku and (chosen is None or key[2] in chosen)
            }
            lines = [
                line.quantity
                for (feed, *_), line in self.lines.items()
                if line.sku == sku and levels and self._counts(feed, line, levels, chosen)
            ]
            numbers[sku] = sum(level.quantity for level in levels.values()) - sum(lines)
        return numbers

    def _counts(
        self,
        feed: str,
        line: Line,
        levels: Mapping[tuple[str, str, str], Level],
        chosen: Iterable[str] | None,
    ) -> bool:
        """2.3: ordered after the level was taken, there or (without a warehouse) where it was taken first."""
        if line.cancelled or (chosen is not None and line.warehouse not in {"", *chosen}):
            return False
        there = [level.as_of for key, level in levels.items() if key[2] == line.warehouse]
        taken = min(there if line.warehouse and there else [level.as_of for level in levels.values()])
        lag = next(each for each in self.settings["orders"] if each["name"] == feed).get("order_lag", "0m")
        return line.ordered_at > taken - length(lag)

    def numbers(self, cart: str) -> dict[str, int]:
        """What the cart would be told of every SKU."""
        rules = self.settings["carts"][cart]
        return {
            sku: told(quantity, rules) for sku, quantity in self.available(rules.get("warehouses")).items()
        }

    def reported_since(self, seq: int) -> set[str]:
        return {key[1] for key, level in self.levels.items() if level.reported > seq}

    def sync(self, cart: str, now: datetime) -> tuple[str, dict[str, int]]:
        """2.5: what the cart is sent, and the watermark after it."""
        rules, mark = self.settings["carts"][cart], self.marks.get(cart)
        everything = rules["format"] == "edi846" or rules.get("send") == "full" or mark is None
        since = mark.seq if mark else 0
        orders_too = rules.get("trigger") == "inventory-and-orders"
        news = self.reported > since or (orders_too and self.ordered > since)
        if not self.levels or not (everything or news):
            return NOTHING_NEW, {}
        if mark and "full_every" in rules:
            everything |= now - mark.complete_at >= length(rules["full_every"])
        touched = {line.sku for line in self.lines.values() if orders_too and line.touched > since}
        document = {
            sku: number
            for sku, number in self.numbers(cart).items()
            if everything or sku in self.reported_since(since) | touched
        }
        if not document:
            return NOTHING_NEW, {}
        complete_at = now if everything or mark is None else mark.complete_at
        self.marks[cart] = Mark(seq=self.seq, complete_at=complete_at)
        return SENT, document


def usable(columns: Mapping[str, str], row: Mapping[str, str]) -> bool:
    """Whether a row of an order file has an order line in it."""
    quantity, at = whole(row[columns["quantity"]]), instant(row[columns["ordered_at"]])
    return bool(row[columns["sku"]]) and quantity is not None and quantity >= 0 and at is not None


def together(lines: list[Line]) -> Line:
    """Without a line number the rows of one order and SKU are one line, less what is cancelled."""
    live = [line for line in lines if not line.cancelled]
    places = {line.warehouse for line in lines}
    return replace(
        lines[0],
        quantity=sum(line.quantity for line in live),
        cancelled=not live,
        ordered_at=max(line.ordered_at for line in lines),
        warehouse=places.pop() if len(places) == 1 else "",
    )


def told(quantity: int, rules: Mapping[str, Any]) -> int:
    """2.4: buffer, cap, never below 0, minimum level."""
    after = max(0, min(quantity - rules.get("buffer", 0), rules.get("cap", quantity)))
    return after if after >= rules.get("minimum_level", 0) else 0


@dataclass
class Mirror:
    """A cart's own counter: the last told quantity of each SKU, less what the cart has sold since.

    `own`: its order feed. `sure`: SKUs of which nothing has happened since they were told but its own plain sales:
    of these the counter must be right without being told again.
    """

    own: str
    counter: dict[str, int] = field(default_factory=dict)
    told_at: dict[str, datetime] = field(default_factory=dict)
    sold: Counter[str] = field(default_factory=Counter)
    sure: set[str] = field(default_factory=set)

    def take(self, document: Mapping[str, int], at: datetime) -> None:
        self.counter |= document
        self.told_at |= dict.fromkeys(document, at)
        self.sure |= set(document)
        for sku in document:
            del self.sold[sku]

    def happened(
        self, before: Mapping[tuple[str, str, str], Line], after: Mapping[tuple[str, str, str], Line]
    ) -> None:
        """Order lines came in: its own new sales were counted down when they were made, all else it cannot know."""
        for key, line in after.items():
            known = before.get(key)
            if known is not None and known.meaning == line.meaning:
                continue
            if known is None and key[0] == self.own and self._since_told(line):
                self.sold[line.sku] += 0 if line.cancelled else line.quantity
            else:
                self.sure -= {line.sku, *([known.sku] if known else [])}

    def _since_told(self, line: Line) -> bool:
        return line.sku in self.told_at and line.ordered_at > self.told_at[line.sku]

    def believes(self, sku: str) -> int:
        return max(0, self.counter[sku] - self.sold[sku])


@dataclass(frozen=True)
class Judges:
    """What a history is judged by, made anew for each."""

    model: Callable[[str], Model]
    mirror: Callable[[str], Mirror]


@pytest.fixture(scope="session")
def judges() -> Judges:
    return Judges(
        model=lambda configuration: Model(settings=tomllib.loads(configuration)["merchants"]["acme"]),
        mirror=lambda own: Mirror(own=own),
    )
