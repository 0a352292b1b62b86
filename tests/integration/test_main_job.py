"""The whole path over real folders: WMS and order files in, quantities out."""

from __future__ import annotations

from typing import Any

LEVELS = """
    SKU,QTY,AS_OF
    A-1,12,2026-11-20T09:00:00Z
    B-2,3,2026-11-20T09:00:00Z
    C-3,0,2026-11-20T09:00:00Z
    """


def statuses(report: Any) -> list[str]:
    return [cart["status"] for cart in report["carts"]]


def test_orders_after_the_level_are_subtracted_and_cancelled_or_earlier_ones_are_not(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", LEVELS)
    workshop.put(
        "shop/orders/o1.csv",
        """
        order,line,sku,qty,at,status
        1,1,A-1,1,2026-11-20T08:59:00Z,paid
        2,1,A-1,2,2026-11-20T09:05:00Z,paid
        3,1,A-1,4,2026-11-20T09:10:00Z,Cancelled
        """,
    )
    report = workshop.run()
    assert statuses(report) == ["sent"]
    assert workshop.last("front") == "sku,quantity\nA-1,10\nB-2,3\nC-3,0\n"


def test_a_second_run_without_a_wms_file_sends_a_delta_cart_nothing_even_if_orders_came_in(
    workshop: Any,
) -> None:
    workshop.put("wms/INV_1.csv", LEVELS)
    workshop.run()
    workshop.put("shop/orders/o1.csv", "order,line,sku,qty,at,status\n1,1,A-1,1,2026-11-20T09:30:00Z,paid\n")
    report = workshop.run(now="2026-11-20T12:15:00Z")
    assert [file["status"] for file in report["files"]] == ["applied"]
    assert statuses(report) == ["nothing-new"]
    assert list(workshop.sent("front")) == ["front_0001.csv"]


def test_a_delta_holds_what_was_reported_since_even_if_its_number_did_not_change(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('content = "full"', 'content = "updates"'))
    workshop.put("wms/INV_1.csv", LEVELS)
    workshop.run()
    workshop.put("wms/INV_2.csv", "SKU,QTY,AS_OF\nB-2,3,2026-11-20T11:00:00Z\n", at="2026-11-20T11:00:00Z")
    workshop.run(now="2026-11-20T12:15:00Z")
    assert workshop.last("front") == "sku,quantity\nB-2,3\n"


def test_a_full_file_zeroes_what_it_leaves_out_and_says_so_once(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", LEVELS)
    workshop.run()
    without_b = "SKU,QTY,AS_OF\nA-1,12,2026-11-20T11:00:00Z\nC-3,0,2026-11-20T11:00:00Z\n"
    workshop.put("wms/INV_2.csv", without_b, at="2026-11-20T11:00:00Z")
    workshop.run(now="2026-11-20T12:15:00Z")
    assert "B-2,0\n" in workshop.last("front")
    workshop.put("wms/INV_3.csv", without_b.replace("11:00", "11:30"), at="2026-11-20T11:30:00Z")
    workshop.run(now="2026-11-20T12:30:00Z")
    assert workshop.last("front") == "sku,quantity\nA-1,12\nC-3,0\n"


def test_the_same_bytes_under_another_name_change_nothing(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", LEVELS)
    workshop.run()
    workshop.put("wms/INV_2.csv", LEVELS, at="2026-11-20T11:00:00Z")
    report = workshop.run(now="2026-11-20T12:15:00Z")
    (file,) = report["files"]
    assert (file["status"], file["rows"], file["duplicate"]) == ("duplicate", 3, 3)
    assert statuses(report) == ["nothing-new"]


def test_a_file_is_taken_once(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", LEVELS)
    assert len(workshop.run()["files"]) == 1
    assert workshop.run(now="2026-11-20T12:15:00Z")["files"] == []


def test_a_dry_run_says_what_would_be_sent_and_changes_nothing(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", LEVELS)
    report = workshop.run("--dry-run")
    assert report["dry_run"] is True
    assert report["carts"][0]["lines"] == 3
    assert workshop.sent("front") == {}
    assert not (workshop.folder / "state").exists()
    assert statuses(workshop.run()) == ["sent"]


def test_rejected_rows_are_listed_with_their_place_and_the_sku_keeps_its_last_level(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", LEVELS)
    workshop.run()
    workshop.put(
        "wms/INV_2.csv",
        "SKU,QTY,AS_OF\nA-1,,2026-11-20T11:00:00Z\nB-2,12.5,2026-11-20T11:00:00Z\nC-3,7,2026-11-20T11:00:00Z\n",
        at="2026-11-20T11:00:00Z",
    )
    report = workshop.run(now="2026-11-20T12:15:00Z")
    (file,) = report["files"]
    assert (file["status"], file["rows"], file["applied"], file["rejected"]) == ("applied", 3, 1, 2)
    rejects = workshop.ferry("rejects", "--json").json
    assert [(row["name"], row["line"], row["column"], row["value"]) for row in rejects] == [
        ("INV_2.csv", 2, "QTY", ""),
        ("INV_2.csv", 3, "QTY", "12.5"),
    ]
    assert workshop.last("front") == "sku,quantity\nC-3,7\n"
    explained = workshop.ferry("explain", "acme", "A-1", "--json").json
    assert explained["available"] == 12


def test_originals_are_moved_only_after_they_are_recorded(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('content = "full"', 'content = "full"\nafter = "move:done"'))
    workshop.put("wms/INV_1.csv", LEVELS)
    workshop.run()
    assert [path.name for path in (workshop.folder / "wms").rglob("*.csv")] == ["INV_1.csv"]
    assert (workshop.folder / "wms/done/INV_1.csv").exists()


def test_two_carts_of_a_merchant_both_get_the_whole_quantity(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    second = text[text.index("[merchants.acme.carts") :].replace("front", "other")
    workshop.configure(text + second + "minimum_level = 12\n")
    (workshop.folder / "shop/other").mkdir()
    workshop.put("wms/INV_1.csv", LEVELS)
    workshop.run()
    assert workshop.last("front") == "sku,quantity\nA-1,12\nB-2,3\nC-3,0\n"
    assert workshop.last("other") == "sku,quantity\nA-1,12\nB-2,0\nC-3,0\n"
