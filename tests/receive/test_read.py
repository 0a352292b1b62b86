from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from batch.config import InventoryFeed, OrderFeed
from batch.errors import FileRefused
from batch.receive.read import listed_as_of, understand
from batch.remotes.contract import Entry
from formats import registry

ZONE = ZoneInfo("America/New_York")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
OWN = {"": "acme"}


def inventory(**keys: Any) -> InventoryFeed:
    table = {
        "remote": "wms",
        "files": "INV_*.csv",
        "format": "csv",
        "reading": registry.get("csv").Reading(),
        "columns": {"sku": "ITEM", "quantity": "QTY"},
        "absent": "keep",
        "as_of": "modified",
        "timezone": ZONE,
    }
    return InventoryFeed(**(table | keys))


def entry(name: str = "INV_20261120040000.csv") -> Entry:
    return Entry(name=name, size=1, modified=NINE)


BY_NAME = inventory(as_of="file-name", as_of_pattern="INV_%Y%m%d%H%M%S.csv")


def test_the_as_of_may_be_the_modification_time() -> None:
    assert listed_as_of(inventory(), entry()) == NINE


def test_the_as_of_may_stand_in_the_file_name_in_the_feeds_zone() -> None:
    assert listed_as_of(BY_NAME, entry()) == NINE


def test_of_a_file_name_in_the_hour_that_occurs_twice_the_earlier_instant_counts() -> None:
    twice = entry("INV_20261101013000.csv")
    assert listed_as_of(BY_NAME, twice) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("year", ["1900", "9999"])
def test_a_file_name_with_a_placeholder_for_a_time_is_refused(year: str) -> None:
    with pytest.raises(FileRefused, match=r"not a time of 1970 to 2199|no such day"):
        listed_as_of(BY_NAME, entry(f"INV_{year}1231235959.csv"))


@pytest.mark.parametrize("name", ["INV_2026.csv", "INV_20260231000000.csv", "INV_20261120040000.csv.gz"])
def test_a_file_name_without_a_usable_as_of_is_refused(name: str) -> None:
    with pytest.raises(FileRefused, match="does not follow as_of_pattern"):
        listed_as_of(BY_NAME, entry(name))


@pytest.mark.parametrize("as_of", ["column", "document"])
def test_a_listing_does_not_tell_an_as_of_that_stands_inside(as_of: str) -> None:
    assert listed_as_of(inventory(as_of=as_of), entry()) is None


def test_a_file_is_rows_of_its_merchant() -> None:
    found = understand(b"ITEM,QTY\nA,12\nB,\n", inventory(), entry(), OWN)
    part = found.parts["acme"]
    assert part.rows["sku"].tolist() == ["A"]
    assert part.rows["as_of"].tolist() == [NINE]
    assert found.rejects["line"].tolist() == [3]
    assert (found.rows, found.as_of, found.warnings) == (2, NINE, ())


def test_a_file_without_the_configured_column_is_refused_with_the_place() -> None:
    with pytest.raises(FileRefused, match="QTY"):
        understand(b"ITEM,AMOUNT\nA,12\n", inventory(), entry(), OWN)


def test_lots_are_summed_and_their_numbers_are_not_needed() -> None:
    feed = inventory(columns={"sku": "ITEM", "quantity": "QTY", "lot": "LOT"})
    assert understand(b"ITEM,QTY\nA,12\n", feed, entry(), OWN).rows == 1


def test_every_row_goes_to_its_merchant_and_a_stray_one_is_a_reject_that_names_the_known_codes() -> None:
    feed = inventory(merchant_column="CLIENT")
    data = b"CLIENT,ITEM,QTY\nC001,A,1\nC002,A,2\nC003,A,3\n C001 ,B,4\n,C,5\nC002,B,x\n"
    found = understand(data, feed, entry(), {"C001": "acme", "C002": "zenith", "C009": "idle"})
    rows = {
        merchant: part.rows[["sku", "quantity"]].to_numpy().tolist() for merchant, part in found.parts.items()
    }
    assert rows == {"acme": [["A", 1], ["B", 4]], "zenith": [["A", 2]], "idle": []}
    assert found.unrouted[["line", "column", "value"]].to_numpy().tolist() == [
        [4, "CLIENT", "C003"],
        [6, "CLIENT", ""],
    ]
    assert set(found.unrouted["reason"]) == {"no merchant has this code; known: C001, C002, C009"}
    assert found.rejects["line"].tolist() == [4, 6, 7]
    assert found.rows == 6


def test_a_merchants_rejects_take_no_other_merchants_lots_with_them() -> None:
    feed = inventory(merchant_column="CLIENT")
    data = b"CLIENT,ITEM,QTY\nC001,A,1\nC001,A,x\nC002,A,2\n"
    found = understand(data, feed, entry(), {"C001": "acme", "C002": "zenith"})
    assert found.parts["acme"].rows.empty
    assert found.parts["zenith"].rows["quantity"].tolist() == [2]


def test_a_row_that_is_none_is_counted_once() -> None:
    found = understand(b"ITEM,QTY\nA,12\nB\n", inventory(), entry(), OWN)
    assert (found.rows, len(found.rejects)) == (2, 1)
    routed = inventory(merchant_column="CLIENT")
    found = understand(
        b"CLIENT,ITEM,QTY\nC001,A,12\nC001,B\n", routed, entry(), {"C001": "acme", "C002": "zenith"}
    )
    assert (found.rows, len(found.unrouted), len(found.rejects)) == (2, 1, 1)


def test_an_order_file_is_stated_at_its_modification_time() -> None:
    feed = OrderFeed(
        name="web",
        remote="shop",
        files="*.csv",
        format="csv",
        reading=registry.get("csv").Reading(),
        columns={"order": "id", "sku": "sku", "quantity": "qty", "ordered_at": "at", "status": "status"},
        cancelled=frozenset({"void"}),
        timezone=ZONE,
    )
    data = b"id,sku,qty,at,status\n7,A,2,2026-11-20 04:00,Void\n"
    found = understand(data, feed, entry("orders.csv"), OWN)
    rows = found.parts["acme"].rows
    assert rows[["feed", "order", "line", "cancelled"]].to_numpy().tolist() == [["web", "7", "A", True]]
    assert rows["stated_at"].tolist() == rows["ordered_at"].tolist() == [NINE]
    assert found.as_of is None
