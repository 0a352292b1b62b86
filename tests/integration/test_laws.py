"""What is true of every file, end to end: from the bytes that are received to the bytes that are sent.

The same laws of the pure heart stand in reconcile/test_against_a_slow_model.py.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import assume, given
from hypothesis import strategies as st

from batch.clock import SystemClock
from batch.config import load
from batch.runner.cycle import Report, run_cycle
from batch.runner.session import chosen_carts, opened

CONFIGURATION = """
[account]
name = "Test"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
[[merchants.acme.inventory]]
remote = "wms"
files = "*.csv"
format = "csv"
ready = "rename"
columns = { sku = "sku", warehouse = "wh", quantity = "qty", as_of = "at" }
[[merchants.acme.orders]]
remote = "shop"
path = "orders"
files = "*.csv"
format = "csv"
ready = "rename"
cancelled = ["cancelled"]
columns = { order = "order", line = "line", sku = "sku", quantity = "qty", ordered_at = "at", status = "status", warehouse = "wh" }
[merchants.acme.carts.full]
remote = "shop"
path = "full"
file_name = "{number:03}.csv"
format = "csv"
send = "full"
[merchants.acme.carts.delta]
remote = "shop"
path = "delta"
file_name = "{number:03}.csv"
format = "csv"
trigger = "inventory-and-orders"
[merchants.acme.carts.short]
remote = "shop"
path = "short"
file_name = "{number:03}.xml"
format = "xml"
buffer = 3
[merchants.acme.carts.bigbox]
remote = "shop"
path = "bigbox"
file_name = "{number:03}.edi"
format = "edi846"
edi846 = { sender = "ZZ/ACME", receiver = "ZZ/BIGBOX" }
"""
FEEDS = {"stock": "wms", "orders": "shop/orders"}
HEADERS = {"stock": "sku,wh,qty,at", "orders": "order,line,sku,qty,at,status,wh"}
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

Row = tuple[str, ...]
Drop = tuple[str, Sequence[Row]]
"""A kind of feed, and the rows of a file of it."""


class Life:
    """An account in a folder of its own; its time goes on by an hour with each cycle."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now, self.files = folder, NOON, 0
        for path in FEEDS.values():
            (folder / path).mkdir(parents=True)
        (folder / "stockferry.toml").write_text(CONFIGURATION)
        self.configuration = load(folder / "stockferry.toml")

    def drop(self, kind: str, rows: Sequence[Row], minutes_ago: int = 0) -> None:
        self.put(kind, "\n".join([HEADERS[kind], *(",".join(row) for row in rows)]) + "\n", minutes_ago)

    def put(self, kind: str, text: str, minutes_ago: int = 0) -> None:
        self.files += 1
        path = self.folder / FEEDS[kind] / f"{self.files:03}.csv"
        path.write_text(text)
        stamp = (self.now - timedelta(minutes=minutes_ago)).timestamp()
        os.utime(path, (stamp, stamp))

    def cycle(self) -> Report:
        with opened(self.configuration, SystemClock(fixed=self.now)) as context:
            report = run_cycle(context, chosen_carts(self.configuration, None, None), ["acme"])
        self.now += timedelta(hours=1)
        return report

    def last(self, cart: str) -> str:
        return max((self.folder / "shop" / cart).glob("*")).read_text()

    def told(self) -> str:
        """What the full cart is told of everything."""
        self.cycle()
        return self.last("full")


some = examples(6, share=10)
"""Each example lives whole accounts."""

TIMES = [f"2026-11-20T{hour:02}:{minute:02}:00Z" for hour in (8, 9, 10) for minute in (0, 30)]
SKU, PLACE = st.sampled_from("ABCDE"), st.sampled_from(["EAST", "WEST", ""])
stock_rows = st.lists(
    st.tuples(SKU, PLACE, st.sampled_from(["0", "1", "2", "7", "-4"]), st.sampled_from(TIMES)),
    min_size=1,
    max_size=12,
)
order_rows = st.lists(
    st.tuples(
        st.sampled_from("1234"),
        st.sampled_from("12"),
        SKU,
        st.sampled_from(["0", "1", "3"]),
        st.sampled_from(TIMES),
        st.sampled_from(["paid", "paid", "cancelled"]),
        PLACE,
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[:2],
)


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Life]]:
    """`begin(drops)`: a fresh account that has received them, in a folder where syncing costs nothing."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else tmp_path) as scratch:
        lives: list[Life] = []

        def start(*drops: Drop) -> Life:
            lives.append(Life(Path(scratch) / str(len(lives))))
            for kind, rows in drops:
                lives[-1].drop(kind, rows)
            return lives[-1]

        yield start


def test_delivering_any_order_file_again_changes_nothing(begin: Callable[..., Life]) -> None:
    @some
    @given(
        stock=stock_rows,
        files=st.lists(order_rows, min_size=2, max_size=4),
        again=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200)), min_size=1, max_size=4),
    )
    def law(stock: list[Row], files: list[list[Row]], again: list[tuple[int, int]]) -> None:
        life = begin(("stock", stock))
        for number, rows in enumerate(files):
            life.drop("orders", rows, minutes_ago=100 - number)
        before = life.told()
        for which, minutes_ago in again:
            life.drop("orders", files[which % len(files)], minutes_ago)
        report = life.cycle()
        assert {file.status for file in report.files} == {"duplicate"}
        assert life.last("full") == before
        assert {cart.cart: cart.status for cart in report.carts}["delta"] == "nothing-new"

    law()


def test_the_order_in_which_order_files_arrive_means_nothing(begin: Callable[..., Life]) -> None:
    @some
    @given(
        stock=stock_rows,
        files=st.lists(order_rows, min_size=2, max_size=4, unique_by=str),
        arrival=st.permutations(range(4)),
    )
    def law(stock: list[Row], files: list[list[Row]], arrival: list[int]) -> None:
        at_once, one_by_one = begin(("stock", stock)), begin(("stock", stock))
        for number, rows in enumerate(files):
            at_once.drop("orders", rows, minutes_ago=1000 - number)
        for number in (each for each in arrival if each < len(files)):
            hours = int((one_by_one.now - NOON).total_seconds()) // 3600
            one_by_one.drop("orders", files[number], minutes_ago=1000 - number + hours * 60)
            one_by_one.cycle()
        assert one_by_one.told() == at_once.told()

    law()


def test_the_order_of_rows_means_nothing(begin: Callable[..., Life]) -> None:
    @some
    @given(stock=stock_rows, orders=order_rows, random=st.randoms(use_true_random=False))
    def law(stock: list[Row], orders: list[Row], random: Any) -> None:
        shuffled = [random.sample(rows, len(rows)) for rows in (stock, orders)]
        assert begin(("stock", stock), ("orders", orders)).told() == (
            begin(("stock", shuffled[0]), ("orders", shuffled[1])).told()
        )

    law()


def test_an_updates_file_in_two_parts_says_the_same(begin: Callable[..., Life]) -> None:
    """Lots of one SKU and warehouse stay together: a part of a sum is another level."""

    @some
    @given(stock=stock_rows, update=stock_rows, second=st.sets(st.tuples(SKU, PLACE)))
    def law(stock: list[Row], update: list[Row], second: set[tuple[str, str]]) -> None:
        parts = [[row for row in update if (row[:2] in second) is late] for late in (False, True)]
        assume(all(parts))
        whole, halves = begin(("stock", stock)), begin(("stock", stock))
        for life, files in ((whole, [update]), (halves, parts)):
            life.cycle()
            for rows in files:
                life.drop("stock", rows)
        assert whole.told() == halves.told()
        assert whole.last("delta") == halves.last("delta")

    law()


def test_a_delta_is_part_of_the_full_and_nothing_is_ever_below_0(begin: Callable[..., Life]) -> None:
    @some
    @given(rounds=st.lists(st.tuples(stock_rows, order_rows), min_size=2, max_size=3))
    def law(rounds: list[tuple[list[Row], list[Row]]]) -> None:
        life = begin()
        for stock, orders in rounds:
            life.drop("stock", stock)
            life.drop("orders", orders)
            report = life.cycle()
            sent = {cart.cart for cart in report.carts if cart.status == "sent"}
            assert {"full", "bigbox"} <= sent
            full = life.last("full").splitlines()
            assert not sent & {"delta"} or set(life.last("delta").splitlines()) <= set(full)
        documents = [
            path.read_text() for path in (life.folder / "shop").rglob("*") if path.suffix in QUANTITY
        ]
        assert len(documents) >= 2 * len(rounds)
        quantities = [number for name in QUANTITY for number in found(life, name)]
        assert quantities
        assert min(quantities) >= 0

    law()


QUANTITY = {".csv": r",(-?\d+)$", ".xml": r"<quantity>(-?\d+)<", ".edi": r"QTY\*33\*(-?\d+)"}


def found(life: Life, suffix: str) -> list[int]:
    """Every quantity in every document of that kind."""
    carts = [life.folder / "shop" / cart for cart in life.configuration.merchants["acme"].carts]
    texts = [path.read_text() for cart in carts for path in cart.glob(f"*{suffix}")]
    return [int(number) for text in texts for number in re.findall(QUANTITY[suffix], text, re.MULTILINE)]


# Conservation

BUCKETS = ("applied", "older", "duplicate", "ignored", "rejected")
STOCK = "sku,wh,qty,at\nA,,{quantity},2026-11-20T{at}:00Z\nB,,n/a,2026-11-20T{at}:00Z\nC,,1,2026-11-20T08:00:00Z\n"
ORDERS = "order,line,sku,qty,at,status,wh\n1,1,A,1,2026-11-20T{at}:00Z,paid,\n1,1,A,2,2026-11-20T{at}:00Z,paid,\n2,1,A,-1,,,\n"


@pytest.fixture
def lived(begin: Callable[..., Life]) -> Life:
    """An account in whose ledger every bucket has a row."""
    life = begin()
    life.put("stock", STOCK.format(quantity=5, at="10:00"))
    life.put("orders", ORDERS.format(at="11:00"))
    life.cycle()
    life.put("stock", STOCK.format(quantity=6, at="09:00"))
    life.put("stock", STOCK.format(quantity=5, at="10:00"))
    life.put("stock", STOCK.format(quantity=8, at="23:00"))
    life.put("stock", "sku,wh,qty,at\n,,,\n")
    life.cycle()
    return life


def ledger(life: Life) -> sqlite3.Connection:
    return sqlite3.connect(life.folder / "state/ledger.sqlite")


def test_in_the_ledger_every_row_of_every_file_is_in_one_bucket(lived: Life) -> None:
    with closing(ledger(lived)) as connection:
        rows = connection.execute(f"SELECT rows, {', '.join(BUCKETS)} FROM files ORDER BY id").fetchall()
        (rejects,) = connection.execute("SELECT count(*) FROM rejects").fetchone()
    assert rows == [
        (3, 2, 0, 0, 0, 1),
        (3, 1, 1, 0, 0, 1),
        (3, 1, 1, 0, 0, 1),
        (3, 0, 0, 3, 0, 0),
        (3, 0, 0, 0, 2, 1),
        (1, 0, 0, 0, 0, 1),
    ]
    assert rejects == sum(row[-1] for row in rows), "each rejected row is listed with its reason"


@pytest.mark.parametrize("bucket", ["rows", *BUCKETS])
def test_the_database_itself_refuses_a_file_whose_rows_do_not_add_up(lived: Life, bucket: str) -> None:
    with (
        closing(ledger(lived)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="every_row_is_in_one_bucket"),
    ):
        connection.execute(f"UPDATE files SET {bucket} = {bucket} + 1 WHERE id = 1")


def test_what_was_received_can_be_read_back_byte_for_byte(lived: Life) -> None:
    with closing(ledger(lived)) as connection:
        hashes = dict(connection.execute("SELECT path, sha256 FROM files").fetchall())
    with opened(lived.configuration, SystemClock(fixed=NOON)) as context:
        for path, sha256 in hashes.items():
            remote = "shop" if path.startswith("orders") else "wms"
            assert context.archive.get(sha256) == (lived.folder / remote / path).read_bytes()
