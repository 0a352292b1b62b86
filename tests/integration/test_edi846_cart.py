"""An 846 cart as a partner sees it: warehouses, profiles, several files; through the command line, on folders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

CONFIGURATION = """
[account]
name = "Test"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
[[merchants.acme.inventory]]
remote = "wms"
files = "INV_*.csv"
format = "csv"
ready = "rename"
columns = {{ sku = "SKU", quantity = "QTY", as_of = "AS_OF", warehouse = "WH" }}
attributes = {{ title = "TITLE" }}
[[merchants.acme.orders]]
remote = "shop"
path = "orders"
files = "*.csv"
format = "csv"
ready = "rename"
columns = {{ order = "order", sku = "sku", quantity = "qty", ordered_at = "at", warehouse = "wh" }}
[merchants.acme.carts.bigbox]
remote = "shop"
path = "bigbox"
file_name = "846_{{number:04}}.edi"
format = "edi846"
[merchants.acme.carts.bigbox.edi846]
sender = "ZZ/ACME"
receiver = "01/BIGBOX"
{options}
"""
STOCK = """
SKU,QTY,AS_OF,WH,TITLE
A,5,2026-11-20T09:00:00Z,EAST,Lamp
A,7,2026-11-20T09:00:00Z,WEST,Lamp
B,3,2026-11-20T09:00:00Z,EAST,Chair
C,9,2026-11-20T09:00:00Z,,
"""
ORDERS = """
order,sku,qty,at,wh
1,A,2,2026-11-20T10:00:00Z,EAST
2,A,1,2026-11-20T10:00:00Z,
3,B,1,2026-11-20T08:00:00Z,EAST
"""

Bare = Callable[[str], Any]


def shop_with(bare: Bare, options: str) -> Any:
    made = bare(CONFIGURATION.format(options=options))
    for folder in ("orders", "bigbox"):
        (made.folder / "shop" / folder).mkdir(parents=True)
    made.put("wms/INV_1.csv", STOCK)
    made.put("shop/orders/1.csv", ORDERS)
    return made


def segments(text: str) -> list[str]:
    return text.split("~")[4:-4]


def test_each_warehouse_is_told_less_its_orders_and_all_together_the_total(bare: Bare) -> None:
    shop = shop_with(bare, 'location = "sdq"\nitem = ["PID*F*08***{title}"]')
    assert shop.run()["carts"][0]["status"] == "sent"
    assert segments(shop.last("bigbox")) == [
        *("LIN*1*SK*A", "PID*F*08***Lamp", "SDQ*EA*54*EAST*3*WEST*6", "QTY*33*9*EA"),
        *("LIN*2*SK*B", "PID*F*08***Chair", "SDQ*EA*54*EAST*3", "QTY*33*3*EA"),
        *("LIN*3*SK*C", "QTY*33*9*EA"),
        "CTT*3",
    ]


def test_without_a_warehouse_anywhere_nothing_is_sent_and_the_cure_is_said(bare: Bare) -> None:
    shop = shop_with(bare, 'location = "ls"')
    shop.put("wms/INV_1.csv", "SKU,QTY,AS_OF,WH,TITLE\nC,9,2026-11-20T09:00:00Z,,\n")
    (cart,) = shop.run()["carts"]
    assert cart["status"] == "failed"
    assert "no level names one; map columns.warehouse" in cart["reason"]


def test_a_long_document_becomes_several_files_that_are_told_together(bare: Bare) -> None:
    shop = shop_with(bare, "lines_per_file = 2")
    (cart,) = shop.run()["carts"]
    assert (cart["lines"], cart["document"], cart["documents"]) == (3, "846_0001.edi", 2)
    assert list(shop.sent("bigbox")) == ["846_0001.edi", "846_0002.edi"]
    assert ["LIN*1*SK*A" in text for text in shop.sent("bigbox").values()] == [True, False]
    (run,) = shop.ferry("runs", "--json").json
    assert (run["status"], run["number"], run["documents"]) == ("sent", 1, 2)
    assert "846_0001.edi and 1 more" in shop.ferry("runs").out
    explained = shop.ferry("explain", "acme", "C", "--json").json
    assert explained["carts"]["bigbox"]["told"]["quantity"] == 9


def test_a_set_for_each_warehouse_is_read_back_as_the_sum(bare: Bare) -> None:
    shop = shop_with(bare, 'location = "header"')
    shop.put("wms/INV_1.csv", STOCK.replace("C,9,2026-11-20T09:00:00Z,,", "C,9,2026-11-20T09:00:00Z,WEST,"))
    assert shop.run()["carts"][0]["status"] == "sent"
    assert shop.last("bigbox").count("ST*846*") == 2
    explained = shop.ferry("explain", "acme", "A", "--json").json
    assert explained["carts"]["bigbox"]["told"]["quantity"] == 9


def test_a_segment_that_names_an_unknown_field_is_found_by_check(bare: Bare) -> None:
    shop = shop_with(bare, 'item = ["CTP**CON*{cost}"]')
    done = shop.ferry("check")
    assert done.code == 2
    assert "no such field" in done.err
    assert "cost" in done.err


def test_a_value_that_the_partner_does_not_take_stops_the_document_with_its_sku(bare: Bare) -> None:
    shop = shop_with(bare, 'products = { SK = "sku", VN = "title" }\ncharacters = "basic"')
    (cart,) = shop.run()["carts"]
    assert cart["status"] == "failed"
    assert "SKU 'A', field title: contains 'a', which this partner does not take" in cart["reason"]
