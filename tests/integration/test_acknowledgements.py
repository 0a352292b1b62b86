"""What partners say of an 846 of ours, and the 997 that answers theirs: through the command line, on folders."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

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
[merchants.acme.carts.bigbox]
remote = "shop"
path = "bigbox"
file_name = "846_{number:04}.edi"
format = "edi846"
edi846 = { sender = "ZZ/ACME", receiver = "01/BIGBOX", lines_per_set = 2 }
[merchants.acme.carts.bigbox.acks]
path = "bigbox/out"
files = "*.edi"
ready = "rename"
after = "move:done"
"""
STOCK = """
SKU,QTY,AS_OF
A,12,2026-11-20T09:00:00Z
B,3,2026-11-20T09:00:00Z
C,5,2026-11-20T09:00:00Z
"""
MORE = """
SKU,QTY,AS_OF
A,11,2026-11-20T13:00:00Z
"""

Bare = Callable[[str], Any]


def interchange(
    body: str, *, sender: str = "01*BIGBOX         ", receiver: str = "ZZ*ACME           "
) -> str:
    """A 997 of the partner: `body` is what stands between ST and SE."""
    count = body.count("~") + 2
    return (
        f"ISA*00*          *00*          *{sender}*{receiver}*261120*1300*U*00401*000000077*0*P*>~"
        f"GS*FA*BIGBOX*ACME*20261120*1300*77*X*004010~ST*997*0001~{body}SE*{count}*0001~GE*1*77~IEA*1*000000077~"
    )


ACCEPTED = "AK1*IB*1~AK2*846*0001~AK5*A~AK2*846*0002~AK5*A~AK9*A*2*2*2~"
REJECTED = "AK1*IB*1~AK9*R*2*2*0~"
PARTLY = "AK1*IB*1~AK2*846*0001~AK3*LIN*5**8~AK4*3*234*7*B~AK5*R*5~AK2*846*0002~AK5*A~AK9*P*2*2*1~"


@pytest.fixture
def shop(bare: Bare) -> Any:
    made = bare(CONFIGURATION)
    for folder in ("bigbox/out",):
        (made.folder / "shop" / folder).mkdir(parents=True)
    made.put("wms/INV_1.csv", STOCK)
    assert made.run()["carts"][0]["status"] == "sent"
    return made


def verdict(shop: Any) -> Any:
    return shop.ferry("runs", "--json").json[-1]["ack"]


def test_a_997_that_accepts_makes_the_run_accepted(shop: Any) -> None:
    assert verdict(shop) is None
    shop.put("shop/bigbox/out/997_1.edi", interchange(ACCEPTED))
    done = shop.ferry("run", "--now", "2026-11-20T13:00:00Z")
    assert (done.code, verdict(shop)) == (0, "accepted")
    assert (shop.folder / "shop/bigbox/out/done/997_1.edi").is_file()
    assert "accepted" in shop.ferry("status", "--now", "2026-11-20T13:00:00Z").out


def test_a_rejection_ends_in_exit_code_1_until_a_later_document_is_accepted(shop: Any) -> None:
    shop.put("shop/bigbox/out/997_1.edi", interchange(REJECTED))
    done = shop.ferry("run", "--now", "2026-11-20T13:00:00Z")
    assert done.code == 1
    assert "the partner's 997 says rejected of 846_0001.edi (run 1)" in done.err
    assert verdict(shop) == "rejected"
    assert shop.ferry("status", "--now", "2026-11-20T13:01:00Z").code == 1
    shop.put("wms/INV_2.csv", MORE)
    shop.run(now="2026-11-20T13:30:00Z")
    shop.put("shop/bigbox/out/997_2.edi", interchange(ACCEPTED.replace("IB*1~", "IB*2~")))
    assert shop.ferry("run", "--now", "2026-11-20T14:00:00Z").code == 0
    assert shop.ferry("status", "--now", "2026-11-20T14:00:00Z").code == 0


def test_status_shows_the_verdict_on_the_latest_document_that_has_one(shop: Any) -> None:
    seen = [shop.ferry("status", "--json").json["carts"][0]["ack"]]
    for number, text in ((1, REJECTED), (2, ACCEPTED.replace("IB*1~", "IB*2~"))):
        shop.put(f"shop/bigbox/out/997_{number}.edi", interchange(text))
        shop.ferry("run", "--now", f"2026-11-20T1{2 + number}:00:00Z")
        shop.put("wms/INV_2.csv", MORE)
        shop.run(now=f"2026-11-20T1{2 + number}:30:00Z")  # tells the cart more, of which nothing is said yet
        seen.append(shop.ferry("status", "--json").json["carts"][0]["ack"])
    assert seen == [None, "rejected", "accepted"]


def test_each_error_is_told_with_its_segment_and_sku(shop: Any) -> None:
    shop.put("shop/bigbox/out/997_1.edi", interchange(PARTLY))
    shop.ferry("run", "--now", "2026-11-20T13:00:00Z")
    assert verdict(shop) == "partial"
    (error,) = [row for row in shop.ferry("acks", "--run", "1", "--json").json if row["error"]]
    assert (error["sku"], error["segment"], error["element"], error["value"]) == (
        "B",
        "LIN*2*SK*B",
        "LIN03",
        "B",
    )
    assert error["verdict"] == "rejected"
    assert "B" in shop.ferry("acks").out


def test_a_997_about_somebody_elses_document_changes_nothing_and_says_so(shop: Any) -> None:
    shop.put("shop/bigbox/out/997_1.edi", interchange(ACCEPTED.replace("IB*1~", "IB*9~")))
    done = shop.ferry("run", "--now", "2026-11-20T13:00:00Z")
    assert "997 for control number 9 from 01/BIGBOX to ZZ/ACME is about no document of ours" in done.err
    assert verdict(shop) is None
    (file,) = [row for row in shop.ferry("files", "--json").json if row["kind"] == "acks"]
    assert (file["rows"], file["applied"], file["ignored"]) == (1, 0, 1)


def test_a_file_that_is_no_acknowledgement_is_quarantined(shop: Any) -> None:
    shop.put("shop/bigbox/out/997_1.edi", "hello")
    done = shop.ferry("run", "--now", "2026-11-20T13:00:00Z")
    assert done.code == 1
    assert "997_1.edi is quarantined" in done.err


def test_the_same_997_twice_is_a_duplicate(shop: Any) -> None:
    shop.put("shop/bigbox/out/997_1.edi", interchange(ACCEPTED))
    shop.put("shop/bigbox/out/997_2.edi", interchange(ACCEPTED))
    files = shop.run(now="2026-11-20T13:00:00Z")["files"]
    assert [file["status"] for file in files] == ["applied", "duplicate"]
    assert len(shop.ferry("acks", "--json").json) == 3


def test_a_missing_acknowledgement_is_overdue_after_ack_within(shop: Any) -> None:
    assert shop.ferry("run", "--now", "2026-11-21T11:59:00Z").code == 0
    late = shop.ferry("run", "--now", "2026-11-21T12:01:00Z")
    assert late.code == 1
    assert "the partner has not acknowledged 846_0001.edi (run 1), due 2026-11-21 12:00 UTC" in late.err
    assert shop.ferry("status", "--now", "2026-11-21T12:01:00Z").code == 1
    assert shop.ferry("status", "--now", "2026-11-21T12:01:00Z", "--json").json["carts"][0]["unacknowledged"]
    shop.put("shop/bigbox/out/997_1.edi", interchange(ACCEPTED))
    assert shop.ferry("run", "--now", "2026-11-21T12:02:00Z").code == 0


INBOUND = CONFIGURATION.replace(
    'files = "INV_*.csv"\nformat = "csv"', 'files = "*.edi"\nformat = "edi846"'
).replace(
    'columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF" }',
    'acknowledge = true\nanswers = "answers"\nanswer_name = "997_{number:04}.edi"',
)
FROM_THE_WAREHOUSE = (
    "ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*ACME           *261120*0900*U*00401*000000005*0*P*>~"
    "GS*IB*WHSE*ACME*20261120*0900*5*X*004010~ST*846*0001~BIA*00*SI*5*20261120*0900~"
    "LIN*1*SK*A~QTY*33*12*EA~SE*5*0001~GE*1*5~IEA*1*000000005~"
)


def test_an_846_that_came_in_is_answered_with_a_997_once(bare: Bare) -> None:
    shop = bare(INBOUND)
    (shop.folder / "wms/answers").mkdir()
    shop.put("wms/1.edi", FROM_THE_WAREHOUSE)
    shop.run()
    shop.run(now="2026-11-20T12:10:00Z")
    (answer,) = (shop.folder / "wms/answers").iterdir()
    text = answer.read_text()
    assert answer.name == "997_0001.edi"
    assert re.search(r"\*ZZ\*ACME +\*ZZ\*WAREHOUSE +\*", text)
    assert "GS*FA*ACME*WHSE*" in text
    assert "AK1*IB*5~AK2*846*0001~AK5*A~AK9*A*1*1*1~" in text


def test_a_file_that_cannot_be_used_is_answered_with_a_rejection(bare: Bare) -> None:
    shop = bare(INBOUND)
    (shop.folder / "wms/answers").mkdir()
    shop.put("wms/1.edi", FROM_THE_WAREHOUSE.replace("LIN*1*SK*A", "LIN*SK*A"))
    shop.run()
    (answer,) = (shop.folder / "wms/answers").iterdir()
    assert "AK9*R*1*1*0~" in answer.read_text()
