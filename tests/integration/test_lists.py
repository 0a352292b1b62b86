"""`runs`, `files` and `rejects`: filtered by day and status, as tables, JSON or CSV."""

from __future__ import annotations

import csv
from typing import Any

import pytest

HEADER = "SKU,QTY,AS_OF\n"


@pytest.fixture
def two_days(workshop: Any) -> Any:
    """A file and a run on each of two days in Los Angeles, and a run without news; one file is of no use."""
    path = workshop.folder / "stockferry.toml"
    path.write_text(
        path.read_text().replace('name = "Test"', 'name = "Test"\ntimezone = "America/Los_Angeles"')
    )
    workshop.put("wms/INV_1.csv", f"{HEADER}A,1,2026-11-20T09:00:00Z\nB,n/a,2026-11-20T09:00:00Z\n")
    workshop.run(now="2026-11-21T05:00:00Z")
    workshop.put("wms/INV_2.csv", f'{HEADER}A,2,2026-11-21T09:00:00Z\n"C, large",x,2026-11-21T09:00:00Z\n')
    workshop.run(now="2026-11-21T18:00:00Z")
    workshop.put("wms/INV_3.csv", "nothing of use\n")
    workshop.run(now="2026-11-21T19:00:00Z")
    return workshop


def table(done: Any) -> list[dict[str, str]]:
    assert done.code == 0, done.err
    return list(csv.DictReader(done.out.splitlines()))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("runs",), ["3", "2", "1"]),
        (("runs", "--date", "2026-11-20"), ["1"]),
        (("runs", "--date", "2026-11-21"), ["3", "2"]),
        (("runs", "--date", "2026-11-21", "--status", "sent"), ["2"]),
        (("runs", "--status", "nothing-new", "--cart", "front"), ["3"]),
        (("runs", "--date", "2026-11-22"), []),
        (("files", "--date", "2026-11-20"), ["1"]),
        (("files", "--status", "quarantined"), ["3"]),
        (("files", "--status", "applied", "--merchant", "acme"), ["2", "1"]),
    ],
)
def test_lists_are_filtered_by_day_and_status(
    two_days: Any, words: tuple[str, ...], expected: list[str]
) -> None:
    assert [row["id"] for row in table(two_days.ferry(*words, "--csv"))] == expected
    assert [str(row["id"]) for row in two_days.ferry(*words, "--json").json] == expected


def test_rejects_of_a_day_as_csv_keep_what_stands_in_the_file(two_days: Any) -> None:
    (row,) = table(two_days.ferry("rejects", "--date", "2026-11-21", "--csv"))
    assert (row["name"], row["sku"], row["value"]) == ("INV_2.csv", "C, large", "x")


def test_instants_in_csv_are_iso_8601(two_days: Any) -> None:
    row = table(two_days.ferry("runs", "--csv"))[-1]
    assert row["now"] == "2026-11-21T05:00:00Z"


def test_json_and_csv_together_are_refused(two_days: Any) -> None:
    done = two_days.ferry("runs", "--json", "--csv")
    assert (done.code, done.out) == (2, "")
    assert "--json or --csv, not both" in done.err
