"""From a document that has been written to one that lies at the partner's: what is kept of it, and when."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch.beside import WORTH_A_THREAD
from batch.store.archive import Archive

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
columns = { sku = "SKU", quantity = "QTY" }
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "stock.csv"
format = "csv"
send = "full"
"""
DOCUMENT = b"sku,quantity\nA,5\n"
BOTH = pytest.mark.parametrize("rows", [WORTH_A_THREAD, 0], ids=["in turn", "beside the proof"])


@pytest.fixture
def shop(bare: Bare) -> Any:
    shop = bare(CONFIGURATION)
    shop.put("wms/INV_1.csv", "SKU,QTY\nA,5\n")
    return shop


def archived(shop: Any) -> Path:
    return Archive(shop.folder / "state" / "archive").path(hashlib.sha256(DOCUMENT).hexdigest())


@BOTH
def test_a_document_is_archived_and_uploaded_without_being_read_again(
    shop: Any, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: Archive, sha256: str) -> bytes:
        raise AssertionError(sha256)

    monkeypatch.setattr("batch.beside.WORTH_A_THREAD", rows)
    monkeypatch.setattr(Archive, "get", read)
    assert [cart["status"] for cart in shop.run()["carts"]] == ["sent"]
    assert shop.last("front").encode() == DOCUMENT
    monkeypatch.undo()
    assert Archive(shop.folder / "state" / "archive").get(archived(shop).stem) == DOCUMENT


@BOTH
def test_nothing_refers_to_a_document_that_is_refused_and_gc_takes_what_was_kept_of_it(
    shop: Any, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("batch.beside.WORTH_A_THREAD", rows)
    monkeypatch.setattr("batch.advise.document.difference_in", lambda *_: "SKU 'A' is wrong")
    (told,) = shop.run()["carts"]
    assert (told["status"], shop.sent("front")) == ("failed", {})
    assert archived(shop).exists() == (rows == 0)
    monkeypatch.undo()
    if archived(shop).exists():
        os.utime(archived(shop), (1740000000, 1740000000))
    assert shop.ferry("gc").code == 0
    assert not archived(shop).exists()
    assert shop.ferry("verify").code == 0
    assert [cart["status"] for cart in shop.run()["carts"]] == ["sent"]
