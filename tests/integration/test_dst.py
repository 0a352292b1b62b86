"""Times without an offset at a change of the clocks, end to end: both changes of a year, in three zones.

A local time that occurs twice, or never, may mean two instants. A level takes the earlier one and an order line the
later one, so that the order is subtracted rather than missed.
"""

from __future__ import annotations

from typing import Any

import pytest

ACCOUNT = """
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
timezone = "{zone}"
columns = {{ sku = "sku", quantity = "qty", as_of = "at" }}
[[merchants.acme.inventory]]
name = "named"
remote = "wms"
path = "named"
files = "*.csv"
format = "csv"
ready = "rename"
timezone = "{zone}"
as_of = "file-name"
as_of_pattern = "%Y-%m-%dT%H%M.csv"
columns = {{ sku = "sku", quantity = "qty" }}
[[merchants.acme.orders]]
remote = "shop"
path = "orders"
files = "*.csv"
format = "csv"
ready = "rename"
timezone = "{zone}"
columns = {{ order = "order", sku = "sku", quantity = "qty", ordered_at = "at" }}
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "{{number:03}}.csv"
format = "csv"
"""

# zone | local time | the earlier instant | the later one, if it may mean two
TIMES = """
    America/Los_Angeles | 2026-03-08T01:59 | 2026-03-08T09:59 |
    America/Los_Angeles | 2026-03-08T02:30 | 2026-03-08T09:30 | 2026-03-08T10:30
    America/Los_Angeles | 2026-03-08T03:00 | 2026-03-08T10:00 |
    America/Los_Angeles | 2026-11-01T00:59 | 2026-11-01T07:59 |
    America/Los_Angeles | 2026-11-01T01:30 | 2026-11-01T08:30 | 2026-11-01T09:30
    America/Los_Angeles | 2026-11-01T02:00 | 2026-11-01T10:00 |
    Europe/Berlin       | 2026-03-29T01:59 | 2026-03-29T00:59 |
    Europe/Berlin       | 2026-03-29T02:30 | 2026-03-29T00:30 | 2026-03-29T01:30
    Europe/Berlin       | 2026-03-29T03:00 | 2026-03-29T01:00 |
    Europe/Berlin       | 2026-10-25T01:59 | 2026-10-24T23:59 |
    Europe/Berlin       | 2026-10-25T02:30 | 2026-10-25T00:30 | 2026-10-25T01:30
    Europe/Berlin       | 2026-10-25T03:00 | 2026-10-25T02:00 |
    Australia/Lord_Howe | 2026-10-04T01:59 | 2026-10-03T15:29 |
    Australia/Lord_Howe | 2026-10-04T02:15 | 2026-10-03T15:15 | 2026-10-03T15:45
    Australia/Lord_Howe | 2026-10-04T02:30 | 2026-10-03T15:30 |
    Australia/Lord_Howe | 2026-04-05T01:29 | 2026-04-04T14:29 |
    Australia/Lord_Howe | 2026-04-05T01:45 | 2026-04-04T14:45 | 2026-04-04T15:15
    Australia/Lord_Howe | 2026-04-05T02:00 | 2026-04-04T15:30 |
"""
CELLS = [[cell.strip() for cell in line.split("|")] for line in TIMES.splitlines() if line.strip()]
READINGS = [(zone, local, earlier, later or earlier) for zone, local, earlier, later in CELLS]
TWOFOLD = [(zone, local, earlier, later) for zone, local, earlier, later in CELLS if later]

AFTERWARDS = "2026-12-31T00:00:00Z"
LEVEL = "sku,qty,at\nA,10,{}\n"
ORDER = "order,sku,qty,at\n1,A,3,{}\n"


def account(bare: Any, zone: str) -> Any:
    shop = bare(ACCOUNT.format(zone=zone))
    for folder in ("wms/named", "shop/orders"):
        (shop.folder / folder).mkdir(parents=True)
    return shop


def explained(shop: Any) -> Any:
    shop.run(now=AFTERWARDS)
    return shop.ferry("explain", "acme", "A", "--json").json


def utc(minute: str) -> str:
    return f"{minute}:00Z"


def a_second_after(minute: str) -> str:
    return f"{minute}:01Z"


@pytest.mark.parametrize(("zone", "local", "earlier", "later"), READINGS)
def test_a_level_is_as_of_the_earlier_instant_that_its_local_time_may_mean(
    bare: Any, zone: str, local: str, earlier: str, later: str
) -> None:
    shop = account(bare, zone)
    shop.put("wms/INV_1.csv", LEVEL.format(local))
    shop.put(f"wms/named/{local.replace(':', '')}.csv", "sku,qty\nA,10\n")
    as_ofs = {level["feed"]: level["as_of"] for level in explained(shop)["levels"]}
    assert as_ofs == {"inventory": utc(earlier), "named": utc(earlier)}


@pytest.mark.parametrize(("zone", "local", "earlier", "later"), READINGS)
def test_an_order_was_made_at_the_later_instant_that_its_local_time_may_mean(
    bare: Any, zone: str, local: str, earlier: str, later: str
) -> None:
    shop = account(bare, zone)
    shop.put("wms/INV_1.csv", LEVEL.format("2026-01-01T00:00Z"))
    shop.put("shop/orders/1.csv", ORDER.format(local))
    assert [order["ordered_at"] for order in explained(shop)["orders"]] == [utc(later)]


@pytest.mark.parametrize(("zone", "local", "earlier", "later"), TWOFOLD)
def test_in_doubt_an_order_is_subtracted_whichever_side_has_no_offset(
    bare: Any, zone: str, local: str, earlier: str, later: str
) -> None:
    shop = account(bare, zone)
    shop.put("wms/INV_1.csv", LEVEL.format(a_second_after(earlier)))
    shop.put("shop/orders/1.csv", ORDER.format(local))
    assert explained(shop)["available"] == 7, "the order may have come after the level"
    shop.put("wms/INV_2.csv", LEVEL.format(utc(later)))
    assert explained(shop)["available"] == 10, "it cannot have come after that one"
    shop.put(f"wms/named/{local.replace(':', '')}.csv", "sku,qty\nA,10\n")
    shop.put("shop/orders/2.csv", ORDER.format(a_second_after(earlier)).replace("\n1,", "\n2,"))
    assert explained(shop)["available"] == 20 - 3 - 3, "either may have come after the level in local time"


@pytest.mark.parametrize(("zone", "local", "earlier", "later"), TWOFOLD)
def test_an_offset_leaves_no_doubt(bare: Any, zone: str, local: str, earlier: str, later: str) -> None:
    shop = account(bare, zone)
    shop.put("wms/INV_1.csv", LEVEL.format(utc(later)))
    shop.put("shop/orders/1.csv", ORDER.format(utc(earlier)))
    found = explained(shop)
    assert (found["levels"][0]["as_of"], found["orders"][0]["ordered_at"]) == (utc(later), utc(earlier))
    assert found["available"] == 10


@pytest.mark.parametrize(("zone", "local", "earlier", "later"), TWOFOLD)
def test_what_is_news_is_decided_by_instants_and_not_by_wall_clocks(
    bare: Any, zone: str, local: str, earlier: str, later: str
) -> None:
    shop = account(bare, zone)
    shop.put("wms/INV_1.csv", LEVEL.format(utc(later)))
    assert explained(shop)["available"] == 10
    shop.put("wms/INV_2.csv", LEVEL.format(local).replace("10", "9", 1))
    assert explained(shop)["available"] == 10, "the same wall clock, without an offset, is older"
    shop.put("wms/INV_3.csv", LEVEL.format(a_second_after(later)).replace("10", "4", 1))
    assert explained(shop)["available"] == 4
