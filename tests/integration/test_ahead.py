"""While a large file is recorded the next one is fetched, archived and read; what comes of them is the same as one after the other."""

from __future__ import annotations

import gc
import shlex
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch.beside import AHEAD, WORTH_A_THREAD
from batch.errors import StoreError
from batch.receive import take
from batch.store.archive import Archive
from batch.store.tables import Tables

ROOT = Path(__file__).parents[2]

HEAD = """
[account]
name = "Test"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "{number:03}.csv"
format = "csv"
"""
ORDER_FEED = """
[[merchants.acme.orders]]
name = "web"
remote = "shop"
path = "orders"
files = "*.csv"
format = "csv"
ready = "rename"
columns = { order = "order", line = "line", sku = "sku", quantity = "qty", ordered_at = "at" }
"""


def inventory_feed(name: str, remote: str, files: str, more: str) -> str:
    return f"""
[[merchants.acme.inventory]]
name = "{name}"
remote = "{remote}"
files = "{files}"
format = "csv"
ready = "rename"
columns = {{ sku = "sku", quantity = "qty", as_of = "at" }}
{more}
"""


AWAY = 'after = "move:done"'
ACCOUNT = (
    HEAD
    + inventory_feed("inventory", "wms", "*.csv", AWAY)
    + '[remotes.gone]\nurl = "./gone"\n'
    + inventory_feed("lost", "gone", "*.csv", "")
    + ORDER_FEED
)
SAME_FOLDER = (
    HEAD
    + inventory_feed("main", "wms", "INV_*.csv", AWAY)
    + '[remotes.here]\nurl = "."\n'
    + inventory_feed("rest", "here", "*.csv", f'path = "wms"\n{AWAY}')
)
STOCK = "sku,qty,at\nA,9,2026-11-20T09:00:00Z\nB,{b},2026-11-20T0{hour}:00:00Z\n"
ORDERS = "order,line,sku,qty,at\n1,1,A,2,2026-11-20T09:30:00Z\n2,1,NEW,1,2026-11-20T09:30:00Z\n"
FILES = {
    "wms/1.csv": STOCK.format(b=3, hour=8),
    "wms/2.csv": STOCK.format(b=3, hour=8),
    "wms/3.csv": "this is\nno inventory\n",
    "wms/4.csv": STOCK.format(b=5, hour=9),
    "shop/orders/1.csv": ORDERS,
}
BOTH = pytest.mark.parametrize("rows", [WORTH_A_THREAD, 0], ids=["in turn", "ahead"])


@pytest.fixture
def shop(bare: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, rows: int) -> Any:
    """An account with files to take in, each of which counts as large if `rows` is 0."""
    monkeypatch.setattr("batch.beside.WORTH_A_THREAD", rows)
    shop = bare(ACCOUNT)
    for minute, (path, text) in enumerate(FILES.items()):
        shop.put(path, text, at=f"2026-11-20T10:{minute:02}:00Z")
    return shop


@pytest.fixture
def bringers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The thread that brought each file."""
    names: list[str] = []
    bring = take.bring

    def watched(*args: Any) -> Any:
        names.append(threading.current_thread().name)  # of a thread, or of the process's first one
        return bring(*args)

    monkeypatch.setattr("batch.receive.feeds.bring", watched)
    return names


@BOTH
def test_each_file_is_taken_in_as_if_one_came_after_the_other(
    shop: Any, bringers: list[str], rows: int
) -> None:
    report = shop.run()
    assert [(file["name"], file["status"], file["applied"]) for file in report["files"]] == [
        ("1.csv", "applied", 2),
        ("2.csv", "duplicate", 0),
        ("3.csv", "quarantined", 0),
        ("4.csv", "applied", 2),
        ("1.csv", "applied", 2),
    ]
    assert [file["warnings"] for file in report["files"]][-1] == [
        "merchant acme: order lines are kept whose SKU the warehouse has not reported: NEW"
    ]
    assert [problem["where"] for problem in report["problems"]] == ["feed acme/lost"]
    assert shop.sent("front") == {"001.csv": "sku,quantity\nA,7\nB,5\n"}
    assert sorted(path.name for path in (shop.folder / "wms/done").iterdir()) == [
        "1.csv",
        "2.csv",
        "3.csv",
        "4.csv",
    ]
    first, *following = bringers
    assert first == "MainThread"
    assert set(following) == {"MainThread" if rows else AHEAD}


@BOTH
def test_a_file_that_cannot_be_recorded_stops_its_feed_and_no_other(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, failed = Tables.write, list[str]()

    def full(self: Tables, merchant: str, name: str, rows: Any) -> Any:
        if name.startswith("levels") and not failed:
            failed.append(name)
            raise StoreError("the disk is full")
        return write(self, merchant, name, rows)

    monkeypatch.setattr(Tables, "write", full)
    report = shop.run()
    assert failed
    assert [file["name"] for file in report["files"]] == ["1.csv"]
    assert [problem["where"] for problem in report["problems"]] == ["feed acme/inventory", "feed acme/lost"]
    assert (shop.folder / "wms/1.csv").exists()
    report = shop.run(now="2026-11-20T12:15:00Z")
    assert [file["status"] for file in report["files"]] == ["applied", "duplicate", "quarantined", "applied"]
    assert shop.last("front") == "sku,quantity\nA,7\nB,5\n"


@pytest.mark.parametrize("rows", [WORTH_A_THREAD, 0], ids=["in turn", "ahead"])
def test_a_file_that_two_feeds_match_and_the_first_puts_away_is_taken_by_the_first_alone(
    bare: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr("batch.beside.WORTH_A_THREAD", rows)
    shop = bare(SAME_FOLDER)
    shop.put("wms/INV_1.csv", STOCK.format(b=3, hour=9))
    shop.put("wms/other.csv", "sku,qty,at\nC,1,2026-11-20T09:00:00Z\n")
    report = shop.run()
    assert [(file["feed"], file["name"]) for file in report["files"]] == [
        ("main", "INV_1.csv"),
        ("rest", "other.csv"),
    ]
    assert shop.sent("front") == {"001.csv": "sku,quantity\nA,9\nB,3\nC,1\n"}


@BOTH
def test_a_file_that_cannot_be_fetched_does_not_touch_the_one_before_it(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, failed = Archive.put, list[bytes]()

    def full(self: Archive, data: bytes) -> str:
        if data == FILES["wms/3.csv"].encode():
            failed.append(data)
            raise StoreError("the disk is full")
        return put(self, data)

    monkeypatch.setattr(Archive, "put", full)
    report = shop.run()
    assert failed
    assert [(file["name"], file["status"]) for file in report["files"]] == [
        ("1.csv", "applied"),
        ("2.csv", "duplicate"),
        ("1.csv", "applied"),
    ]
    assert [problem["where"] for problem in report["problems"]] == ["feed acme/inventory", "feed acme/lost"]


STOPPED = """
import atexit, os, signal, sys, threading
import batch.beside, batch.cli, batch.receive.take, batch.receive.record

batch.beside.WORTH_A_THREAD = 0
fetch, record, fetching = batch.receive.take.fetch, batch.receive.record.record, threading.Event()

def stalled(remote, path, *more, **options):
    if path.endswith("4.csv"):
        fetching.set()
        threading.Event().wait()
    return fetch(remote, path, *more, **options)

def stopped(*given, **options):
    if given[1].entry.name == "3.csv":
        fetching.wait()
        os.kill(os.getpid(), signal.SIGTERM)
    return record(*given, **options)

batch.receive.take.fetch, batch.receive.record.record = stalled, stopped
sys.argv = ["stockferry", *sys.argv[1:]]
atexit.register(print, "the interpreter was taken down with a thread at work", file=sys.stderr)
batch.cli.main()
"""


@pytest.mark.parametrize("stdout", ["", " >&-"], ids=["stdout", "no stdout"])
@pytest.mark.parametrize("rows", [0])
def test_a_stop_does_not_wait_for_a_partner_that_stalls(shop: Any, rows: int, stdout: str) -> None:
    shop.put("wms/3.csv", STOCK.format(b=4, hour=9), at="2026-11-20T10:02:00Z")
    words = ["-c", shop.folder / "stockferry.toml", "run", "--now", "2026-11-20T12:00:00Z"]
    ended = subprocess.run(
        ["sh", "-c", f"exec {shlex.join([sys.executable, '-c', STOPPED, *map(str, words)])}{stdout}"],
        timeout=120,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert ended.returncode == 128 + signal.SIGTERM, ended.stderr
    assert ended.stderr.endswith("stockferry: stopped; the next run goes on where this one was\n")
    report = shop.run(now="2026-11-20T12:15:00Z")
    assert [(file["name"], file["status"]) for file in report["files"]][:2] == [
        ("3.csv", "applied"),
        ("4.csv", "applied"),
    ]
    assert shop.last("front") == "sku,quantity\nA,7\nB,5\n"


def test_a_file_that_is_refused_lets_its_bytes_go(bare: Callable[[str], Any]) -> None:
    shop = bare(ACCOUNT)
    shop.put("wms/1.csv", "this is\nno inventory\n" * 500_000)
    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        (file,) = shop.run()["files"]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert file["status"] == "quarantined"
    assert held < 10_000_000
