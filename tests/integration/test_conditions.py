"""`status` says what is not as it should be, the worst first, and ends with 1 as long as something is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import pytest

HEADER = "SKU,QTY,AS_OF\n"
ROWS = f"{HEADER}A,5,2026-11-20T09:00:00Z\n"
NOW = "2026-11-20T12:00:00Z"


@pytest.fixture
def watched(workshop: Any) -> Any:
    """A feed with a file every hour, and a cart that is told every two."""
    path = workshop.folder / "stockferry.toml"
    text = path.read_text()
    feed = 'expect = { every = "1h", within = "15m", changes_within = 2 }\ncontent = "full"'
    text = text.replace('content = "full"', feed)
    path.write_text(text + 'expect = { every = "2h" }\n')
    workshop.put("wms/INV_1.csv", ROWS)
    workshop.run(now=NOW)
    return workshop


def conditions(shop: Any, now: str = NOW) -> list[tuple[str, str]]:
    done = shop.ferry("status", "--json", "--now", now)
    found = [(each["kind"], each["subject"]) for each in done.json["conditions"]]
    assert done.code == (1 if found else 0), done.err
    return found


def test_nothing_is_amiss_while_all_comes_in_time(watched: Any) -> None:
    assert conditions(watched) == []
    assert conditions(watched, "2026-11-20T13:15:00Z") == []


def test_a_file_that_is_late_and_a_cart_that_was_not_told(watched: Any) -> None:
    assert conditions(watched, "2026-11-20T13:16:00Z") == [("late", "feed acme/inventory")]
    done = watched.ferry("status", "--now", "2026-11-20T14:01:00Z")
    assert done.code == 1
    assert "INV_1.csv, came in at 2026-11-20 12:00 UTC; ask the warehouse for the next" in done.out.replace(
        "\n", " "
    )
    assert conditions(watched, "2026-11-20T14:01:00Z") == [
        ("late", "feed acme/inventory"),
        ("late", "cart acme/front"),
    ]
    watched.put("wms/INV_2.csv", ROWS.replace("T09", "T13"))
    watched.run(now="2026-11-20T14:02:00Z")
    assert conditions(watched, "2026-11-20T14:03:00Z") == []


def test_files_that_say_the_same_again_and_again(watched: Any) -> None:
    watched.put("wms/INV_2.csv", ROWS, at="2026-11-20T11:00:00Z")
    watched.run(now=NOW)
    assert conditions(watched) == []
    watched.put("wms/INV_3.csv", ROWS, at="2026-11-20T11:30:00Z")
    watched.run(now=NOW)
    assert conditions(watched) == [("unchanged", "feed acme/inventory")]
    watched.put("wms/INV_4.csv", ROWS.replace("A,5", "A,6"), at="2026-11-20T11:40:00Z")
    watched.run(now=NOW)
    assert conditions(watched) == []


def test_quarantined_held_and_failed_the_worst_first(watched: Any) -> None:
    watched.put(
        "wms/INV_2.csv", f"{HEADER}A,1,2026-11-21T09:00:00Z\n", at="2026-11-20T10:30:00Z"
    )  # from tomorrow: held
    watched.put("wms/INV_3.csv", "nothing of use\n", at="2026-11-20T11:00:00Z")
    watched.put("wms/INV_4.csv", ROWS.replace("A,5", "A,7"), at="2026-11-20T10:00:00Z")
    front = watched.folder / "shop/front"
    away = front.rename(watched.folder / "away")
    front.write_text("no folder")
    watched.run(now=NOW)
    assert conditions(watched) == [
        ("failed", "cart acme/front"),
        ("quarantined", "feed acme/inventory"),
        ("held", "file 3 (INV_2.csv)"),
    ]
    front.unlink()
    away.rename(front)
    watched.run(now=NOW)
    assert ("failed", "cart acme/front") not in conditions(watched)


def test_a_feed_that_never_had_a_file_is_missing(workshop: Any) -> None:
    path = workshop.folder / "stockferry.toml"
    path.write_text(
        path.read_text().replace('content = "full"', 'expect = { every = "1h" }\ncontent = "full"')
    )
    assert conditions(workshop) == [("missing", "feed acme/inventory")]
    workshop.put("wms/INV_1.csv", ROWS)
    workshop.run(now=NOW)
    assert conditions(workshop) == []


def test_a_feed_whose_remote_cannot_be_asked_is_unreachable_until_it_can(workshop: Any) -> None:
    away = (workshop.folder / "wms").rename(workshop.folder / "elsewhere")
    workshop.run(now=NOW)
    workshop.run(now="2026-11-20T12:30:00Z")
    done = workshop.ferry("status", "--json", "--now", "2026-11-20T13:00:00Z")
    (condition,) = done.json["conditions"]
    assert (condition["kind"], condition["subject"]) == ("unreachable", "feed acme/inventory")
    assert (condition["since"], "no folder" in condition["text"]) == ("2026-11-20T12:00:00Z", True)
    away.rename(workshop.folder / "wms")
    workshop.run(now="2026-11-20T13:00:00Z")
    assert conditions(workshop) == []


def test_oversold_skus_are_counted_and_the_worst_are_named(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", ROWS + "B,1,2026-11-20T09:00:00Z\nC,9,2026-11-20T09:00:00Z\n")
    orders = (
        "order,line,sku,qty,at,status\n1,1,A,7,2026-11-20T10:00:00Z,new\n2,1,B,9,2026-11-20T10:00:00Z,new\n"
    )
    workshop.put("shop/orders/1.csv", orders)
    workshop.run(now=NOW)
    done = workshop.ferry("status", "--json", "--now", NOW)
    (condition,) = done.json["conditions"]
    assert (condition["kind"], condition["subject"]) == ("oversold", "merchant acme")
    assert "told 0: B (-8), A (-2); `stockferry explain acme SKU`" in condition["text"]
    rows = "A,9,2026-11-20T11:00:00Z\nB,9,2026-11-20T11:00:00Z\nC,9,2026-11-20T11:00:00Z\n"
    workshop.put("wms/INV_2.csv", f"{HEADER}{rows}")
    workshop.run(now="2026-11-20T12:10:00Z")
    assert conditions(workshop) == []


@pytest.mark.parametrize("command", [("run",), ("run", "--cart", "acme/front"), ("receive",)])
def test_what_takes_in_counts_oversold_skus_as_whoever_looks_would(
    workshop: Any, command: Sequence[str]
) -> None:
    workshop.put("wms/INV_1.csv", ROWS + "B,1,2026-11-20T09:00:00Z\nC,9,2026-11-20T09:00:00Z\n")
    orders = (
        "order,line,sku,qty,at,status\n1,1,A,7,2026-11-20T10:00:00Z,new\n2,1,B,9,2026-11-20T10:00:00Z,new\n"
    )
    workshop.put("shop/orders/1.csv", orders)
    workshop.ferry(*command, "--now", NOW)
    with sqlite3.connect(workshop.folder / "state/ledger.sqlite") as ledger:
        by_the_cycle = ledger.execute("SELECT * FROM oversold").fetchall()
        ledger.execute("DELETE FROM oversold")
    workshop.ferry("status", "--now", NOW)
    with sqlite3.connect(workshop.folder / "state/ledger.sqlite") as ledger:
        by_looking = ledger.execute("SELECT * FROM oversold").fetchall()
    assert by_the_cycle == by_looking
    assert [json.loads(row[3]) for row in by_looking] == [[["B", -8], ["A", -2]]]


def test_a_damaged_ledger_is_told_by_the_exit_code_wherever_it_is_found(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", ROWS)
    workshop.run(now=NOW)
    path = workshop.folder / "state/ledger.sqlite"
    with sqlite3.connect(path) as ledger:
        ((page,),) = ledger.execute("SELECT rootpage FROM sqlite_master WHERE name = 'oversold'").fetchall()
        ((size,),) = ledger.execute("PRAGMA page_size").fetchall()
        ledger.execute("PRAGMA wal_checkpoint(truncate)")
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    workshop.put("wms/INV_2.csv", ROWS.replace("T09", "T10"))
    done = workshop.ferry("run", "--now", NOW)
    assert done.code == 4
    assert "put back a copy of it" in done.err


def test_a_run_that_cannot_note_what_is_oversold_says_so_and_what_it_did(workshop: Any) -> None:
    workshop.run(now=NOW)
    with sqlite3.connect(workshop.folder / "state/ledger.sqlite") as ledger:
        ledger.execute(
            "CREATE TRIGGER full BEFORE INSERT ON oversold BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    workshop.put("wms/INV_1.csv", ROWS)
    done = workshop.ferry("run", "--now", NOW)
    assert done.code == 0
    assert "sent" in done.out
    assert "oversold SKUs cannot be counted: " in done.err
    assert "disk is full" in done.err
    assert "Traceback" not in done.err


def test_an_upload_that_is_under_way_is_no_failure(watched: Any) -> None:
    from batch.ledger.locks import this_process  # noqa: PLC0415

    with sqlite3.connect(watched.folder / "state/ledger.sqlite") as ledger:
        ledger.execute("UPDATE outbox SET state = 'staged'")
        ledger.execute("UPDATE runs SET status = 'staged'")
        values = ("cart acme/front", str(this_process()), "2099-01-01T00:00:00.000000Z")
        ledger.execute("INSERT INTO locks VALUES (?, ?, ?)", values)
    assert conditions(watched) == []
    with sqlite3.connect(watched.folder / "state/ledger.sqlite") as ledger:
        ledger.execute("DELETE FROM locks")
    assert conditions(watched) == [("failed", "cart acme/front")]


def test_oversold_skus_are_counted_again_when_the_configuration_says_otherwise(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", ROWS)
    orders = "order,line,sku,qty,at,status\n1,1,A,7,2026-11-20T10:00:00Z,new\n"
    workshop.put("shop/orders/1.csv", orders)
    workshop.run(now=NOW)
    assert conditions(workshop) == [("oversold", "merchant acme")]
    path = workshop.folder / "stockferry.toml"
    head, rest = path.read_text().split("[[merchants.acme.orders]]")
    path.write_text(head + rest[rest.index("[merchants.acme.carts.front]") :])
    assert conditions(workshop) == []


def test_a_file_that_was_taken_up_again_has_come_once(workshop: Any) -> None:
    path = workshop.folder / "stockferry.toml"
    good = path.read_text().replace(
        'content = "full"', 'expect = { every = "90d", changes_within = 1 }\ncontent = "full"'
    )
    path.write_text(good.replace('quantity = "QTY"', 'quantity = "QTTY"'))
    workshop.put("wms/INV_1.csv", ROWS)
    workshop.run(now=NOW)
    assert conditions(workshop) == [("quarantined", "feed acme/inventory")]
    path.write_text(good)
    workshop.run(now=NOW)
    assert conditions(workshop) == []


def test_a_cart_that_was_never_told_anything_is_missing(workshop: Any) -> None:
    path = workshop.folder / "stockferry.toml"
    path.write_text(path.read_text() + 'expect = { every = "2h" }\n')
    assert conditions(workshop) == [("missing", "cart acme/front")]


def test_feeds_of_one_name_and_two_kinds_are_told_apart(workshop: Any) -> None:
    path = workshop.folder / "stockferry.toml"
    text = path.read_text().replace('name = "web"', 'name = "inventory"\nexpect = { every = "1h" }')
    path.write_text(text.replace('content = "full"', 'expect = { every = "1h" }\ncontent = "full"'))
    assert sorted(conditions(workshop)) == [
        ("missing", "feed acme/inventory"),
        ("missing", "order feed acme/inventory"),
    ]
