"""Random histories of files and syncs: whatever came in, in whatever order, every cart is told what section 2 says.

Judged from outside: by a model in plain Python (conftest.py), which reads the same files and the same configuration
by itself, and by a mirror that plays each cart. 120 histories by default, 4,000 with --hypothesis-profile=slow.
"""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.clock import SystemClock
from batch.config import load
from batch.context import Context
from batch.runner.cycle import run_cycle
from batch.runner.session import chosen_carts, opened
from batch.store import state
from batch.store.memory import Memory
from batch.store.tables import Tables

HEAD = """
[account]
name = "Test"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
"""

ORDERS = """
[[merchants.acme.orders]]
name = "front"
remote = "shop"
path = "orders/front"
files = "*.csv"
format = "csv"
ready = "rename"
cancelled = ["cancelled"]
columns = { order = "order", line = "line", sku = "sku", quantity = "qty", ordered_at = "at", status = "status", warehouse = "wh" }

[[merchants.acme.orders]]
name = "market"
remote = "shop"
path = "orders/market"
files = "*.csv"
format = "csv"
ready = "rename"
cancelled = ["cancelled"]
order_lag = "20m"
columns = { order = "order", sku = "sku", quantity = "qty", ordered_at = "at", status = "status" }
"""

FOUR_CARTS = (
    HEAD
    + """
[[merchants.acme.inventory]]
name = "main"
remote = "wms"
path = "main"
files = "*.csv"
format = "csv"
ready = "rename"
content = "full"
max_row_drop = "100%"
max_zeroed = "100%"
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF", warehouse = "WH" }

[[merchants.acme.inventory]]
name = "more"
remote = "wms"
path = "more"
files = "*.csv"
format = "csv"
ready = "rename"
max_row_drop = "100%"
max_zeroed = "100%"
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF", warehouse = "WH" }
"""
    + ORDERS
    + """
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "{number:04}.csv"
format = "csv"
max_row_drop = "100%"
max_zeroed = "100%"

[merchants.acme.carts.kiosk]
remote = "shop"
path = "kiosk"
file_name = "{number:04}.csv"
format = "csv"
send = "full"
buffer = 2
max_row_drop = "100%"
max_zeroed = "100%"

[merchants.acme.carts.market]
remote = "shop"
path = "market"
file_name = "{number:04}.csv"
format = "csv"
trigger = "inventory-and-orders"
max_row_drop = "100%"
max_zeroed = "100%"

[merchants.acme.carts.bigbox]
remote = "shop"
path = "bigbox"
file_name = "{number:04}.edi"
format = "edi846"
edi846 = { sender = "ZZ/ACME", receiver = "ZZ/BIGBOX" }
max_row_drop = "100%"
max_zeroed = "100%"
"""
)

OTHER_RULES = (
    HEAD
    + """
[[merchants.acme.inventory]]
name = "main"
remote = "wms"
path = "main"
files = "*.csv"
format = "csv"
ready = "rename"
content = "full"
as_of = "modified"
columns = { sku = "SKU", on_hand = "HAND", committed = "HELD", warehouse = "WH" }

[[merchants.acme.inventory]]
name = "more"
remote = "wms"
path = "more"
files = "*.csv"
format = "csv"
ready = "rename"
content = "full"
absent = "keep"
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF", warehouse = "WH" }
"""
    + ORDERS
    + """
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "{number:04}.csv"
format = "csv"
full_every = "45m"

[merchants.acme.carts.east]
remote = "shop"
path = "east"
file_name = "{number:04}.csv"
format = "csv"
warehouses = ["EAST"]
cap = 9
minimum_level = 3

[merchants.acme.carts.market]
remote = "shop"
path = "market"
file_name = "{number:04}.csv"
format = "csv"
trigger = "inventory-and-orders"
warehouses = ["WEST", "EAST"]
"""
)

FOLDERS = {"inventory": "wms", "orders": "shop/orders"}
WITH_TIMES = "SKU,WH,QTY,AS_OF"
WITH_COMMITTED = "SKU,WH,HAND,HELD"
WITH_LINES = "order,line,sku,qty,at,status,wh"
WITHOUT_LINES = "order,sku,qty,at,status"
ONE_MORE = {"front": "{number}-more,1,D,1,{now},paid,\n", "market": "{number}-more,D,1,{now},paid\n"}
MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)


@dataclass(frozen=True)
class File:
    """A file of a feed. Minutes before the sync that takes it in: its modification time, and every number in its rows."""

    kind: str
    feed: str
    header: str
    rows: tuple[tuple[str | int, ...], ...]
    modified: int
    prefix: str

    def text(self, now: datetime, number: int) -> str:
        """`number`: of the file, for orders that no other file has."""
        rows = [[ago(now, cell) if isinstance(cell, int) else cell for cell in row] for row in self.rows]
        lines = [",".join(row).replace(NEW, f"{number}-{place}") for place, row in enumerate(rows)]
        return "\n".join([self.header, *lines]) + "\n"


@dataclass(frozen=True)
class Again:
    """A file comes once more, perhaps under another name, with another time, or (an order file) with one more order."""

    which: int
    renamed: bool
    grown: bool
    modified: int


@dataclass(frozen=True)
class Round:
    minutes: int
    deliveries: tuple[File | Again, ...]
    carts: tuple[str, ...]


def ago(now: datetime, minutes: int) -> str:
    return f"{now - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


GOOD = [str(number) for number in (0, 0, 1, 2, 3, 5, 8, 12)]
PLACES = st.sampled_from(["EAST", "EAST", "WEST", ""])
MINUTES = [0, 0, 5, 10, 20, 40, 90]
HEADER_ALONE = -1
NEW = "new"
AGO = st.sampled_from(MINUTES)
QUANTITIES = st.sampled_from([*GOOD * 3, "-2", "7.0", " 4", "", "n/a", "2.5", "1e3"])
STATUSES = st.sampled_from(["paid", "paid", "paid", "Cancelled"])


def files(kind: str, feed: str, header: str, row: st.SearchStrategy[Any]) -> st.SearchStrategy[File]:
    """Mostly of several rows; now and then one of a header alone."""

    def lay(few: list[Any], more: list[Any], modified: int, prefix: str) -> File:
        rows = () if modified == HEADER_ALONE else (*few, *more)
        return File(kind, feed, header, rows, max(modified, 0), prefix)

    modified = st.sampled_from([*MINUTES * 3, HEADER_ALONE, HEADER_ALONE])
    few, more = st.lists(row, min_size=2, max_size=3), st.lists(row, max_size=4)
    return st.builds(lay, few, more, modified, st.sampled_from("abc"))


SKU_OR_BLANK = st.sampled_from([*"AABBCD" * 4, ""])
TIME = st.sampled_from([*MINUTES * 3, "never"])
ORDERED = st.sampled_from(["1", "1", "2", "3", "4", "0", "-1", "x"])


def line_of_its_own(cells: tuple[str, str, Any]) -> tuple[Any, ...]:
    """A line keeps its SKU: `order,line,sku,…`."""
    order, line, rest = cells
    return order, line, "ABCDX"[(int(order) + int(line)) % 5], *rest


stock = st.tuples(SKU_OR_BLANK, PLACES, QUANTITIES, TIME)
with_committed = st.tuples(SKU_OR_BLANK, PLACES, QUANTITIES, st.sampled_from(["0", "0", "1", "3", ""]))
lines = st.tuples(
    st.sampled_from("123"), st.sampled_from("12"), st.tuples(ORDERED, AGO, STATUSES, PLACES)
).map(line_of_its_own)
without_lines = st.tuples(st.sampled_from("123"), st.sampled_from("ABCX"), ORDERED, AGO, STATUSES)

sales = st.tuples(
    st.just(NEW),
    st.just("1"),
    st.sampled_from("ABCD"),
    st.sampled_from("123"),
    st.just(0),
    st.just("paid"),
    PLACES,
)

orders = st.one_of(
    files("orders", "front", WITH_LINES, sales),
    files("orders", "front", WITH_LINES, lines),
    files("orders", "market", WITHOUT_LINES, without_lines),
)
again = st.builds(Again, st.integers(0, 20), st.booleans(), st.booleans(), AGO)


def histories(carts: tuple[str, ...], *inventory: st.SearchStrategy[File]) -> st.SearchStrategy[list[Round]]:
    delivery = st.one_of(*inventory, orders, again)
    return st.lists(
        st.builds(
            Round,
            st.sampled_from([1, 10, 30]),
            st.lists(delivery, min_size=1, max_size=3).map(tuple),
            st.lists(st.sampled_from(carts), min_size=1, max_size=2, unique=True).map(tuple),
        ),
        min_size=3,
        max_size=5,
    )


@dataclass
class Tally:
    """How much the histories of a test covered."""

    counts: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return "[" + ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items())) + "]"


class World:
    """One history, lived by the runner in a folder, by the model, and by a mirror per cart, side by side."""

    def __init__(self, folder: Path, configuration: Any, judges: Any, tally: Tally) -> None:
        self.folder, self.configuration, self.tally = folder, configuration, tally
        self.model = judges.model(configuration.source.decode())
        self.carts = {cart.id: cart for cart in chosen_carts(configuration, None, None)}
        self.mirrors = {cart: judges.mirror(own=cart) for cart in self.carts}
        self.now = MORNING
        self.delivered: list[tuple[File, str, str]] = []
        self.taken: set[tuple[Path, datetime, int]] = set()
        self._empty()
        tally.counts["histories"] += 1

    def _empty(self) -> None:
        for part in ("wms", "shop", "state"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
        for kind, folder in FOLDERS.items():
            for feed in getattr(self.configuration.merchants["acme"], kind):
                (self.folder / folder / feed.name).mkdir(parents=True)

    def live(self, history: list[Round], memory: Memory | None) -> None:
        """`memory`: of a process in which all of it happens; else each cycle has a process of its own."""
        with opened(self.configuration, SystemClock(), memory=memory) as context:
            for each in history:
                self.now += timedelta(minutes=each.minutes)
                laid = {
                    self._lay(delivery)
                    for delivery in each.deliveries
                    if self.delivered or isinstance(delivery, File)
                }
                clock = SystemClock(fixed=self.now)
                self._cycle(replace(context, clock=clock, _states={}), laid, each.carts)
                if memory:
                    self._compare(context, memory)

    def _compare(self, context: Context, memory: Memory) -> None:
        """What is kept is what the tables say, and no table is needed for it."""
        nowhere = Tables(self.folder / "nowhere")
        kept = state.load(context.ledger, nowhere, "acme", memory=memory)
        read = state.load(context.ledger, context.tables, "acme")
        assert (kept.seq, kept.feeds, kept.warehouses) == (read.seq, read.feeds, read.warehouses)
        pd.testing.assert_frame_equal(kept.levels, read.levels)
        pd.testing.assert_frame_equal(kept.orders, read.orders)
        self.tally.counts["states kept"] += kept.seq > 0

    def _lay(self, delivery: File | Again) -> Path:
        if isinstance(delivery, File):
            file, text = delivery, delivery.text(self.now, len(self.delivered))
            name = self._name(delivery)
            modified = delivery.modified
        else:
            file, text, name = self.delivered[delivery.which % len(self.delivered)]
            name, modified = self._name(file) if delivery.renamed else name, delivery.modified
            if delivery.grown and file.kind == "orders":
                text += ONE_MORE[file.feed].format(number=len(self.delivered), now=ago(self.now, 0))
        path = self.folder / FOLDERS[file.kind] / file.feed / name
        stamp = (self.now - timedelta(minutes=modified)).timestamp()
        path.write_text(text)
        os.utime(path, (stamp, stamp))
        self.delivered.append((file, text, name))
        return path

    def _name(self, file: File) -> str:
        return f"{file.prefix}{len(self.delivered):03}.csv"

    def _cycle(self, context: Context, laid: set[Path], carts: Iterable[str]) -> None:
        before = dict(self.model.lines), {key: level.as_of for key, level in self.model.levels.items()}
        expected = [self._take(path) for path in sorted(laid, key=self._order) if self._is_new(path)]
        self._watch(*before)
        report = run_cycle(context, [self.carts[cart] for cart in carts], ["acme"])
        assert not report.problems
        assert [(file.entry.name, file.status, vars(file.counts)) for file in report.files] == expected
        assert report.exit_code == int(any(status in {"held", "quarantined"} for _, status, _ in expected))
        for outcome in report.carts:
            self._judge(outcome)

    def _order(self, path: Path) -> tuple[int, float, str]:
        """Inventory first, feed by feed; within a feed by modification time, then name."""
        merchant = self.configuration.merchants["acme"]
        feeds = [(FOLDERS[kind], feed.name) for kind in FOLDERS for feed in getattr(merchant, kind)]
        own = (path.relative_to(self.folder).parent.parent.as_posix(), path.parent.name)
        return feeds.index(own), path.stat().st_mtime, path.name

    def _is_new(self, path: Path) -> bool:
        version = path, self._modified(path), path.stat().st_size
        fresh = version not in self.taken
        self.taken.add(version)
        return fresh

    @staticmethod
    def _modified(path: Path) -> datetime:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def _take(self, path: Path) -> tuple[str, str, dict[str, int]]:
        kind = "inventory" if path.is_relative_to(self.folder / "wms") else "orders"
        taken = vars(
            self.model.take(kind, path.parent.name, path.name, self._modified(path), path.read_text())
        )
        self.tally.counts["files"] += 1
        self.tally.counts[f"files {taken['status']}"] += 1
        counts = {name: count for name, count in taken.items() if name != "status"}
        return path.name, taken["status"], counts

    def _watch(self, lines: Any, as_ofs: Any) -> None:
        """A mirror knows its own sales, and cannot know that an absent SKU was found absent once more."""
        confirmed = {
            key[1] for key, level in self.model.levels.items() if as_ofs.get(key, level.as_of) != level.as_of
        }
        for mirror in self.mirrors.values():
            mirror.happened(lines, self.model.lines)
            mirror.sure -= confirmed

    def _judge(self, outcome: Any) -> None:
        cart, mirror = outcome.cart, self.mirrors[outcome.cart]
        mark = self.model.marks.get(cart)
        reported = self.model.reported_since(mark.seq if mark else 0)
        status, expected = self.model.sync(cart, self.now)
        assert (outcome.status, outcome.lines) == (status, len(expected)), (cart, outcome.reason)
        sent = (
            sorted((self.folder / "shop" / cart).glob("*")) if (self.folder / "shop" / cart).exists() else []
        )
        self.tally.counts["syncs"] += 1
        self.tally.counts[f"syncs {status}"] += 1
        if status == "sent":
            assert sent[-1].name == outcome.document
            document = read(sent[-1])
            assert document == expected, cart
            assert set(document) >= reported, "whatever was reported since the last sync is news"
            mirror.take(document, self.now)
        numbers = self.model.numbers(cart)
        assert all(mirror.believes(sku) == numbers[sku] for sku in reported)
        if not self._has_rules(cart):
            assert {sku: mirror.believes(sku) for sku in mirror.sure} == {
                sku: numbers[sku] for sku in mirror.sure
            }
            self.tally.counts["numbers counted down by the cart itself"] += sum(
                mirror.sold[sku] > 0 for sku in mirror.sure
            )
        assert min(mirror.counter.values(), default=0) >= 0

    def _has_rules(self, cart: str) -> bool:
        """A rule such as a cap makes what is told no stock that a cart could count down."""
        setting = self.model.settings["carts"][cart]
        return any(name in setting for name in ("buffer", "cap", "minimum_level", "warehouses"))


def read(path: Path) -> dict[str, int]:
    """A document as its partner reads it."""
    if path.suffix == ".csv":
        rows = csv.DictReader(path.read_text().splitlines())
        return {row["sku"]: int(row["quantity"]) for row in rows}
    segments = [segment.strip().split("*") for segment in path.read_text().split("~")]
    skus = [segment[3] for segment in segments if segment[0] == "LIN"]
    quantities = [int(segment[2]) for segment in segments if segment[0] == "QTY"]
    return dict(zip(skus, quantities, strict=True))


@pytest.fixture
def live(
    judges: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., None]]:
    """`live(configuration, histories)`: lives them one after the other in a folder where syncing costs nothing."""
    shared, tally = Path("/dev/shm"), Tally()
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else tmp_path) as scratch:

        def run(text: str, among: st.SearchStrategy[list[Round]]) -> None:
            monkeypatch.setattr("batch.reconcile.advance.FEW", 0)  # small as these states are, codes go on
            folder = Path(scratch)
            (folder / "stockferry.toml").write_text(text)
            configuration = load(folder / "stockferry.toml")

            @examples(40)
            @given(history=among, stays=st.booleans())
            def each(history: list[Round], *, stays: bool) -> None:
                memory = Memory(10**9) if stays else None
                World(folder, configuration, judges, tally).live(history, memory)

            each()
            with capsys.disabled():
                print(tally, end=" ")

        yield run


def test_carts_are_told_what_section_2_says_whatever_came_in(live: Callable[..., None]) -> None:
    main, more = (files("inventory", feed, WITH_TIMES, stock) for feed in ("main", "more"))
    live(FOUR_CARTS, histories(("front", "kiosk", "market", "bigbox"), main, more))


def test_and_so_they_are_with_other_rules_and_other_sources_of_the_as_of(live: Callable[..., None]) -> None:
    main = files("inventory", "main", WITH_COMMITTED, with_committed)
    more = files("inventory", "more", WITH_TIMES, stock)
    live(OTHER_RULES, histories(("front", "east", "market"), main, more))
