"""How partners want their files, through the command line."""

from __future__ import annotations

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
columns = { sku = "SKU", quantity = "QTY" }
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "stock.csv"
format = "csv"
send = "full"
"""


def account(bare: Bare, **keys: str) -> Any:
    shop = bare(CONFIGURATION + "".join(f'{key} = "{value}"\n' for key, value in keys.items()))
    shop.put("wms/INV_1.csv", "SKU,QTY\nA,5\n")
    return shop


def test_a_name_that_is_taken_gets_a_number_which_every_command_tells(bare: Bare) -> None:
    shop = account(bare, exists="number")
    shop.put("shop/front/stock.csv", "theirs")
    (told,) = shop.run()["carts"]
    assert told["document"] == "stock-2.csv"
    assert shop.sent("front")["stock.csv"] == "theirs"
    done = shop.ferry("run")
    assert "stock.csv is there already; it was sent as stock-3.csv" in done.err
    assert [run["document"] for run in shop.ferry("runs", "--json").json] == ["stock-3.csv", "stock-2.csv"]


def test_a_cart_waits_until_a_file_that_may_not_be_replaced_is_gone(bare: Bare) -> None:
    shop = account(bare, exists="fail")
    theirs = shop.put("shop/front/stock.csv", "theirs")
    (told,) = shop.run()["carts"]
    assert told["status"] == "failed"
    assert "'front/stock.csv' is there already" in told["reason"]
    theirs.unlink()
    assert shop.run()["carts"][0]["status"] == "sent"
    assert shop.last("front").splitlines() == ["sku,quantity", "A,5"]


def test_a_document_written_directly_has_its_marker_beside_it(bare: Bare) -> None:
    shop = account(bare, upload="direct", marker="{name}.done")
    shop.run()
    assert sorted(shop.sent("front")) == ["stock.csv", "stock.csv.done"]


def test_a_number_cannot_be_found_for_what_is_written_directly(bare: Bare) -> None:
    done = account(bare, upload="direct", exists="number").ferry("check")
    assert done.code == 2
    assert 'exists = "number"   not with upload = "direct"; "replace" or "fail"' in done.err
