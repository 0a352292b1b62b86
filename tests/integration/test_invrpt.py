"""INVRPT in and out, through the command line, on folders."""

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
format = "invrpt"
ready = "rename"
[merchants.acme.carts.europe]
remote = "shop"
path = "europe"
file_name = "INVRPT_{number:04}.edi"
format = "invrpt"
buffer = 1
[merchants.acme.carts.europe.invrpt]
sender = "14/4012345000009"
receiver = "14/4012345000016"
location = "qty"
"""
REPORT = (
    "UNA:+.? 'UNB+UNOC:3+4012345000108:14+4012345000009:14+261120:0901+7'UNH+1+INVRPT:D:96A:UN'BGM+35+1+9'"
    "DTM+366:202611200900:203'LIN+1++A:SA'QTY+145:12:PCE'QTY+145:5:PCE'LOC+18+EAST'QTY+145:7:PCE'LOC+18+WEST'"
    "LIN+2++B:SA'QTY+145:3:PCE'UNT+11+1'UNZ+1+7'"
)


def test_a_report_comes_in_per_warehouse_and_goes_out_so(bare: Callable[[str], Any]) -> None:
    shop = bare(CONFIGURATION)
    shop.put("wms/1.edi", REPORT)
    result = shop.run(now="2026-11-20T09:30:00Z")
    assert (result["files"][0]["applied"], result["carts"][0]["status"]) == (3, "sent")
    text = shop.last("europe")
    assert (
        "LIN+1++A:SA'QTY+145:11:PCE'QTY+145:5:PCE'LOC+18+EAST'QTY+145:6:PCE'LOC+18+WEST'LIN+2++B:SA'QTY+145:2:PCE'UNT"
        in text
    )
    shop.run(now="2026-11-20T09:45:00Z")
    assert list(shop.sent("europe")) == ["INVRPT_0001.edi", "INVRPT_0002.edi"]


def test_a_report_that_is_cut_off_is_quarantined(bare: Callable[[str], Any]) -> None:
    shop = bare(CONFIGURATION)
    shop.put("wms/1.edi", REPORT[:-12])
    (taken,) = shop.run()["files"]
    assert taken["status"] == "quarantined"
    assert "the file is truncated" in taken["reason"]
