"""Files as partners leave them: packed, marked, too large."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from typing import Any

Bare = Callable[[str], Any]

CONFIGURATION = """
[account]
name = "Test"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
[[merchants.acme.inventory]]
remote = "wms"
files = "INV_*"
format = "csv"
ready = "rename"
as_of = "modified"
max_size = "1kB"
columns = { sku = "SKU", quantity = "QTY" }
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "front_{number:04}.csv"
format = "csv"
"""
NOW = "2026-11-20T12:00:00Z"


def zipped(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("INV.csv", data)
    return packed.getvalue()


def statuses(report: Any) -> list[tuple[str, str]]:
    return [(file["name"], file["status"]) for file in report["files"]]


def test_packed_files_are_read_as_what_is_in_them(bare: Bare) -> None:
    shop = bare(CONFIGURATION)
    shop.put("wms/INV_1.csv.gz", gzip.compress(b"SKU,QTY\nA,5\n"), at="2026-11-20T09:00:00Z")
    shop.put("wms/INV_2.zip", zipped(b"SKU,QTY\nB,7\n"), at="2026-11-20T10:00:00Z")
    assert statuses(shop.run()) == [("INV_1.csv.gz", "applied"), ("INV_2.zip", "applied")]
    assert shop.last("front").splitlines() == ["sku,quantity", "A,5", "B,7"]


def test_a_bomb_is_quarantined(bare: Bare) -> None:
    shop = bare(CONFIGURATION)
    shop.put("wms/INV_1.csv.gz", gzip.compress(bytes(100_000)))
    (file,) = shop.run()["files"]
    assert file["status"] == "quarantined"
    assert "more than 1 kB are packed in it" in file["reason"]


def test_a_file_that_is_too_large_is_told_and_stands_in_nobodys_way(bare: Bare) -> None:
    shop = bare(CONFIGURATION)
    shop.put("wms/INV_1.csv", b"SKU,QTY\n" + b"A,5\n" * 1000, at="2026-11-20T09:00:00Z")
    shop.put("wms/INV_2.csv", "SKU,QTY\nB,7\n", at="2026-11-20T10:00:00Z")
    report = shop.run()
    assert statuses(report) == [("INV_2.csv", "applied")]
    (problem,) = report["problems"]
    assert "'INV_1.csv' has 4.01 kB, more than 1 kB; it is left alone until" in problem["message"]
    assert shop.last("front").splitlines() == ["sku,quantity", "B,7"]


def test_a_marker_of_the_partners_own_says_that_a_file_is_complete(bare: Bare) -> None:
    shop = bare(CONFIGURATION.replace('ready = "rename"', 'ready = "marker"\nmarker = "{stem}.trg"'))
    shop.put("wms/INV_1.csv", "SKU,QTY\nA,5\n")
    shop.put("wms/INV_2.csv", "SKU,QTY\nA,7\n", at="2026-11-20T11:00:00Z")
    shop.put("wms/INV_1.csv.done", "")
    assert statuses(shop.run()) == []
    shop.put("wms/INV_1.trg", "")
    assert statuses(shop.run()) == [("INV_1.csv", "applied")]
    assert statuses(shop.run()) == []


def test_what_says_how_a_file_is_complete_must_fit_together(bare: Bare) -> None:
    shop = bare(
        CONFIGURATION.replace('max_size = "1kB"', 'max_size = "1 KiB"\nmarker = "done"\nsettle = "5s"')
    )
    done = shop.ferry("check")
    assert done.code == 2
    for sentence in (
        'max_size = "1 KiB"   a number and one of kB, MB, GB, such as "500MB" or "1GB"',
        'marker = "done"   a name made of {name} or {stem}, such as "{name}.done" or "{stem}.trg"',
        'marker = "done"   only with ready = "marker"',
        'settle = "5s"   only with ready = "stable"',
    ):
        assert sentence in done.err
