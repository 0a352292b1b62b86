"""`receive`: without telling anyone; with a date, what was quarantined or discarded is read again without fetching."""

from __future__ import annotations

import json
from typing import Any

NOW = "2026-11-20T12:00:00Z"
RENAMED = "SKU,STOCK,AS_OF\nA,12,2026-11-20T09:00:00Z\nB,5,2026-11-20T09:00:00Z\n"


def statuses(done: Any) -> list[tuple[str, str, int]]:
    return [(file["name"], file["status"], file["applied"]) for file in done.json["files"]]


def rename_column(shop: Any) -> None:
    path = shop.folder / "stockferry.toml"
    path.write_text(path.read_text().replace('quantity = "QTY"', 'quantity = "STOCK"'))


def quarantined(shop: Any) -> None:
    """A file whose column is not the configured one; its original is gone since."""
    shop.put("wms/INV_1.csv", RENAMED)
    (file,) = shop.run(now=NOW)["files"]
    assert file["status"] == "quarantined"
    (shop.folder / "wms/INV_1.csv").unlink()


def test_receiving_tells_no_cart(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,12,2026-11-20T09:00:00Z\n")
    done = workshop.ferry("receive", "--json", "--now", NOW)
    assert (done.code, statuses(done)) == (0, [("INV_1.csv", "applied", 1)])
    assert workshop.sent("front") == {}
    assert "no new files" in workshop.ferry("receive", "--now", NOW).out
    (cart,) = workshop.run(now=NOW)["carts"]
    assert (cart["status"], cart["lines"]) == ("sent", 1)


def test_a_quarantined_file_is_read_again_from_the_archive_once_its_column_is_mapped(workshop: Any) -> None:
    quarantined(workshop)
    rename_column(workshop)
    done = workshop.ferry("receive", "--date", "2026-11-20", "--json", "--now", "2026-11-21T08:00:00Z")
    assert (done.code, statuses(done)) == (0, [("INV_1.csv", "applied", 2)])
    (cart,) = workshop.run(now="2026-11-21T08:00:00Z")["carts"]
    assert (cart["status"], cart["lines"]) == ("sent", 2)
    assert workshop.last("front").splitlines()[1:] == ["A,12", "B,5"]


def test_no_remote_is_asked_for_it(workshop: Any) -> None:
    quarantined(workshop)
    rename_column(workshop)
    (workshop.folder / "wms").rmdir()
    done = workshop.ferry("receive", "--date", "2026-11-20", "--json", "--now", NOW)
    assert (done.code, statuses(done)) == (0, [("INV_1.csv", "applied", 2)])


def test_it_is_taken_up_once(workshop: Any) -> None:
    quarantined(workshop)
    rename_column(workshop)
    assert workshop.ferry("receive", "--date", "2026-11-20", "--now", NOW).code == 0
    done = workshop.ferry("receive", "--date", "2026-11-20", "--now", NOW)
    assert done.out == "nothing received on 2026-11-20 is quarantined or discarded\n"
    assert [row["status"] for row in json.loads(workshop.ferry("files", "--json").out)] == [
        "applied",
        "quarantined",
    ]


def test_one_that_is_still_of_no_use_stays_quarantined_and_says_why(workshop: Any) -> None:
    quarantined(workshop)
    done = workshop.ferry("receive", "--date", "2026-11-20", "--now", NOW)
    assert done.code == 1
    assert "INV_1.csv is quarantined" in done.err
    rename_column(workshop)
    done = workshop.ferry("receive", "--date", "2026-11-20", "--json", "--now", NOW)
    assert statuses(done) == [("INV_1.csv", "applied", 2)]


def test_a_discarded_file_is_taken_up_again_and_the_guards_still_judge(workshop: Any) -> None:
    skus = [f"S{number:02}" for number in range(40)]
    rows = "".join(f"{sku},7,2026-11-20T09:00:00Z\n" for sku in skus)
    workshop.put("wms/INV_1.csv", f"SKU,QTY,AS_OF\n{rows}")
    workshop.run(now=NOW)
    workshop.put("wms/INV_2.csv", "SKU,QTY,AS_OF\n" + rows.replace(",7,", ",0,").replace("T09", "T10"))
    (file,) = workshop.run(now=NOW)["files"]
    assert workshop.ferry("discard", file["hold"]).code == 0
    done = workshop.ferry("receive", "--date", "2026-11-20", "--json", "--now", NOW)
    assert statuses(done) == [("INV_2.csv", "held", 0)]
    assert done.code == 1
    hold = done.json["files"][0]["hold"]
    assert hold != file["hold"]
    assert workshop.ferry("release", hold, "--now", NOW).code == 0
    assert workshop.ferry("explain", "acme", "S01", "--json").json["available"] == 0


def test_a_day_is_one_of_the_accounts_time_zone_and_a_merchant_is_one(workshop: Any) -> None:
    path = workshop.folder / "stockferry.toml"
    path.write_text(path.read_text().replace('name = "Test"', 'name = "Test"\ntimezone = "Asia/Tokyo"'))
    workshop.put("wms/INV_1.csv", RENAMED)
    workshop.run(now="2026-11-20T16:00:00Z")  # the 21st in Tokyo
    rename_column(workshop)
    assert (
        "nothing received on 2026-11-20"
        in workshop.ferry("receive", "--date", "2026-11-20", "--now", NOW).out
    )
    done = workshop.ferry("receive", "--merchant", "nope", "--date", "2026-11-21", "--now", NOW)
    assert (done.code, "no merchant 'nope'; known: acme" in done.err) == (2, True)
    done = workshop.ferry("receive", "--merchant", "acme", "--date", "2026-11-21", "--json", "--now", NOW)
    assert statuses(done) == [("INV_1.csv", "applied", 2)]


def test_what_gc_has_removed_is_a_sentence(workshop: Any) -> None:
    quarantined(workshop)
    for path in (workshop.folder / "state/archive").rglob("*.zst"):
        path.unlink()
    done = workshop.ferry("receive", "--date", "2026-11-20", "--now", NOW)
    assert done.code == 1
    assert "file 1, INV_1.csv: archive" in done.err
    assert "Traceback" not in done.err


def test_a_later_file_that_has_said_more_since_is_not_overruled(workshop: Any) -> None:
    quarantined(workshop)
    rename_column(workshop)
    workshop.put("wms/INV_2.csv", RENAMED.replace("A,12,2026-11-20T09", "A,3,2026-11-20T11"))
    workshop.run(now=NOW)
    done = workshop.ferry("receive", "--date", "2026-11-20", "--json", "--now", NOW)
    (file,) = done.json["files"]
    assert (file["applied"], file["older"]) == (1, 1)
    assert workshop.ferry("explain", "acme", "A", "--json").json["available"] == 3
