"""Times without an offset at a change of the clocks, end to end: both changes of a year, in three zones.

A local time that occurs twice, or never, may mean two instants. A level takes the earlier one and an order line the
later one, so that the order is subtracted rather than missed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Reading:
    """A local time and what it may mean; each has a SKU of its own, so that an account holds all times of a change."""

    zone: str
    sku: str
    local: str
    earlier: str
    later: str

    @property
    def twofold(self) -> bool:
        return self.earlier != self.later


def readings(lines: str) -> dict[str, list[Reading]]:
    """By change of the clocks."""
    found: dict[str, list[Reading]] = {}
    for line in filter(str.strip, lines.splitlines()):
        zone, local, earlier, later = (cell.strip() for cell in line.split("|"))
        of_change = found.setdefault(f"{zone} {local[:10]}", [])
        of_change.append(Reading(zone, f"SKU-{len(of_change)}", local, earlier, later or earlier))
    return found


READINGS = readings(TIMES)
TWOFOLD = {change: [each for each in times if each.twofold] for change, times in READINGS.items()}

AFTERWARDS = "2026-12-31T00:00:00Z"
Time = Callable[[Reading], str]


def local(reading: Reading) -> str:
    return reading.local


def early(reading: Reading) -> str:
    return f"{reading.earlier}:00Z"


def late(reading: Reading) -> str:
    return f"{reading.later}:00Z"


def after_early(reading: Reading) -> str:
    return f"{reading.earlier}:01Z"


def after_late(reading: Reading) -> str:
    return f"{reading.later}:01Z"


def long_before(_: Reading) -> str:
    return "2026-01-01T00:00Z"


@dataclass(frozen=True)
class Account:
    """An account in the zone of a change, and the local times that it is told about."""

    shop: Any
    times: list[Reading]

    def levels(self, number: int, at: Time, quantity: int = 10) -> None:
        rows = [f"{each.sku},{quantity},{at(each)}" for each in self.times]
        self.shop.put(f"wms/INV_{number}.csv", "\n".join(["sku,qty,at", *rows, ""]))

    def named_levels(self) -> None:
        """A file for each local time, which stands in its name."""
        for each in self.times:
            self.shop.put(f"wms/named/{each.local.replace(':', '')}.csv", f"sku,qty\n{each.sku},10\n")

    def orders(self, number: int, at: Time) -> None:
        rows = [f"{number}-{each.sku},{each.sku},3,{at(each)}" for each in self.times]
        self.shop.put(f"shop/orders/{number}.csv", "\n".join(["order,sku,qty,at", *rows, ""]))

    def explained(self) -> list[tuple[Reading, Any]]:
        """What is known of each SKU after a run."""
        self.shop.run(now=AFTERWARDS)
        return [(each, self.shop.ferry("explain", "acme", each.sku, "--json").json) for each in self.times]

    def available(self) -> dict[str, int]:
        return {each.local: found["available"] for each, found in self.explained()}

    def all_have(self, quantity: int) -> dict[str, int]:
        return {each.local: quantity for each in self.times}


@pytest.fixture
def account(bare: Any) -> Callable[[list[Reading]], Account]:
    def make(times: list[Reading]) -> Account:
        shop = bare(ACCOUNT.format(zone=times[0].zone))
        for folder in ("wms/named", "shop/orders"):
            (shop.folder / folder).mkdir(parents=True)
        return Account(shop, times)

    return make


@pytest.mark.parametrize("change", READINGS)
def test_a_level_is_as_of_the_earlier_instant_that_its_local_time_may_mean(account: Any, change: str) -> None:
    made = account(READINGS[change])
    made.levels(1, local)
    made.named_levels()
    for each, found in made.explained():
        as_ofs = {level["feed"]: level["as_of"] for level in found["levels"]}
        assert as_ofs == {"inventory": early(each), "named": early(each)}, each


@pytest.mark.parametrize("change", READINGS)
def test_an_order_was_made_at_the_later_instant_that_its_local_time_may_mean(
    account: Any, change: str
) -> None:
    made = account(READINGS[change])
    made.levels(1, long_before)
    made.orders(1, local)
    for each, found in made.explained():
        assert [order["ordered_at"] for order in found["orders"]] == [late(each)], each


@pytest.mark.parametrize("change", READINGS)
def test_in_doubt_an_order_is_subtracted_whichever_side_has_no_offset(account: Any, change: str) -> None:
    made = account(TWOFOLD[change])
    made.levels(1, after_early)
    made.orders(1, local)
    assert made.available() == made.all_have(7), "the order may have come after the level"
    made.levels(2, late)
    assert made.available() == made.all_have(10), "it cannot have come after that one"
    made.named_levels()
    made.orders(2, after_early)
    assert made.available() == made.all_have(20 - 3 - 3), "either may have come after the level in local time"


@pytest.mark.parametrize("change", READINGS)
def test_an_offset_leaves_no_doubt(account: Any, change: str) -> None:
    made = account(TWOFOLD[change])
    made.levels(1, late)
    made.orders(1, early)
    for each, found in made.explained():
        assert (found["levels"][0]["as_of"], found["orders"][0]["ordered_at"]) == (late(each), early(each))
        assert found["available"] == 10, each


@pytest.mark.parametrize("change", READINGS)
def test_what_is_news_is_decided_by_instants_and_not_by_wall_clocks(account: Any, change: str) -> None:
    made = account(TWOFOLD[change])
    made.levels(1, late)
    assert made.available() == made.all_have(10)
    made.levels(2, local, 9)
    assert made.available() == made.all_have(10), "the same wall clock, without an offset, is older"
    made.levels(3, after_late, 4)
    assert made.available() == made.all_have(4)
