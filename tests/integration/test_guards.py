"""What is plausible enough to stop and ask: held, shown with the reason and the biggest movers, released or discarded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from batch.clock import SystemClock
from batch.config import load
from batch.deliver.lines import lines_of
from batch.runner.cycle import run_cycle
from batch.runner.session import chosen_carts, opened

HEAD = "SKU,QTY,AS_OF\n"


def levels(count: int, *, at: str, quantity: int = 5, zeroed: int = 0) -> str:
    rows = (f"S-{n:03},{0 if n < zeroed else quantity + n},2026-11-20T{at}:00Z\n" for n in range(count))
    return HEAD + "".join(rows)


def begin(workshop: Any, count: int = 40) -> None:
    workshop.put("wms/INV_1.csv", levels(count, at="09:00"))
    assert workshop.run(now="2026-11-20T09:10:00Z")["carts"][0]["status"] == "sent"


def second(workshop: Any, text: str, now: str = "2026-11-20T12:00:00Z", name: str = "INV_2.csv") -> Any:
    workshop.put(f"wms/{name}", text, at=now)
    done = workshop.ferry("run", "--json", "--now", now)
    (file,) = done.json["files"]
    assert file["rows"] == sum(
        file[bucket] for bucket in ("applied", "older", "duplicate", "ignored", "rejected")
    )
    return done


def available(workshop: Any, sku: str) -> int:
    return int(workshop.ferry("explain", "acme", sku, "--json").json["available"])


def test_a_full_file_with_too_few_rows_is_held_and_changes_nothing(workshop: Any) -> None:
    begin(workshop)
    done = second(workshop, levels(19, at="11:00"))
    (file,) = done.json["files"]
    assert (done.code, file["status"], file["ignored"]) == (1, "held", 19)
    assert "19 rows, the last one had 40" in file["reason"]
    assert f"stockferry release {file['hold']}" in done.err
    assert done.json["carts"][0]["status"] == "nothing-new"
    assert available(workshop, "S-030") == 35


def test_half_of_the_rows_is_still_allowed(workshop: Any) -> None:
    begin(workshop)
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('content = "full"', 'content = "full"\nabsent = "keep"'))
    assert second(workshop, levels(20, at="11:00")).json["files"][0]["status"] == "applied"


def test_a_file_that_newly_zeroes_more_than_a_quarter_is_held_with_its_biggest_movers(workshop: Any) -> None:
    begin(workshop)
    done = second(workshop, levels(40, at="11:00", zeroed=11))
    assert done.json["files"][0]["status"] == "held"
    assert "11 of 40 SKUs would newly become 0" in done.json["files"][0]["reason"]
    (hold,) = workshop.ferry("status", "--json").json["holds"]
    assert len(hold["movers"]) == 10
    assert hold["movers"][0] == {"sku": "S-010", "was": 15, "now": 0}
    shown = workshop.ferry("status").out
    assert "held 1: file 2 (INV_2.csv)" in shown
    assert "S-010" in shown


def test_exactly_a_quarter_is_allowed(workshop: Any) -> None:
    begin(workshop)
    assert second(workshop, levels(40, at="11:00", zeroed=10)).json["files"][0]["status"] == "applied"


def test_all_zeros_are_held(workshop: Any) -> None:
    begin(workshop)
    assert second(workshop, levels(40, at="11:00", zeroed=40)).json["files"][0]["status"] == "held"


def test_what_another_warehouse_lacks_can_make_a_sku_0_without_a_row_that_says_so(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(
        text.replace('sku = "SKU", quantity', 'sku = "SKU", warehouse = "WH", quantity').replace(
            'content = "full"', 'content = "updates"'
        )
    )

    def file(name: str, at: str, east: int, west: int) -> None:
        places = {"EAST": east, "WEST": west}
        rows = (
            f"S-{number:03},{place},{quantity},2026-11-20T{at}:00Z\n"
            for number in range(40)
            for place, quantity in places.items()
        )
        workshop.put(f"wms/{name}", "SKU,WH,QTY,AS_OF\n" + "".join(rows))

    file("INV_1.csv", "09:00", east=5, west=-3)
    assert workshop.run(now="2026-11-20T09:10:00Z")["carts"][0]["status"] == "sent"
    east_alone = "SKU,WH,QTY,AS_OF\n" + "".join(
        f"S-{number:03},EAST,3,2026-11-20T11:00:00Z\n" for number in range(40)
    )
    (held,) = second(workshop, east_alone).json["files"]
    assert held["status"] == "held"
    assert "40 of 40 SKUs would newly become 0" in held["reason"]


def test_small_numbers_trip_nothing(workshop: Any) -> None:
    begin(workshop, count=19)
    assert second(workshop, levels(2, at="11:00", zeroed=2)).json["files"][0]["status"] == "applied"


def test_a_share_of_100_percent_switches_a_guard_off(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    off = 'content = "full"\nmax_row_drop = "100%"\nmax_zeroed = 100'
    workshop.configure(text.replace('content = "full"', off))
    begin(workshop)
    assert second(workshop, levels(1, at="11:00", zeroed=1)).json["files"][0]["status"] == "applied"


def test_an_as_of_in_the_future_is_held_beyond_max_ahead(workshop: Any) -> None:
    begin(workshop)
    assert second(workshop, levels(40, at="12:05")).json["files"][0]["status"] == "applied"
    done = second(workshop, levels(40, at="12:06", quantity=7), name="INV_3.csv")
    assert done.json["files"][0]["status"] == "held"
    assert "future" in done.json["files"][0]["reason"]


def test_a_released_file_is_applied_as_it_was_received(workshop: Any) -> None:
    begin(workshop)
    second(workshop, levels(40, at="11:00", zeroed=40))
    done = workshop.ferry("release", "1")
    assert (done.code, done.err) == (0, "")
    assert "40 applied" in done.out
    assert available(workshop, "S-030") == 0
    report = workshop.ferry("run", "--json", "--now", "2026-11-20T12:15:00Z").json
    assert report["carts"][0]["status"] == "held", (
        "what was released for the levels is a decision about the levels"
    )
    workshop.ferry("release", str(report["carts"][0]["hold"]))
    report = workshop.run(now="2026-11-20T12:30:00Z")
    assert report["carts"][0]["status"] == "sent"
    assert "S-030,0\n" in workshop.last("front")


def test_what_newer_files_said_meanwhile_stays_when_an_older_one_is_released(workshop: Any) -> None:
    begin(workshop)
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('content = "full"', 'content = "updates"'))
    second(workshop, levels(40, at="11:00", zeroed=40))
    second(workshop, HEAD + "S-001,77,2026-11-20T11:30:00Z\n", name="INV_3.csv")
    assert "39 applied, 1 older" in workshop.ferry("release", "1").out
    assert (available(workshop, "S-001"), available(workshop, "S-002")) == (77, 0)


def test_a_newer_full_file_takes_the_place_of_a_held_one(workshop: Any) -> None:
    begin(workshop)
    second(workshop, levels(40, at="11:00", zeroed=40))
    second(workshop, levels(40, at="11:30", quantity=9), name="INV_3.csv")
    assert workshop.ferry("status", "--json").json["holds"] == []
    done = workshop.ferry("release", "1")
    assert done.code == 2
    assert "superseded" in done.err
    held = workshop.ferry("files", "--json").json[1]
    assert (held["status"], "INV_3.csv" in held["reason"]) == ("discarded", True)


def test_a_discarded_file_is_never_applied(workshop: Any) -> None:
    begin(workshop)
    second(workshop, levels(40, at="11:00", zeroed=40))
    assert workshop.ferry("discard", "1").code == 0
    assert workshop.ferry("release", "1").code == 2
    assert available(workshop, "S-030") == 35
    assert workshop.ferry("files", "--json").json[0]["status"] == "discarded"


def test_a_decision_about_nothing_says_what_waits(workshop: Any) -> None:
    begin(workshop)
    done = workshop.ferry("release", "7")
    assert (done.code, "waiting: nothing" in done.err) == (2, True)


def test_an_output_that_newly_zeroes_too_much_is_held_until_it_is_released_once(workshop: Any) -> None:
    begin(workshop)
    text = (workshop.folder / "stockferry.toml").read_text()
    strict = text.replace(
        'file_name = "front_{number:04}.csv"', 'file_name = "front_{number:04}.csv"\nbuffer = 30'
    )
    workshop.configure(strict)
    done = second(workshop, levels(40, at="11:00", quantity=6))
    (cart,) = done.json["carts"]
    assert (done.code, cart["status"]) == (1, "held")
    assert "would newly become 0" in cart["reason"]
    assert list(workshop.sent("front")) == ["front_0001.csv"]
    again = workshop.run(now="2026-11-20T12:15:00Z")
    assert again["carts"][0]["hold"] == cart["hold"], "it waits under one number"
    assert workshop.ferry("release", cart["hold"]).code == 0
    assert workshop.run(now="2026-11-20T12:30:00Z")["carts"][0]["status"] == "sent"
    assert "S-039,15\n" in workshop.last("front")
    second(workshop, levels(40, at="13:00", quantity=6), now="2026-11-20T13:10:00Z", name="INV_3.csv")
    assert len(workshop.sent("front")) == 3, "what it is told now is what it was told last"


def test_an_output_that_is_released_while_a_run_looks_at_it_goes_out(
    workshop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(workshop)
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text + "buffer = 30\n")
    (cart,) = second(workshop, levels(40, at="11:00", quantity=6)).json["carts"]
    assert cart["status"] == "held"
    configuration = load(workshop.folder / "stockferry.toml")

    def released_meanwhile(*about: Any, **more: Any) -> Any:
        assert workshop.ferry("release", cart["hold"]).code == 0
        return lines_of(*about, **more)

    monkeypatch.setattr("batch.deliver.lines.lines_of", released_meanwhile)
    with opened(configuration, SystemClock(fixed=datetime(2026, 11, 20, 12, 15, tzinfo=UTC))) as context:
        report = run_cycle(context, chosen_carts(configuration, None, None), ["acme"])
    assert [(each.status, each.hold) for each in report.carts] == [("sent", None)]
    assert workshop.ferry("status", "--json").json["holds"] == []


def test_a_discarded_output_is_looked_at_anew(workshop: Any) -> None:
    begin(workshop)
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('format = "csv"\n', 'format = "csv"\n', 1) + "buffer = 30\n")
    done = second(workshop, levels(40, at="11:00", quantity=6))
    assert workshop.ferry("discard", done.json["carts"][0]["hold"]).code == 0
    workshop.configure(text)
    assert workshop.run(now="2026-11-20T12:30:00Z")["carts"][0]["status"] == "sent"
