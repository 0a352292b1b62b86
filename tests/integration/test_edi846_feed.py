"""846 files with quantities per warehouse, through the command line: levels by warehouse, never counted twice."""

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
files = "*.edi"
format = "edi846"
ready = "rename"
[merchants.acme.carts.all]
remote = "shop"
path = "all"
file_name = "all_{number:04}.csv"
format = "csv"
[merchants.acme.carts.east]
remote = "shop"
path = "east"
file_name = "east_{number:04}.csv"
format = "csv"
warehouses = ["EAST"]
"""
ISA = "ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*SHOP           *261120*0900*U*00401*000000007*0*P*>~"


def file(detail: str, *, hour: str = "0900", heading: str = "") -> str:
    count = heading.count("~") + detail.count("~") + 3
    return (
        ISA + f"GS*IB*WAREHOUSE*SHOP*20261120*{hour}*7*X*004010~ST*846*0001~BIA*00*SI*7*20261120*{hour}~"
        f"{heading}{detail}SE*{count}*0001~GE*1*7~IEA*1*000000007~"
    )


Bare = Callable[[str], Any]


def told(shop: Any, cart: str) -> dict[str, str]:
    return dict(line.split(",") for line in shop.last(cart).splitlines()[1:])


def test_warehouses_are_levels_and_one_that_is_left_out_has_nothing_any_more(bare: Bare) -> None:
    shop = bare(CONFIGURATION)
    shop.put("wms/1.edi", file("LIN*1*SK*A~SDQ*EA*54*EAST*5*WEST*7~QTY*33*12*EA~"), at="2026-11-20T09:01:00Z")
    shop.run(now="2026-11-20T09:05:00Z")
    assert (told(shop, "all"), told(shop, "east")) == ({"A": "12"}, {"A": "5"})
    shop.put(
        "wms/2.edi", file("LIN*1*SK*A~SDQ*EA*54*WEST*4~QTY*33*4*EA~", hour="1000"), at="2026-11-20T10:01:00Z"
    )
    shop.run(now="2026-11-20T10:05:00Z")
    assert (told(shop, "all"), told(shop, "east")) == ({"A": "4"}, {"A": "0"})


def test_a_total_that_the_warehouses_do_not_make_up_is_counted_once(bare: Bare) -> None:
    shop = bare(CONFIGURATION)
    shop.put("wms/1.edi", file("LIN*1*SK*A~SDQ*EA*54*EAST*5*WEST*7~QTY*33*12*EA~"), at="2026-11-20T09:01:00Z")
    shop.run(now="2026-11-20T09:05:00Z")
    shop.put(
        "wms/2.edi", file("LIN*1*SK*A~SDQ*EA*54*EAST*50~QTY*33*7*EA~", hour="1000"), at="2026-11-20T10:01:00Z"
    )
    (taken,) = shop.run(now="2026-11-20T10:05:00Z")["files"]
    assert "not what QTY tells" in taken["warnings"][0]
    assert told(shop, "all") == {"A": "7"}
    shop.put(
        "wms/3.edi", file("LIN*1*SK*A~SDQ*EA*54*EAST*3~QTY*33*3*EA~", hour="1100"), at="2026-11-20T11:01:00Z"
    )
    shop.run(now="2026-11-20T11:05:00Z")
    assert (told(shop, "all"), told(shop, "east")) == ({"A": "3"}, {"A": "3"})


def test_files_of_one_warehouse_each_stand_beside_one_another(bare: Bare) -> None:
    shop = bare(CONFIGURATION)
    for number, warehouse in enumerate(("EAST", "WEST"), start=1):
        detail = f"LIN*1*SK*A~QTY*33*{number}*EA~"
        text = file(detail, heading=f"N1*WH*Somewhere*92*{warehouse}~")
        shop.put(f"wms/{number}.edi", text, at=f"2026-11-20T09:0{number}:00Z")
    shop.run()
    assert (told(shop, "all"), told(shop, "east")) == ({"A": "3"}, {"A": "1"})


def test_an_inquiry_is_quarantined_with_its_place(bare: Bare) -> None:
    shop = bare(CONFIGURATION)
    shop.put("wms/1.edi", file("LIN*1*SK*A~"))
    (taken,) = shop.run()["files"]
    assert taken["status"] == "quarantined"
    assert "found 1 LIN and no QTY in the file" in taken["reason"]
