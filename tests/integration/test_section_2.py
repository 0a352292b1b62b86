"""Design, section 2: every sentence of it as a claim, with its tables, through the real command line.

Elsewhere, and not repeated here:

| sentence                                                                | where                                       |
|-------------------------------------------------------------------------|---------------------------------------------|
| 2.2 a SKU zeroed by absence is told to a delta cart, once                | test_main_job, reconcile/test_levels         |
| 2.3 a bad quantity, time or SKU of an order line is a reject             | receive/test_conform, receive/test_values    |
| 2.5 no inventory, nothing sent (R1); an unchanged number is news         | test_main_job                                |
| 2.5 the watermark advances only when the delivery is settled             | crash/test_resume; here for a failed upload  |
| 2.6 guards: rows, zeros, future; release, discard, a newer full file     | test_guards                                  |
| 2.7 rerun                                                                | a later issue                                |
| all of it at once, over random histories                                 | stateful/test_histories                      |
| times at a change of the clocks                                          | test_dst                                     |
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from typing import Any

import pytest

from batch.store.archive import Archive

DAY = "2026-11-20"
ACCOUNT = """
[account]
name = "Test"
timezone = "{timezone}"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
"""


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {toml(each)}' for key, each in value.items()) + " }"
    return json.dumps(value)


def section(header: str, keys: dict[str, Any]) -> str:
    return "\n".join([header, *(f"{key} = {toml(value)}" for key, value in keys.items())]) + "\n"


def named(columns: str) -> dict[str, str]:
    """Every column is named as the field is."""
    return {name: name for name in columns.split()}


def stock(columns: str = "sku quantity as_of", *, owner: str = "merchants.acme.", **keys: Any) -> str:
    fixed = {"remote": "wms", "files": "INV_*.csv", "format": "csv", "ready": "rename"}
    return section(f"[[{owner}inventory]]", {**fixed, "columns": named(columns), **keys})


def orders(
    columns: str = "order line sku quantity ordered_at status", *, owner: str = "acme", **keys: Any
) -> str:
    fixed = {
        "name": "web",
        "remote": "shop",
        "path": "web",
        "files": "*.csv",
        "format": "csv",
        "ready": "rename",
    }
    words = {"cancelled": ["cancelled", "void"]} if "status" in columns else {}
    return section(f"[[merchants.{owner}.orders]]", {**fixed, **words, "columns": named(columns), **keys})


def cart(name: str = "front", *, owner: str = "acme", **keys: Any) -> str:
    folder = name if owner == "acme" else f"{owner}-{name}"
    fixed = {"remote": "shop", "path": folder, "file_name": "{number:03}.csv", "format": "csv"}
    return section(f"[merchants.{owner}.carts.{name}]", {**fixed, **keys})


def account(*parts: str, timezone: str = "UTC") -> str:
    return ACCOUNT.format(timezone=timezone) + "\n".join(parts)


def csv(table: str) -> str:
    """`a | b` as CSV. `09:05` is that time of the day in UTC; `'A '` has its blanks."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line.strip()]
    return "".join(",".join(_cell(cell) for cell in line) + "\n" for line in lines)


def _cell(text: str) -> str:
    if re.fullmatch(r"\d\d:\d\d", text):
        return f"{DAY}T{text}:00Z"
    return text.strip("'")


def put(shop: Any, path: str, table: str, at: str = "10:00") -> None:
    shop.put(path, csv(table), at=f"{DAY}T{at}:00Z")


def run(shop: Any, at: str = "12:00", *words: str) -> Any:
    return shop.run(*words, now=f"{DAY}T{at}:00Z")


def last(shop: Any, name: str = "front") -> str:
    """The latest document, without its line of names."""
    return " ".join(shop.last(name).splitlines()[1:])


def explained(shop: Any, sku: str = "A", merchant: str = "acme") -> Any:
    return shop.ferry("explain", merchant, sku, "--json").json


def as_ofs(shop: Any, sku: str = "A") -> list[str]:
    return [level["as_of"] for level in explained(shop, sku)["levels"]]


def buckets(report: Any) -> list[tuple[str, int, int, int, int]]:
    names = ("status", "rows", "applied", "older", "rejected")
    return [tuple(file[name] for name in names) for file in report["files"]]


def statuses(report: Any) -> dict[str, str]:
    return {outcome["cart"]: outcome["status"] for outcome in report["carts"]}


# 2.1 Level


def test_lots_of_a_sku_and_warehouse_add_up_and_so_do_warehouses_and_feeds(bare: Any) -> None:
    columns = "sku quantity as_of warehouse lot"
    shop = bare(account(stock(columns), stock(columns, name="3pl", files="3PL_*.csv"), cart()))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | warehouse | lot | quantity | as_of
        A   | EAST      | L1  | 3        | 09:00
        A   | EAST      | L2  | 4        | 09:30
        A   | WEST      | L1  | 5        | 09:10
        """,
    )
    put(
        shop,
        "wms/3PL_1.csv",
        """
        sku | warehouse | lot | quantity | as_of
        A   | EAST      |     | 30       | 08:00
        """,
    )
    run(shop)
    assert last(shop) == "A,42"
    levels = [(level["feed"], level["warehouse"], level["quantity"]) for level in explained(shop)["levels"]]
    assert levels == [("inventory", "EAST", 7), ("inventory", "WEST", 5), ("3pl", "EAST", 30)]
    assert as_ofs(shop) == ["2026-11-20T09:30:00Z", "2026-11-20T09:10:00Z", "2026-11-20T08:00:00Z"]


@pytest.mark.parametrize(
    ("as_of", "told", "bucket"),
    [
        ("08:59", "A,12", ("applied", 2, 0, 2, 0)),
        ("09:00", "A,7", ("applied", 2, 2, 0, 0)),
        ("09:01", "A,7", ("applied", 2, 2, 0, 0)),
    ],
)
def test_a_level_is_replaced_by_one_of_the_same_or_a_later_as_of_and_an_older_one_is_counted_and_listed(
    bare: Any, as_of: str, told: str, bucket: Any
) -> None:
    shop = bare(account(stock(), cart(send="full")))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | quantity | as_of
        A   | 12       | 09:00
        """,
    )
    run(shop)
    put(
        shop,
        "wms/INV_2.csv",
        f"""
        sku | quantity | as_of
        A   | 3        | 08:00
        A   | 4        | {as_of}
        """,
    )
    assert buckets(run(shop, "12:15")) == [bucket]
    assert last(shop) == told
    listed = shop.ferry("files", "--json").json[0]
    assert (listed["name"], listed["applied"], listed["older"]) == ("INV_2.csv", bucket[2], bucket[3])


STATED = {
    "column": ("columns", {}, "INV_1.csv", "sku,quantity,as_of\nA,12,2026-11-20T09:00:00\n"),
    "file-name": (
        "none",
        {"as_of": "file-name", "as_of_pattern": "INV_%Y%m%d_%H%M.csv"},
        "INV_20261120_0900.csv",
        "sku,quantity\nA,12\n",
    ),
    "modified": ("none", {"as_of": "modified"}, "INV_1.csv", "sku,quantity\nA,12\n"),
}


@pytest.mark.parametrize("source", STATED)
@pytest.mark.parametrize(
    ("zones", "hour"),
    [
        (("UTC", None), "09:00"),
        (("America/New_York", None), "14:00"),
        (("America/New_York", "Europe/Berlin"), "08:00"),
    ],
    ids=["UTC", "the account's zone", "the feed's zone"],
)
def test_the_as_of_comes_from_where_the_feed_says_in_the_feeds_zone_or_else_the_accounts(
    bare: Any, source: str, zones: tuple[str, str | None], hour: str
) -> None:
    columns, keys, name, text = STATED[source]
    zone = {"timezone": zones[1]} if zones[1] else {}
    fields = "sku quantity as_of" if columns == "columns" else "sku quantity"
    shop = bare(account(stock(fields, **keys, **zone), cart(), timezone=zones[0]))
    shop.put(f"wms/{name}", text, at="2026-11-20T09:00:00Z")
    shop.run(now="2026-11-20T15:00:00Z")
    expected = "09:00" if source == "modified" else hour  # an instant of the file system has no zone
    assert as_ofs(shop) == [f"2026-11-20T{expected}:00Z"]


X12 = (
    "ISA*00*          *00*          *ZZ*WMS            *ZZ*ACME           *261120*0900*U*00401*000000001*0*P*>~"
    "GS*IB*WMS*ACME*20261120*0900*1*X*004010~ST*846*0001~BIA*00*DD*1*{bia}~"
    "LIN*1*SK*A~QTY*33*12*EA~CTT*1~SE*6*0001~GE*1*1~IEA*1*000000001~"
)


@pytest.mark.parametrize(
    ("bia", "hour"), [("20261120*0900", "17:00"), ("20261120", "08:00")], ids=["BIA", "BIA without a time"]
)
def test_the_as_of_of_an_846_is_its_own_in_the_feeds_zone(bare: Any, bia: str, hour: str) -> None:
    feed = section(
        "[[merchants.acme.inventory]]",
        {
            "remote": "wms",
            "files": "*.edi",
            "format": "edi846",
            "ready": "rename",
            "timezone": "America/Los_Angeles",
        },
    )
    shop = bare(account(feed, cart()))
    shop.put("wms/1.edi", X12.format(bia=bia))
    report = shop.run(now="2026-11-20T18:00:00Z")
    assert report["files"][0]["reason"] == ""
    assert as_ofs(shop) == [f"2026-11-20T{hour}:00Z"]


@pytest.mark.parametrize(
    ("columns", "name", "text"),
    [
        ("sku quantity", "INV_today.csv", "sku,quantity\nA,1\n"),
        ("sku quantity", "INV_99991231.csv", "sku,quantity\nA,1\n"),
        ("sku quantity as_of", "INV_1.csv", "sku,quantity,as_of\nA,1,\nB,1,soon\n"),
        ("sku quantity as_of", "INV_1.csv", "sku,quantity\nA,1\n"),
    ],
    ids=["no time in the name", "no time that can be meant", "no time in any row", "no such column"],
)
def test_a_file_without_a_usable_as_of_is_refused(bare: Any, columns: str, name: str, text: str) -> None:
    by_name = {} if "as_of" in columns else {"as_of": "file-name", "as_of_pattern": "INV_%Y%m%d.csv"}
    shop = bare(account(stock(columns, **by_name), cart()))
    shop.put(f"wms/{name}", text)
    done = shop.ferry("run", "--json", "--now", f"{DAY}T12:00:00Z")
    assert (done.code, done.json["files"][0]["status"]) == (1, "quarantined")
    assert done.json["files"][0]["reason"] in done.err
    assert statuses(done.json) == {"front": "nothing-new"}


def test_available_may_be_what_is_on_hand_less_what_is_committed(bare: Any) -> None:
    shop = bare(account(stock("sku on_hand committed as_of"), cart()))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | on_hand | committed | as_of
        A   | 10      | 3         | 09:00
        B   | 4       | 4         | 09:00
        C   | 2       | 5         | 09:00
        """,
    )
    run(shop)
    assert last(shop) == "A,7 B,0 C,0"


def test_a_negative_level_is_kept_as_it_is_and_never_sent(bare: Any) -> None:
    shop = bare(account(stock("sku quantity as_of warehouse"), cart()))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | warehouse | quantity | as_of
        A   | EAST      | -3       | 09:00
        B   | EAST      | -3       | 09:00
        B   | WEST      | 5        | 09:00
        """,
    )
    run(shop)
    assert last(shop) == "A,0 B,2"
    assert explained(shop)["available"] == -3


def test_attributes_are_carried_along_and_the_latest_value_wins(bare: Any) -> None:
    shop = bare(
        account(
            stock("sku quantity as_of warehouse", attributes={"upc": "upc"}),
            cart(csv={"columns": {"sku": "sku", "quantity": "quantity", "upc": "upc"}}),
        )
    )
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | warehouse | quantity | as_of | upc
        A   | EAST      | 1        | 09:00 | 111
        A   | WEST      | 2        | 09:30 | 222
        B   | EAST      | 1        | 09:00 | 333
        C   | EAST      | 1        | 09:00 |
        """,
    )
    run(shop)
    assert last(shop) == "A,3,222 B,1,333 C,1,"
    put(
        shop,
        "wms/INV_2.csv",
        """
        sku | warehouse | quantity | as_of | upc
        A   | EAST      | 1        | 11:00 | 444
        A   | WEST      | 2        | 11:30 |
        """,
    )
    run(shop, "12:15")
    assert last(shop) == "A,3,444", "a blank is no value"


# 2.2 Full and update files


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"content": "updates"}, "A,7 B,3 C,4"),
        ({}, "A,7 B,3 C,4"),
        ({"content": "full"}, "A,7 B,0 C,4"),
        ({"content": "full", "absent": "zero"}, "A,7 B,0 C,4"),
        ({"content": "full", "absent": "keep"}, "A,7 B,3 C,4"),
    ],
    ids=["updates", "updates by default", "zero by default", "zero", "keep"],
)
def test_what_becomes_of_an_absent_sku_is_the_feeds_to_say_and_of_its_own_levels_only(
    bare: Any, content: dict[str, str], told: str
) -> None:
    shop = bare(account(stock(**content), stock(name="3pl", files="3PL_*.csv"), cart(send="full")))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | quantity | as_of
        A   | 12       | 09:00
        B   | 3        | 09:00
        """,
    )
    put(
        shop,
        "wms/3PL_1.csv",
        """
        sku | quantity | as_of
        C   | 4        | 09:00
        """,
    )
    run(shop)
    put(
        shop,
        "wms/INV_2.csv",
        """
        sku | quantity | as_of
        A   | 7        | 11:00
        """,
    )
    run(shop, "12:15")
    assert last(shop) == told


def test_a_late_full_file_zeroes_nothing_that_is_known_from_later(bare: Any) -> None:
    shop = bare(account(stock(content="full"), cart(send="full")))
    put(
        shop,
        "wms/INV_2.csv",
        """
        sku | quantity | as_of
        A   | 12       | 09:00
        B   | 3        | 10:00
        C   | 4        | 11:00
        """,
    )
    run(shop)
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | quantity | as_of
        A   | 7        | 10:00
        """,
    )
    run(shop, "12:15")
    assert last(shop) == "A,7 B,0 C,4"


# 2.3 Order lines

LEVELS = """
    sku | warehouse | quantity | as_of
    A   | EAST      | 10       | 09:00
    A   | WEST      | 10       | 10:00
    """

COUNTED = [
    ("before every level", "order | ordered_at\n 1 | 08:59", 20),
    ("at the very instant of the level", "order | ordered_at\n 1 | 09:00", 20),
    ("after the earliest level", "order | ordered_at\n 1 | 09:01", 19),
    ("of a warehouse, before its level", "order | ordered_at | warehouse\n 1 | 09:59 | WEST", 20),
    ("of a warehouse, after its level", "order | ordered_at | warehouse\n 1 | 10:01 | WEST", 19),
    ("of a warehouse that has not reported", "order | ordered_at | warehouse\n 1 | 09:01 | NORTH", 19),
    ("cancelled, in any case of letters", "order | ordered_at | status\n 1 | 09:01 | Void", 20),
    ("of any other status", "order | ordered_at | status\n 1 | 09:01 | paid", 19),
    ("of two lines", "order | line | ordered_at\n 1 | 1 | 09:01\n 1 | 2 | 09:01", 18),
    ("stated twice in one file", "order | quantity | ordered_at\n 1 | 5 | 09:01\n 1 | 2 | 09:01", 18),
]


@pytest.mark.parametrize(("table", "told"), [case[1:] for case in COUNTED], ids=[case[0] for case in COUNTED])
def test_an_order_line_is_subtracted_if_it_was_made_after_the_level_it_is_compared_with(
    bare: Any, table: str, told: int
) -> None:
    shop = bare(
        account(
            stock("sku quantity as_of warehouse"),
            orders("order line sku quantity ordered_at status warehouse"),
            cart(),
        )
    )
    put(shop, "wms/INV_1.csv", LEVELS)
    put(
        shop,
        "shop/web/1.csv",
        completed(table, {"line": "1", "sku": "A", "quantity": "1", "status": "", "warehouse": ""}),
    )
    run(shop)
    assert last(shop) == f"A,{told}"


def completed(table: str, rest: dict[str, str]) -> str:
    """The table with the columns that it lacks, the same in every row."""
    header, *rows = table.splitlines()
    missing = [name for name in rest if name not in header.replace(" ", "").split("|")]
    lines = [" | ".join([header, *missing])]
    return "\n".join(lines + [" | ".join([row, *(rest[name] for name in missing)]) for row in rows])


@pytest.mark.parametrize(("lag", "told"), [("0m", 20), ("30m", 20), ("31m", 19), ("2h", 19)])
def test_an_order_lag_reaches_back_before_the_level(bare: Any, lag: str, told: int) -> None:
    shop = bare(account(stock("sku quantity as_of warehouse"), orders(order_lag=lag), cart()))
    put(shop, "wms/INV_1.csv", LEVELS)
    put(
        shop,
        "shop/web/1.csv",
        """
        order | line | sku | quantity | ordered_at | status
        1     | 1    | A   | 1        | 08:30      | paid
        """,
    )
    run(shop)
    assert last(shop) == f"A,{told}"


def test_several_order_feeds_count_each_with_its_own_lag_and_the_same_number_is_two_orders(bare: Any) -> None:
    shop = bare(account(stock(), orders(), orders(name="phone", path="phone", order_lag="1h"), cart()))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | quantity | as_of
        A   | 20       | 09:00
        """,
    )
    for folder in ("web", "phone"):
        put(
            shop,
            f"shop/{folder}/1.csv",
            """
            order | line | sku | quantity | ordered_at | status
            1     | 1    | A   | 1        | 08:30      | paid
            2     | 1    | A   | 4        | 09:30      | paid
            """,
        )
    run(shop)
    assert last(shop) == f"A,{20 - 4 - 1 - 4}"
    assert [(term["order"], term["counted"]) for term in explained(shop)["orders"]] == [
        ("1", False),
        ("2", True),
        ("1", True),
        ("2", True),
    ]


CORRECTIONS = [
    ("a quantity goes up", "1 | 1 | A | 5 | 09:30 | paid", 15),
    ("a quantity goes down", "1 | 1 | A | 1 | 09:30 | paid", 19),
    ("cancelled", "1 | 1 | A | 2 | 09:30 | cancelled", 20),
    ("quantity 0", "1 | 1 | A | 0 | 09:30 | paid", 20),
    ("ordered earlier than was thought", "1 | 1 | A | 2 | 08:30 | paid", 20),
    ("another SKU", "1 | 1 | B | 2 | 09:30 | paid", 20),
    ("another line", "1 | 2 | A | 2 | 09:30 | paid", 16),
    ("the same again", "1 | 1 | A | 2 | 09:30 | paid", 18),
]


@pytest.mark.parametrize("arrival", ["in one cycle", "one by one", "the later one first"])
@pytest.mark.parametrize(
    ("row", "told"), [case[1:] for case in CORRECTIONS], ids=[case[0] for case in CORRECTIONS]
)
def test_a_later_statement_of_a_line_replaces_the_earlier_one_in_whatever_order_they_arrive(
    bare: Any, row: str, told: int, arrival: str
) -> None:
    shop = bare(account(stock(), orders(), cart(send="full")))
    header = "order | line | sku | quantity | ordered_at | status\n"
    first, second = (
        ("a.csv", header + "1 | 1 | A | 2 | 09:30 | paid", "10:00"),
        ("b.csv", header + row, "11:00"),
    )
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | quantity | as_of
        A   | 20       | 09:00
        """,
    )
    files = [second, first] if arrival == "the later one first" else [first, second]
    for name, table, at in files:
        put(shop, f"shop/web/{name}", table, at=at)
        if arrival != "in one cycle":
            run(shop)
    run(shop)
    assert last(shop) == f"A,{told}"


def test_of_two_files_of_one_time_the_later_name_states_a_line_later(bare: Any) -> None:
    shop = bare(account(stock(), orders(), cart(send="full")))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | quantity | as_of
        A   | 20       | 09:00
        """,
    )
    header = "order | line | sku | quantity | ordered_at | status\n"
    put(shop, "shop/web/b.csv", header + "1 | 1 | A | 3 | 09:30 | paid")
    run(shop)
    put(shop, "shop/web/a.csv", header + "1 | 1 | A | 2 | 09:30 | paid")
    assert buckets(run(shop)) == [("applied", 1, 0, 1, 0)]
    assert last(shop) == "A,17"


APART = """
[account]
name = "Test"

[remotes.wms]
url = "./wms"

[remotes.shop]
url = "./shop"

[[merchants.acme.inventory]]
remote = "wms"
files = "*.csv"
format = "csv"
ready = "rename"
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF", warehouse = "WH" }

[merchants.acme.inventory.attributes]
title = "TITLE"

[[merchants.acme.orders]]
remote = "shop"
path = "orders"
files = "*.csv"
format = "csv"
ready = "rename"
columns = { order = "order", line = "line", sku = "sku", quantity = "qty", ordered_at = "at" }
"""


def test_carts_of_a_merchant_that_differ_in_one_thing_are_each_told_their_own(bare: Any) -> None:
    """What carts begin with is found once for those that agree, and these do not."""
    differ = {
        "plain": "",
        "far": 'timezone = "Asia/Tokyo"',
        "east": 'warehouses = ["EAST"]',
        "titled": "",
        "again": "",
    }
    columns = {
        name: '{ S = "sku", Q = "quantity", T = "as_of" }'
        if name != "titled"
        else '{ S = "sku", Q = "title" }'
        for name in differ
    }
    carts = "".join(
        f"""
[merchants.acme.carts.{name}]
remote = "shop"
file_name = "{name}"
format = "csv"
send = "full"
csv.columns = {columns[name]}
{line}
"""
        for name, line in differ.items()
    )
    shop = bare(APART + carts)
    (shop.folder / "shop" / "orders").mkdir()
    shop.put(
        "wms/1.csv",
        """
        SKU,QTY,AS_OF,WH,TITLE
        A,7,2026-11-20T09:00:00Z,EAST,Lamp
        A,5,2026-11-20T09:00:00Z,WEST,Lamp
        """,
    )
    shop.put("shop/orders/1.csv", "order,line,sku,qty,at\n1,1,A,2,2026-11-20T09:30:00Z\n")
    shop.run()
    told = {name: (shop.folder / "shop" / name).read_text().splitlines()[1] for name in differ}
    assert told == {
        "plain": "A,10,2026-11-20T09:00:00Z",
        "far": "A,10,2026-11-20T18:00:00+09:00",
        "east": "A,5,2026-11-20T09:00:00Z",
        "titled": "A,Lamp",
        "again": "A,10,2026-11-20T09:00:00Z",
    }


def test_lines_of_an_unknown_sku_are_kept_and_reported_and_count_once_its_level_comes(bare: Any) -> None:
    shop = bare(account(stock(), orders(), cart()))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | quantity | as_of
        A   | 20       | 09:00
        """,
    )
    put(
        shop,
        "shop/web/1.csv",
        """
        order | line | sku | quantity | ordered_at | status
        1     | 1    | NEW | 3        | 09:30      | paid
        """,
    )
    report = run(shop)
    assert last(shop) == "A,20"
    assert report["files"][1]["warnings"] == [
        "merchant acme: order lines are kept whose SKU the warehouse has not reported: NEW"
    ]
    (term,) = explained(shop, "NEW")["orders"]
    assert (term["counted"], term["why"]) == (False, "the warehouse has not reported this SKU")
    put(
        shop,
        "shop/web/0.csv",
        """
        order | line | sku | quantity | ordered_at | status
        1     | 1    | NEW | 2        | 09:30      | paid
        """,
    )
    earlier = run(shop, "12:05")["files"][0]
    assert (earlier["older"], earlier["warnings"]) == (1, []), "nothing of it is kept"
    put(
        shop,
        "shop/web/2.csv",
        """
        order | line | sku   | quantity | ordered_at | status
        2     | 1    | OTHER | 1        | 09:30      | paid
        """,
    )
    assert run(shop, "12:10")["files"][0]["warnings"] == [
        "merchant acme: order lines are kept whose SKU the warehouse has not reported: OTHER"
    ]
    put(
        shop,
        "wms/INV_2.csv",
        """
        sku | quantity | as_of
        NEW | 8        | 09:15
        """,
    )
    run(shop, "12:15")
    assert last(shop) == "NEW,5"


# 2.4 Available, and a cart's rules

RULES = [
    ({}, "A,30 B,4 C,0", None),
    ({"buffer": 3}, "A,27 B,1 C,0", None),
    ({"cap": 10}, "A,10 B,4 C,0", None),
    ({"minimum_level": 4}, "A,30 B,4 C,0", None),
    ({"minimum_level": 5}, "A,30 B,0 C,0", None),
    ({"buffer": 3, "minimum_level": 2}, "A,27 B,0 C,0", None),
    ({"buffer": 3, "cap": 28}, "A,27 B,1 C,0", None),
    ({"cap": 10, "minimum_level": 11}, "A,0 B,0 C,0", None),
    ({"warehouses": ["WEST"]}, "A,20 B,0 C,0", None),
    ({"warehouses": ["WEST", "EAST"]}, "A,30 B,4 C,0", None),
    (
        {"warehouses": ["EAST"], "buffer": 2, "cap": 5, "minimum_level": 6},
        "A,0 B,0 C,0",
        [("available in EAST", 10), ("buffer", 8), ("cap", 5), ("not below 0", 5), ("minimum_level", 0)],
    ),
]


@pytest.mark.parametrize(
    ("rules", "told", "steps"), RULES, ids=[" ".join(rules) or "none" for rules, *_ in RULES]
)
def test_a_carts_rules_apply_in_their_order_and_each_is_recorded(
    bare: Any, rules: dict[str, Any], told: str, steps: list[tuple[str, int]] | None
) -> None:
    shop = bare(account(stock("sku quantity as_of warehouse"), cart(**rules), cart("other")))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | warehouse | quantity | as_of
        A   | EAST      | 10       | 09:00
        A   | WEST      | 20       | 09:00
        B   | EAST      | 4        | 09:00
        C   | EAST      | -2       | 09:00
        """,
    )
    run(shop)
    assert last(shop) == told
    assert last(shop, "other") == "A,30 B,4 C,0", "one cart's rules are another cart's nothing"
    if steps:
        found = explained(shop)["carts"]["front"]["steps"]
        assert [(step["rule"], step["quantity"]) for step in found] == steps


def test_of_the_orders_only_those_of_the_chosen_warehouses_or_of_none_count_for_a_cart(bare: Any) -> None:
    shop = bare(
        account(
            stock("sku quantity as_of warehouse"),
            orders("order sku quantity ordered_at warehouse"),
            cart(),
            cart("east", warehouses=["EAST"]),
            cart("west", warehouses=["WEST"]),
        )
    )
    put(shop, "wms/INV_1.csv", LEVELS)
    put(
        shop,
        "shop/web/1.csv",
        """
        order | sku | quantity | ordered_at | warehouse
        1     | A   | 1        | 11:00      | EAST
        2     | A   | 2        | 11:00      | WEST
        3     | A   | 4        | 11:00      |
        """,
    )
    run(shop)
    assert [last(shop, name) for name in ("front", "east", "west")] == ["A,13", "A,5", "A,4"]


# 2.5 What a cart is sent


def two_rounds(shop: Any, *, news: str) -> dict[str, str]:
    """A first sync, then a second after `news`; returns what each cart was sent then."""
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | quantity | as_of
        A   | 20       | 09:00
        B   | 5        | 09:00
        C   | 0        | 09:00
        """,
    )
    first = run(shop)
    assert {outcome["complete"] for outcome in first["carts"]} == {True}, "a cart's first sync is everything"
    if "level" in news:
        put(
            shop,
            "wms/INV_2.csv",
            """
            sku | quantity | as_of
            B   | 5        | 11:00
            """,
        )
    if "order" in news:
        put(
            shop,
            "shop/web/1.csv",
            """
            order | line | sku | quantity | ordered_at | status
            1     | 1    | A   | 3        | 11:30      | paid
            """,
        )
    sent = statuses(run(shop, "12:15"))
    return {name: last(shop, name) if status == "sent" else status for name, status in sent.items()}


EVERYTHING, WITH_ORDER = "A,20 B,5 C,0", "A,17 B,5 C,0"


@pytest.mark.parametrize(
    ("news", "told"),
    [
        ("nothing", {"full": EVERYTHING, "delta": "nothing-new", "both": "nothing-new"}),
        ("a level", {"full": EVERYTHING, "delta": "B,5", "both": "B,5"}),
        ("an order", {"full": WITH_ORDER, "delta": "nothing-new", "both": "A,17"}),
        ("a level and an order", {"full": WITH_ORDER, "delta": "B,5", "both": "A,17 B,5"}),
    ],
)
def test_a_full_cart_gets_everything_and_a_delta_cart_what_its_trigger_says(
    bare: Any, news: str, told: dict[str, str]
) -> None:
    carts = cart("full", send="full"), cart("delta"), cart("both", trigger="inventory-and-orders")
    assert two_rounds(bare(account(stock(), orders(), *carts)), news=news) == told


def test_a_cart_that_is_told_of_orders_is_told_of_the_sku_that_a_line_names_no_more(bare: Any) -> None:
    shop = bare(
        account(
            stock(),
            orders(),
            cart(trigger="inventory-and-orders"),
            cart("seldom", trigger="inventory-and-orders"),
        )
    )
    put(shop, "wms/INV_1.csv", "sku | quantity | as_of\n A | 9 | 11:00\n B | 9 | 11:00\n C | 9 | 11:00")
    told = []
    for number, sku in enumerate("ABC"):
        line = f"1 | 1 | {sku} | {4 + number} | 11:30 | paid"
        put(
            shop,
            f"shop/web/{number}.csv",
            f"order | line | sku | quantity | ordered_at | status\n{line}",
            at=f"11:4{number}",
        )
        run(shop, f"12:0{number}", *(("--cart", "front") if number == 1 else ()))
        told.append(last(shop))
    assert told == ["A,5 B,9 C,9", "A,9 B,4", "B,9 C,3"]
    assert last(shop, "seldom") == "A,9 B,9 C,3"


@pytest.mark.parametrize(
    ("full_every", "news", "told"),
    [("10m", "a level", EVERYTHING), ("1h", "a level", "B,5"), ("10m", "nothing", "nothing-new")],
)
def test_now_and_then_a_delta_cart_is_sent_everything_with_its_next_news(
    bare: Any, full_every: str, news: str, told: str
) -> None:
    shop = bare(account(stock(), orders(), cart(full_every=full_every)))
    assert two_rounds(shop, news=news) == {"front": told}


def reconfigured(bare: Any, *parts: str) -> Any:
    """A delta cart that was told A 20, B 5, C 5, two of A less by orders; then `parts` are its account, and B is reported."""
    shop = bare(account(stock(), orders(), cart()))
    table = "sku | quantity | as_of\n"
    put(shop, "wms/INV_1.csv", table + "A | 20 | 11:00\n B | 5 | 11:00\n C | 5 | 11:00")
    put(
        shop,
        "shop/web/1.csv",
        "order | line | sku | quantity | ordered_at | status\n 1 | 1 | A | 2 | 11:30 | paid",
    )
    run(shop)
    shop.configure(account(*parts))
    nothing = statuses(run(shop, "12:10"))
    assert nothing["front"] == "nothing-new"  # R1
    put(shop, "wms/INV_2.csv", table + "B | 4 | 12:00")
    return shop


WEB = stock(), orders()


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        pytest.param((*WEB, cart(buffer=3)), "A,15 B,1 C,2", id="a rule"),
        pytest.param(
            (*WEB, cart(csv={"columns": {"SKU": "sku", "LEFT": "quantity"}})), "A,18 B,4 C,5", id="columns"
        ),
        pytest.param((*WEB, cart(path="live")), "A,18 B,4 C,5", id="where it goes"),
        pytest.param((stock(), cart()), "A,20 B,4 C,5", id="an order feed less"),
        pytest.param((stock(), orders(order_lag="2h"), cart()), "A,18 B,4 C,5", id="a lag"),
        pytest.param((*WEB, cart(trigger="inventory-and-orders")), "A,18 B,4 C,5", id="what it is told for"),
        pytest.param((*WEB, cart(guard_from=50)), "B,4", id="a guard"),
        pytest.param((*WEB, cart(), cart("another")), "B,4", id="another cart"),
        pytest.param((orders(), stock(), cart(buffer=0)), "B,4", id="nothing but its text"),
    ],
)
def test_a_delta_cart_that_is_configured_otherwise_is_sent_everything_with_its_next_news(
    bare: Any, parts: tuple[str, ...], told: str
) -> None:
    shop = reconfigured(bare, *parts)
    done = shop.ferry("run", "--now", f"{DAY}T12:15:00Z")
    folder = "live" if "live" in parts[-1] else "front"
    assert last(shop, folder) == told
    assert ("acme/front: it is configured otherwise" in done.err) == (told != "B,4")
    put(shop, "wms/INV_3.csv", "sku | quantity | as_of\n C | 9 | 12:20")
    run(shop, "12:30")
    assert last(shop, folder) == ("C,6" if "buffer = 3" in parts[-1] else "C,9")


@pytest.mark.parametrize("recorded", [b"not what was archived", b"[account]\nname = 7\n"])
def test_a_delta_cart_is_sent_everything_where_nobody_can_tell_how_it_was_configured(
    bare: Any, recorded: bytes
) -> None:
    shop = bare(account(*WEB, cart(), cart("all", send="full")))
    put(shop, "wms/INV_1.csv", "sku | quantity | as_of\n A | 20 | 11:00\n B | 5 | 11:00")
    run(shop)
    archive = Archive(shop.folder / "state/archive")
    sha256 = archive.put(recorded)
    if b"account" not in recorded:
        archive.path(sha256).write_bytes(recorded)
    with sqlite3.connect(shop.folder / "state/ledger.sqlite") as ledger:
        ledger.execute("UPDATE runs SET configuration = ?", (sha256,))
    put(shop, "wms/INV_2.csv", "sku | quantity | as_of\n B | 4 | 12:00")
    done = shop.ferry("run", "--now", f"{DAY}T12:15:00Z")
    assert last(shop) == "A,20 B,4"
    assert done.err.count("nobody can tell how it was configured when it was last told") == 1


def test_gc_keeps_what_a_cart_was_told_by(bare: Any) -> None:
    text = account(*WEB, cart()).replace('name = "Test"', 'name = "Test"\nkeep = "1d"')
    shop = bare(text)
    put(shop, "wms/INV_1.csv", "sku | quantity | as_of\n A | 20 | 11:00\n B | 5 | 11:00")
    run(shop)
    shop.configure(text + "# a remark\n")
    for path in (shop.folder / "state/archive").rglob("*.zst"):
        os.utime(path, (0, 0))
    assert shop.ferry("gc", "--now", "2026-11-30T12:00:00Z").code == 0
    put(shop, "wms/INV_2.csv", "sku | quantity | as_of\n B | 4 | 12:00")
    run(shop, "12:15")
    assert last(shop) == "B,4"


def test_a_cart_whose_delivery_had_to_go_elsewhere_is_sent_everything_wherever_it_is_told_next(
    bare: Any,
) -> None:
    here, there = (account(*WEB, cart(path=path)) for path in ("front", "live"))
    shop = bare(here)
    put(shop, "wms/INV_1.csv", "sku | quantity | as_of\n A | 20 | 11:00\n B | 5 | 11:00\n C | 1 | 11:00")
    run(shop)
    (shop.folder / "shop/front").rename(shop.folder / "shop/away")
    (shop.folder / "shop/front").write_text("not a folder")
    put(shop, "wms/INV_2.csv", "sku | quantity | as_of\n B | 4 | 12:00")
    assert statuses(run(shop, "12:15")) == {"front": "failed"}
    shop.configure(there)
    run(shop, "12:20")
    assert last(shop, "live") == "B,4"
    (shop.folder / "shop/front").unlink()
    (shop.folder / "shop/away").rename(shop.folder / "shop/front")
    shop.configure(here)
    put(shop, "wms/INV_3.csv", "sku | quantity | as_of\n C | 2 | 12:25")
    run(shop, "12:30")
    assert last(shop) == "A,20 B,4 C,2"


def test_what_an_old_order_line_names_no_more_is_told_though_the_line_itself_is_done_with(bare: Any) -> None:
    shop = bare(account(stock(), orders(), cart(trigger="inventory-and-orders")))
    head = "order | line | sku | quantity | ordered_at | status\n"
    stale = "".join(f"S{number} | 5 | 2026-10-01T09:00:00Z\n" for number in range(4))
    put(shop, "wms/INV_1.csv", f"sku | quantity | as_of\n A | 9 | 2026-10-01T09:00:00Z\n{stale}")
    put(shop, "wms/INV_2.csv", "sku | quantity | as_of\n B | 9 | 09:00", at="10:01")
    another = "2 | 1 | S1 | 1 | 08:00 | paid"
    put(shop, "shop/web/1.csv", f"{head} 1 | 1 | A | 3 | 2026-10-05T11:30:00Z | paid\n {another}", at="10:02")
    run(shop)
    put(shop, "shop/web/2.csv", f"{head} 1 | 1 | B | 3 | 2026-10-05T11:30:00Z | paid", at="12:10")
    run(shop, "12:15")
    assert last(shop) == "A,9 B,9"


def test_a_sku_is_oversold_no_longer_when_a_level_that_is_0_is_so_as_of_later(bare: Any) -> None:
    east = stock(name="east", content="full", files="EAST_*.csv")
    shop = bare(account(east, stock(name="west", files="WEST_*.csv"), orders(), cart()))
    head = "sku | quantity | as_of\n"
    put(shop, "wms/WEST_1.csv", head + "".join(f"W{number} | 5 | 08:59\n" for number in range(30)))
    put(shop, "wms/EAST_1.csv", head + "A | 5 | 09:00\n B | 5 | 09:00")
    run(shop, "09:05")
    put(shop, "wms/EAST_2.csv", head + "B | 5 | 11:00")
    put(
        shop,
        "shop/web/1.csv",
        "order | line | sku | quantity | ordered_at | status\n 1 | 1 | A | 3 | 11:30 | paid",
    )
    run(shop, "11:35")
    oversold = [
        each for each in shop.ferry("status", "--json").json["conditions"] if each["kind"] == "oversold"
    ]
    assert "A (-3)" in oversold[0]["text"]
    put(shop, "wms/EAST_3.csv", head + "B | 5 | 12:00")
    run(shop, "12:05")
    assert shop.ferry("explain", "acme", "A", "--json").json["available"] == 0
    assert not [
        each for each in shop.ferry("status", "--json").json["conditions"] if each["kind"] == "oversold"
    ]


def test_a_delta_cart_is_told_of_a_sku_that_a_level_which_is_0_as_of_later_sets_free(bare: Any) -> None:
    east = stock(name="east", content="full", files="EAST_*.csv")
    shop = bare(account(east, stock(name="west", files="WEST_*.csv"), orders(), cart()))
    head = "sku | quantity | as_of\n"
    put(shop, "wms/WEST_1.csv", head + "A | 9 | 12:00\n C | 9 | 12:00")
    put(shop, "wms/EAST_1.csv", head + "A | 0 | 09:00\n B | 5 | 09:00\n C | 0 | 09:00")
    put(
        shop,
        "shop/web/1.csv",
        "order | line | sku | quantity | ordered_at | status\n 1 | 1 | A | 3 | 09:30 | paid",
    )
    told = []
    for number, as_of in ((2, "09:10"), (3, "10:00"), (4, "11:00")):
        put(shop, f"wms/EAST_{number}.csv", head + f"B | 5 | {as_of}", at=f"10:0{number}")
        run(shop, f"12:{number}5")
        told.append(last(shop))
    assert told == ["A,6 B,5 C,9", "A,9 B,5", "B,5"]


def test_each_cart_has_its_own_watermark(bare: Any) -> None:
    shop = bare(account(stock(), cart("often"), cart("seldom")))
    table = "sku | quantity | as_of\n"
    put(shop, "wms/INV_1.csv", table + "A | 1 | 09:00\n B | 1 | 09:00\n C | 1 | 09:00")
    run(shop)
    put(shop, "wms/INV_2.csv", table + "A | 2 | 10:00")
    run(shop, "12:15", "--cart", "often")
    put(shop, "wms/INV_3.csv", table + "B | 3 | 11:00")
    run(shop, "12:30")
    assert (last(shop, "often"), last(shop, "seldom")) == ("B,3", "A,2 B,3")


def test_a_watermark_does_not_advance_while_the_delivery_cannot_be_uploaded(bare: Any) -> None:
    shop = bare(account(stock(), cart()))
    table = "sku | quantity | as_of\n"
    put(shop, "wms/INV_1.csv", table + "A | 1 | 09:00\n B | 1 | 09:00")
    run(shop)
    (shop.folder / "shop/front").rename(shop.folder / "shop/away")
    (shop.folder / "shop/front").write_text("not a folder")
    put(shop, "wms/INV_2.csv", table + "A | 2 | 10:00")
    assert statuses(run(shop, "12:15")) == {"front": "failed"}
    (shop.folder / "shop/front").unlink()
    (shop.folder / "shop/away").rename(shop.folder / "shop/front")
    put(shop, "wms/INV_3.csv", table + "B | 3 | 11:00")
    run(shop, "12:30")
    documents = [" ".join(text.splitlines()[1:]) for text in shop.sent("front").values()]
    assert documents == ["A,1 B,1", "A,2", "B,3"]


# Several merchants (R4.1)


def test_the_same_sku_in_two_merchants_is_two_products(bare: Any) -> None:
    shop = bare(
        account(
            *(stock(owner=f"merchants.{owner}.", path=owner) for owner in ("acme", "zenith")),
            *(orders(owner=owner, path=f"orders/{owner}") for owner in ("acme", "zenith")),
            *(cart(owner=owner) for owner in ("acme", "zenith")),
        )
    )
    for owner, quantity in (("acme", 10), ("zenith", 99)):
        put(shop, f"wms/{owner}/INV_1.csv", f"sku | quantity | as_of\n A | {quantity} | 09:00")
    order = "order | line | sku | quantity | ordered_at | status\n 1 | 1 | A | 4 | 09:30 | paid"
    put(shop, "shop/orders/acme/1.csv", order)
    (shop.folder / "shop/orders/zenith").mkdir()
    run(shop)
    assert (last(shop), last(shop, "zenith-front")) == ("A,6", "A,99")


def routed(*more: str, **keys: Any) -> str:
    codes = section("[merchants.acme]", {"code": "C001"}), section("[merchants.zenith]", {"code": "C002"})
    feed = stock("sku quantity as_of", owner="", merchant_column="client", **keys)
    return account(*codes, feed, *more, *(cart(owner=owner) for owner in ("acme", "zenith")))


def test_a_feed_of_the_account_brings_each_merchant_its_rows_and_an_unknown_code_is_a_reject(
    bare: Any,
) -> None:
    shop = bare(routed(content="full"))
    put(
        shop,
        "wms/INV_1.csv",
        """
        client | sku | quantity | as_of
        C001   | A   | 10       | 09:00
        C002   | A   | 99       | 09:00
        C001   | B   | 5        | 09:00
        C003   | A   | 7        | 09:00
               | D   | 7        | 09:00
        C002   | C   | many     | 09:00
        """,
    )
    assert buckets(run(shop)) == [("applied", 6, 3, 0, 3)]
    assert (last(shop), last(shop, "zenith-front")) == ("A,10 B,5", "A,99")
    rejects = shop.ferry("rejects", "--json").json
    assert [(row["line"], row["column"], row["value"]) for row in rejects] == [
        (5, "client", "C003"),
        (6, "client", ""),
        (7, "quantity", "many"),
    ]
    assert "known: C001, C002" in rejects[0]["reason"]
    put(
        shop,
        "wms/INV_2.csv",
        """
        client | sku | quantity | as_of
        C001   | A   | 11       | 11:00
        C002   | A   | 98       | 11:00
        """,
    )
    run(shop, "12:15")
    assert (last(shop), last(shop, "zenith-front")) == ("A,11 B,0", "A,98")


def test_one_merchants_bad_file_stops_no_other(bare: Any) -> None:
    owners = ("acme", "zenith")
    shop = bare(
        account(
            *(stock(owner=f"merchants.{owner}.", path=owner) for owner in owners),
            *(cart(owner=owner) for owner in owners),
        )
    )
    shop.put("wms/acme/INV_1.csv", b"\x00\x01 no table at all")
    put(shop, "wms/zenith/INV_1.csv", "sku | quantity | as_of\n A | 1 | 09:00")
    report = run(shop)
    assert [file["status"] for file in report["files"]] == ["quarantined", "applied"]
    assert [outcome["status"] for outcome in report["carts"]] == ["nothing-new", "sent"]
    assert last(shop, "zenith-front") == "A,1"


def test_one_sku_with_two_upcs_is_reported_as_probably_two_products(bare: Any) -> None:
    shop = bare(account(stock("sku quantity as_of warehouse", attributes={"upc": "upc"}), cart()))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku | warehouse | quantity | as_of | upc
        A   | EAST      | 1        | 09:00 | 111
        A   | WEST      | 2        | 09:00 | 222
        B   | EAST      | 1        | 09:00 | 333
        B   | WEST      | 1        | 09:00 | 333
        C   | EAST      | 1        | 09:00 |
        """,
    )
    (file,) = run(shop)["files"]
    assert file["warnings"] == [
        "merchant acme: probably two products under one SKU, by their UPCs: A (111 and 222)"
    ]
    assert last(shop) == "A,3 B,2 C,1", "reported, not mended"


def test_skus_that_differ_in_case_or_blanks_are_kept_apart_and_reported(bare: Any) -> None:
    shop = bare(account(stock(), cart()))
    put(
        shop,
        "wms/INV_1.csv",
        """
        sku  | quantity | as_of
        A-1  | 1        | 09:00
        a-1  | 2        | 09:00
        'A-1 ' | 4      | 09:00
        B    | 8        | 09:00
        """,
    )
    done = shop.ferry("run", "--now", f"{DAY}T12:00:00Z")
    assert last(shop) == "A-1,1 A-1 ,2 B,8 a-1,2".replace("A-1 ,2", "A-1 ,4")
    assert (
        "SKUs that differ only in case or blanks, taken as different products: 'A-1' and 'A-1 ' and 'a-1'"
        in done.err
    )
