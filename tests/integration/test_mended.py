"""What a hostile reader and a newcomer found, each as the claim that holds now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SHARED = """
[account]
name = "Test"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
[[inventory]]
remote = "wms"
files = "*.csv"
format = "csv"
content = "full"
ready = "rename"
merchant_column = "CLIENT"
columns = { sku = "SKU", quantity = "QTY", as_of = "AT" }
[merchants.acme]
code = "C1"
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "front_{number:04}.csv"
format = "csv"
[merchants.zenith]
code = "C2"
"""


def rows(*lines: str, at: str) -> str:
    return "CLIENT,SKU,QTY,AT\n" + "".join(f"{line},2026-11-20T{at}:00Z\n" for line in lines)


def available(workshop: Any, sku: str) -> int:
    return int(workshop.ferry("explain", "acme", sku, "--json").json["available"])


def test_a_row_that_may_be_anyones_zeroes_nobody_and_spoils_the_lots_of_its_sku(bare: Any) -> None:
    shop = bare(SHARED)
    shop.put("wms/1.csv", rows("C1,A,5", "C1,B,7", "C1,L,3", "C1,L,4", "C2,A,50", at="09:00"))
    shop.run()
    text = rows("C1,A,6", ",B,7", "C1,L,3", at="11:00") + "C1,L,2026-11-20T11:00:00Z\n"
    shop.put("wms/2.csv", text, at="2026-11-20T11:00:00Z")
    shop.run(now="2026-11-20T12:15:00Z")
    assert [available(shop, sku) for sku in ("A", "B", "L")] == [6, 7, 7]


def test_a_merchant_never_sees_the_rejects_of_another(bare: Any) -> None:
    shop = bare(SHARED)
    shop.put("wms/1.csv", rows("C1,A,5", "C2,A,n/a", at="09:00"))
    shop.run()
    assert "rejected" not in shop.ferry("explain", "acme", "A").out
    assert shop.ferry("rejects", "--merchant", "acme", "--json").json == []
    assert len(shop.ferry("rejects", "--merchant", "zenith", "--json").json) == 1
    assert len(shop.ferry("files", "--merchant", "acme", "--json").json) == 1


def test_a_sku_behind_broken_quotes_keeps_its_level(workshop: Any) -> None:
    head = "SKU,QTY,AS_OF\n"
    workshop.put("wms/INV_1.csv", head + "".join(f"{sku},5,2026-11-20T09:00:00Z\n" for sku in "ABCDE"))
    workshop.run()
    bad = 'A,6,2026-11-20T11:00:00Z\n"B,6,2026-11-20T11:00:00Z\nC\x00,6,2026-11-20T11:00:00Z\n"D"x,6,2026-11-20T11:00:00Z\n'
    workshop.put("wms/INV_2.csv", head + bad, at="2026-11-20T11:00:00Z")
    workshop.run(now="2026-11-20T12:15:00Z")
    assert [available(workshop, sku) for sku in "ABCDE"] == [6, 5, 5, 5, 0]


def test_a_part_of_an_order_line_never_replaces_the_whole(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('line = "line", ', ""))
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,9,2026-11-20T09:00:00Z\n")
    head = "order,sku,qty,at,status\n"
    workshop.put("shop/orders/1.csv", head + "1,A,2,2026-11-20T10:00:00Z,p\n1,A,3,2026-11-20T10:00:00Z,p\n")
    workshop.run()
    late = head + "1,A,2,2026-11-20T10:00:00Z,p\n1,A,,2026-11-20T10:00:00Z,p\n2,A,1,2026-11-20T10:00:00Z,p\n"
    workshop.put("shop/orders/2.csv", late, at="2026-11-20T11:00:00Z")
    workshop.run(now="2026-11-20T12:15:00Z")
    assert available(workshop, "A") == 9 - 5 - 1


def test_cancelled_is_any_spelling_of_the_same_letters(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('["cancelled"]', '["Außer Kraft"]'))
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,9,2026-11-20T09:00:00Z\n")
    workshop.put(
        "shop/orders/1.csv", "order,line,sku,qty,at,status\n1,1,A,2,2026-11-20T10:00:00Z,AUßER kraft\n"
    )
    workshop.run()
    assert available(workshop, "A") == 9


def test_an_empty_full_file_once_released_zeroes_what_the_feed_has(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    by_time = text.replace('quantity = "QTY", as_of = "AS_OF" }', 'quantity = "QTY" }\nas_of = "modified"')
    workshop.configure(by_time)
    workshop.put("wms/INV_1.csv", "SKU,QTY\nA,9\nB,0\n")
    workshop.run()
    workshop.put("wms/INV_2.csv", "SKU,QTY\n", at="2026-11-20T11:00:00Z")
    assert workshop.run(now="2026-11-20T12:15:00Z")["files"][0]["status"] == "held"
    assert available(workshop, "A") == 9
    assert workshop.ferry("release", "1").code == 0
    assert available(workshop, "A") == 0


def test_an_empty_file_without_an_as_of_can_only_be_discarded(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\n")
    workshop.run()
    done = workshop.ferry("release", "1")
    assert (done.code, "discard it" in done.err) == (2, True)
    assert workshop.ferry("discard", "1").code == 0


def test_a_held_file_is_named_by_every_run_until_it_is_decided(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\n")
    workshop.run()
    assert "still held" in workshop.ferry("run").err
    workshop.ferry("discard", "1")
    assert workshop.ferry("run").err == ""


def test_levels_of_a_feed_that_is_configured_no_more_do_not_count(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,5,2026-11-20T09:00:00Z\nGONE,3,2026-11-20T09:00:00Z\n")
    workshop.run()
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(
        text.replace("[[merchants.acme.inventory]]", '[[merchants.acme.inventory]]\nname = "new"')
    )
    workshop.put("wms/INV_2.csv", "SKU,QTY,AS_OF\nA,5,2026-11-20T11:00:00Z\n", at="2026-11-20T11:00:00Z")
    text = text.replace('format = "csv"\n', 'format = "csv"\nsend = "full"\n')
    done = workshop.ferry("run", "--json", "--now", "2026-11-20T12:15:00Z")
    assert "levels of inventory do not count" in done.err
    assert available(workshop, "A") == 5
    assert workshop.last("front") == "sku,quantity\nA,5\nGONE,0\n"


def test_a_warehouse_that_no_level_names_is_told(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    mapped = text.replace('sku = "SKU", quantity', 'sku = "SKU", warehouse = "WH", quantity')
    workshop.configure(mapped + 'warehouses = ["EAST"]\n')
    workshop.put("wms/INV_1.csv", "SKU,WH,QTY,AS_OF\nA,E,5,2026-11-20T09:00:00Z\n")
    done = workshop.ferry("run", "--json")
    assert "no level names warehouse EAST; known: E" in done.err


def test_a_delivery_whose_remote_is_gone_stops_nobody_else(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    second = text[text.index("[merchants.acme.carts") :].replace("front", "other").replace('"shop"', '"late"')
    workshop.configure(
        text.replace("[remotes.shop]", '[remotes.late]\nurl = "./late"\n[remotes.shop]') + second
    )
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,5,2026-11-20T09:00:00Z\n")
    first = workshop.run()
    assert [cart["status"] for cart in first["carts"]] == ["sent", "failed"]
    (workshop.folder / "corrected").mkdir()
    moved = text.replace("[remotes.shop]", '[remotes.new]\nurl = "./corrected"\n[remotes.shop]')
    workshop.configure(moved + second.replace('"late"', '"new"'))
    dry = workshop.run("--dry-run")
    assert [cart["document"] for cart in dry["carts"]][-1] == "other_0001.csv"
    again = workshop.run(now="2026-11-20T12:15:00Z")
    assert [(cart["cart"], cart["status"]) for cart in again["carts"]] == [
        ("front", "nothing-new"),
        ("other", "sent"),
    ]
    assert [path.name for path in (workshop.folder / "corrected/other").iterdir()] == ["other_0001.csv"]


def test_a_quarantined_file_is_read_again_once_its_feed_is_configured_otherwise(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", "SKU;QTY;AS_OF\nA;5;2026-11-20T09:00:00Z\n")
    assert workshop.run()["files"][0]["status"] == "quarantined"
    assert workshop.run()["files"] == []
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('content = "full"', 'content = "full"\ndelimiter = ";"'))
    assert workshop.run(now="2026-11-20T12:15:00Z")["files"][0]["status"] == "applied"


def test_the_hour_that_clocks_repeat_loses_no_delta(workshop: Any) -> None:
    text = (
        (workshop.folder / "stockferry.toml")
        .read_text()
        .replace("front_{number:04}", "a_{time:%Y%m%d%H%M%S}")
    )
    zone = text.replace('name = "Test"', 'name = "Test"\ntimezone = "America/Los_Angeles"')
    workshop.configure(zone.replace('content = "full"', 'content = "updates"'))
    for number, (sku, at) in enumerate([("A", "07:00"), ("A", "08:15"), ("B", "09:15")]):
        row = f"SKU,QTY,AS_OF\n{sku},{number + 1},2026-11-01T{at}:00Z\n"
        workshop.put(f"wms/INV_{number}.csv", row, at=f"2026-11-01T{at}:00Z")
        workshop.run(now=f"2026-11-01T{at[:2]}:30:00Z")
    assert list(workshop.sent("front")) == ["a_20261101003000.csv", "a_20261101013000.csv"]
    assert workshop.last("front") == "sku,quantity\nA,2\nB,3\n"


def test_an_original_that_is_moved_away_overwrites_no_earlier_one(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('content = "full"', 'content = "full"\nafter = "move:done"'))
    for number, at in enumerate(("09", "10")):
        row = f"SKU,QTY,AS_OF\nA,{number},2026-11-20T{at}:00:00Z\n"
        workshop.put("wms/INV_1.csv", row, at=f"2026-11-20T{at}:30:00Z")
        workshop.run(now=f"2026-11-20T{at}:45:00Z")
    assert sorted(path.name for path in (workshop.folder / "wms/done").iterdir()) == [
        "INV_1.csv",
        "INV_1.csv.2",
    ]


def test_a_marker_is_no_file_of_the_feed(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('ready = "rename"', 'ready = "marker"', 1).replace("INV_*.csv", "INV_*"))
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,5,2026-11-20T09:00:00Z\n")
    workshop.put("wms/INV_1.csv.done", "")
    assert [file["name"] for file in workshop.run()["files"]] == ["INV_1.csv"]


def test_a_damaged_ledger_is_told_as_such_by_a_dry_run_too(workshop: Any) -> None:
    workshop.run()
    Path(workshop.folder / "state/ledger.sqlite").write_bytes(b"garbage, garbage, garbage, garbage" * 99)
    assert workshop.ferry("run", "--dry-run").code == 4
    assert workshop.ferry("check", "--connect").code == 4


def test_reading_commands_know_the_merchants_and_carts(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,5,2026-11-20T09:00:00Z\n")
    workshop.run()
    assert len(workshop.ferry("runs", "--cart", "acme/front", "--json").json) == 1
    for command in ("runs", "files", "rejects", "status"):
        assert workshop.ferry(command, "--merchant", "nobody").code == 2


def test_a_clock_beyond_reason_is_a_mistake_of_usage(workshop: Any) -> None:
    assert workshop.ferry("run", "--now", "9999-12-31T23:59:59").code == 2


def test_explain_shows_the_warehouses_that_a_cart_chooses(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    mapped = text.replace('sku = "SKU", quantity', 'sku = "SKU", warehouse = "WH", quantity')
    workshop.configure(mapped + 'warehouses = ["E"]\n')
    workshop.put(
        "wms/INV_1.csv", "SKU,WH,QTY,AS_OF\nA,E,5,2026-11-20T09:00:00Z\nA,W,2,2026-11-20T09:00:00Z\n"
    )
    workshop.run()
    assert "front: available in E" in workshop.ferry("explain", "acme", "A").out


def test_a_merchant_that_a_shared_full_file_leaves_out_is_absent_like_any_sku(bare: Any) -> None:
    shop = bare(SHARED)
    shop.put("wms/1.csv", rows("C1,A,5", "C2,A,50", at="09:00"))
    shop.run()
    shop.put("wms/2.csv", rows("C2,A,40", at="11:00"), at="2026-11-20T11:00:00Z")
    shop.run(now="2026-11-20T12:15:00Z")
    assert available(shop, "A") == 0


def test_a_0_by_absence_is_as_of_each_file_that_leaves_it_out_however_little_else_that_says(
    bare: Any,
) -> None:
    by_name = SHARED.replace(', as_of = "AT"', "").replace(
        "merchant_column", 'as_of = "file-name"\nas_of_pattern = "%Y%m%d%H.csv"\nmerchant_column'
    )
    eager = 'trigger = "inventory-and-orders"\nfull_every = "1m"\n[merchants.zenith]'
    shop = bare(by_name.replace("[merchants.zenith]", eager))
    statuses = []
    for minute, (hour, text) in enumerate(
        (
            ("08", "C1,A,5\nC2,A,1\n"),
            ("09", "C2,A,1\n"),
            ("11", "C2,A,1\n"),
            ("10", "C1,A,5\nC2,A,1\n"),
        )
    ):
        shop.put(f"wms/20261120{hour}.csv", "CLIENT,SKU,QTY\n" + text)
        report = shop.run(now=f"2026-11-20T12:{minute:02}:30Z")
        statuses.append(report["carts"][0]["status"])
    assert report["files"][0]["older"] == 2, "the file of 11:00 says 0"
    assert (statuses, available(shop, "A")) == (["sent", "sent", "nothing-new", "nothing-new"], 0)


def test_order_lines_of_a_feed_that_was_renamed_count_once(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,10,2026-11-20T09:00:00Z\n")
    workshop.put("shop/orders/1.csv", "order,line,sku,qty,at,status\n1,1,A,3,2026-11-20T10:00:00Z,p\n")
    workshop.run()
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('name = "web"', 'name = "webshop"'))
    workshop.run(now="2026-11-20T12:15:00Z")
    assert available(workshop, "A") == 7


def test_a_changed_layout_neither_stops_the_run_nor_switches_the_guard_off(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    first = '[merchants.acme.carts.front.csv]\nheader = false\ncolumns = { A = "sku", B = "quantity" }\n'
    workshop.configure(text + first)
    head = "SKU,QTY,AS_OF\n"
    workshop.put("wms/INV_1.csv", head + "".join(f"S{n},5,2026-11-20T09:00:00Z\n" for n in range(30)))
    workshop.run()
    swapped = '[merchants.acme.carts.front.csv]\nheader = false\ncolumns = { B = "quantity", A = "sku" }\n'
    workshop.configure(text + "buffer = 300\n" + swapped)
    again = head + "".join(f"S{n},5,2026-11-20T11:00:00Z\n" for n in range(30))
    workshop.put("wms/INV_2.csv", again, at="2026-11-20T11:00:00Z")
    done = workshop.ferry("run", "--json", "--now", "2026-11-20T12:15:00Z")
    assert "defect" not in done.err
    assert done.json["carts"][0]["status"] == "held"
    assert "30 more lines than last time tell 0" in done.json["carts"][0]["reason"]


def test_explain_at_an_instant_goes_by_when_a_file_was_applied(workshop: Any) -> None:
    head = "SKU,QTY,AS_OF\n"
    workshop.put("wms/INV_1.csv", head + "".join(f"S{n},5,2026-11-20T08:00:00Z\n" for n in range(30)))
    workshop.run(now="2026-11-20T08:10:00Z")
    zero = head + "".join(f"S{n},0,2026-11-20T09:00:00Z\n" for n in range(30))
    workshop.put("wms/INV_2.csv", zero, at="2026-11-20T09:00:00Z")
    assert workshop.run(now="2026-11-20T09:10:00Z")["files"][0]["status"] == "held"
    workshop.ferry("release", "1", "--now", "2026-11-20T11:00:00Z")
    then = workshop.ferry("explain", "acme", "S1", "--at", "2026-11-20T09:30:00Z", "--json").json
    assert (then["available"], available(workshop, "S1")) == (5, 0)


def with_a_copy(workshop: Any, kind: str, **changed: str) -> None:
    """Configures a second feed, `copy`, that is as the first one of its kind but for what is `changed` in it."""
    text = (workshop.folder / "stockferry.toml").read_text()
    begin = text.index(f"[[merchants.acme.{kind}]]")
    head, *lines = text[begin : text.find("\n[", begin)].splitlines()
    copy = "\n".join(line for line in lines if not line.startswith("name"))
    for old, new in changed.items():
        copy = copy.replace(f'"{old}"', f'"{new}"')
    workshop.configure(f'{text}\n{head}\nname = "copy"\n{copy}\n')


TWO = "SKU,QTY,AS_OF,WEST,ITEM\nA,5,2026-11-20T09:00:00Z,7,a\n"
TWICE = (
    "feed acme/copy: INV_1.csv: it is INV_1.csv of feed acme/inventory, byte for byte, and both feeds count"
)


def test_a_file_that_two_feeds_bring_is_warned_of(workshop: Any) -> None:
    with_a_copy(workshop, "inventory")
    workshop.put("wms/INV_1.csv", TWO)
    done = workshop.ferry("run", "--now", "2026-11-20T12:00:00Z")
    assert TWICE in done.err
    assert done.err.count("byte for byte") == 1


@pytest.mark.parametrize("column", [{"QTY": "WEST"}, {"SKU": "ITEM"}])
def test_feeds_that_read_something_else_out_of_one_file_are_two(
    workshop: Any, column: dict[str, str]
) -> None:
    with_a_copy(workshop, "inventory", **column)
    workshop.put("wms/INV_1.csv", TWO)
    assert "byte for byte" not in workshop.ferry("run", "--now", "2026-11-20T12:00:00Z").err


def test_a_file_that_another_feed_brought_once_and_has_gone_on_from_is_its_own(workshop: Any) -> None:
    with_a_copy(workshop, "inventory", **{"INV_*.csv": "COPY_*.csv"})
    workshop.put("wms/INV_1.csv", TWO)
    workshop.run(now="2026-11-20T12:00:00Z")
    workshop.put("wms/INV_2.csv", TWO.replace(",5,", ",6,"), at="2026-11-20T12:01:00Z")
    workshop.run(now="2026-11-20T12:10:00Z")
    workshop.put("wms/COPY_1.csv", TWO)
    assert "byte for byte" not in workshop.ferry("run", "--now", "2026-11-20T12:20:00Z").err


def test_an_order_file_that_two_feeds_bring_is_warned_of(workshop: Any) -> None:
    with_a_copy(workshop, "orders")
    workshop.put("wms/INV_1.csv", TWO)
    workshop.put("shop/orders/o.csv", "order,line,sku,qty,at,status\n1,1,A,2,2026-11-20T09:05:00Z,new\n")
    done = workshop.ferry("run", "--now", "2026-11-20T12:00:00Z")
    assert (
        "feed acme/copy: o.csv: it is o.csv of feed acme/web, byte for byte, and both feeds count" in done.err
    )


def test_a_file_of_all_merchants_that_two_feeds_bring_is_warned_of_once(bare: Any) -> None:
    feed = SHARED[SHARED.index("[[inventory]]") : SHARED.index("[merchants.acme]")]
    shop = bare(SHARED + feed.replace("[[inventory]]", '[[inventory]]\nname = "copy"'))
    shop.put("wms/1.csv", rows("C1,A,5", "C2,A,7", at="09:00"))
    said = shop.ferry("run", "--now", "2026-11-20T12:00:00Z").err
    assert "feed account/copy: 1.csv: it is 1.csv of feed account/inventory, byte for byte" in said
    assert said.count("byte for byte") == 1


def test_a_file_that_two_merchants_have_is_not_counted_twice(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    begin, cart = text.index("[[merchants.acme.inventory]]"), text.index("[merchants.acme.carts.front]")
    feed, front = text[begin : text.index("[[merchants.acme.orders]]")], text[cart:]
    workshop.configure(text + (feed + front).replace("acme", "zenith").replace('"front', '"zenith'))
    workshop.put("wms/INV_1.csv", TWO)
    done = workshop.ferry("run", "--json", "--now", "2026-11-20T12:00:00Z")
    assert [file["status"] for file in done.json["files"]] == ["applied", "applied"]
    assert "byte for byte" not in done.err


def test_a_feed_that_says_the_same_again_later_is_none_of_two(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(
        text.replace(', as_of = "AS_OF"', "").replace(
            'content = "full"', 'content = "full"\nas_of = "modified"'
        )
    )
    for number in (1, 2):
        workshop.put(f"wms/INV_{number}.csv", TWO, at=f"2026-11-20T10:0{number}:00Z")
        done = workshop.ferry("run", "--json", "--now", f"2026-11-20T12:0{number}:00Z")
        assert [file["status"] for file in done.json["files"]] == ["applied"]
        assert "byte for byte" not in done.err
