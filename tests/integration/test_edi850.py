"""Orders as 850 through the command line: subtracted once, given back when they are cancelled."""

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
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF" }
[[merchants.acme.orders]]
name = "bigbox"
remote = "shop"
path = "orders"
files = "*.edi"
format = "edi850"
ready = "rename"
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "front_{number:04}.csv"
format = "csv"
send = "full"
"""


def orders(purpose: str = "00", *, number: str = "7", quantity: int = 3) -> str:
    return (
        f"ISA*00*          *00*          *01*BIGBOX         *ZZ*ACME           *261120*1015*U*00401*{number:>09}*0*P*>~"
        f"GS*PO*BB*AC*20261120*1015*{number}*X*004010~ST*850*0001~BEG*{purpose}*SA*4711**20261120~"
        f"PO1*1*{quantity}*EA*9.99**BP*77*VN*A~CTT*1~SE*5*0001~GE*1*{number}~IEA*1*{number:>09}~"
    )


def told(shop: Any) -> str:
    return str(dict(line.split(",") for line in shop.last("front").splitlines()[1:])["A"])


def test_an_order_is_subtracted_once_and_given_back_by_its_cancellation(bare: Callable[[str], Any]) -> None:
    shop = bare(CONFIGURATION)
    shop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,12,2026-11-20T09:00:00Z\n")
    shop.put("shop/orders/1.edi", orders(), at="2026-11-20T10:16:00Z")
    shop.run(now="2026-11-20T10:30:00Z")
    assert told(shop) == "9"
    shop.put("shop/orders/2.edi", orders(number="8"), at="2026-11-20T10:40:00Z")
    shop.put("wms/INV_2.csv", "SKU,QTY,AS_OF\nB,1,2026-11-20T09:00:00Z\n", at="2026-11-20T10:41:00Z")
    shop.run(now="2026-11-20T10:45:00Z")
    assert told(shop) == "9"
    shop.put("shop/orders/3.edi", orders("01", number="9"), at="2026-11-20T10:50:00Z")
    shop.put("wms/INV_3.csv", "SKU,QTY,AS_OF\nB,2,2026-11-20T09:30:00Z\n", at="2026-11-20T10:51:00Z")
    shop.run(now="2026-11-20T10:55:00Z")
    assert told(shop) == "12"
    assert shop.ferry("check").code == 0


def test_an_850_is_no_format_of_a_cart_or_of_inventory(bare: Callable[[str], Any]) -> None:
    shop = bare(CONFIGURATION.replace('format = "csv"\nsend = "full"', 'format = "edi850"'))
    done = shop.ferry("check")
    assert (done.code, "it can only be read; one of" in done.err) == (2, True)
    shop = bare(CONFIGURATION.replace('format = "csv"\nready', 'format = "edi850"\nready'))
    assert "it carries no inventory" in shop.ferry("check").err


def test_a_damaged_850_is_quarantined_with_its_place(bare: Callable[[str], Any]) -> None:
    shop = bare(CONFIGURATION)
    shop.put("shop/orders/1.edi", orders().replace("SE*5*0001~", ""))
    (taken,) = shop.run()["files"]
    assert (taken["status"], "segment 7" in taken["reason"]) == ("quarantined", True)
