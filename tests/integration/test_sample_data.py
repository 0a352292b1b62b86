"""The sample account: what its carts get is right to the byte, and every number has been derived by hand.

To accept new documents after looking at them: run with STOCKFERRY_ACCEPT=1.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from batch.cli import main

SAMPLE = Path(__file__).parents[2] / "sample_data"
EXPECTED = SAMPLE / "expected"
CARTS = ("shopfront", "outlet", "market")
INPUTS = ("wms", "shop", "partner", "later", "stockferry.toml")
NOW = "2026-11-20T17:30:00Z"
SOON = "2026-11-20T18:00:00Z"

# Levels as of 17:00Z (EAST), 16:45Z (WEST), 16:00Z (SOUTH); an order that names no warehouse counts if it is later
# than the earliest of its SKU's levels. front: below 5 is 0. outlet: less 2, at most 150, not below 0.
ACME = """
    sku        EAST  WEST  SOUTH  orders  available  front  outlet  why
    BOTTLE-1L  -2    1     .      0       -1         0      0       oversold; the order of -1 is a reject
    CHAIR-F    .     .     14     0       14         14     12      EAST's row is ragged; an order of "two" is a reject
    COOLER-20  .     .     5-2    1       2          0      0       M-503 at 16:30Z; M-502 is void
    GRILL-S    7.0   .     .      0       7          7      5       W-1004 names EAST at 16:50Z, before its level
    KETTLE-1   18    .     .      3       15         15     13      M-501 at 17:20Z; W-1007 has no quantity
    LANTERN-G  5     .     .      0       5          5      3       just the minimum; W-1008 has no usable time
    LANTERN-R  4     .     ?      0       4          0      2       below the minimum; SOUTH states no committed
    MUG-12     3+4   5     .      2       10         10     8       W-1002; W-1001 at 16:40Z is in, W-1003 cancelled
    PAN-20     ?     11    .      0       11         11     9       EAST is blank, which is not 0
    POT-2L     9     .     8-2    1       14         14     12      W-1005 at 16:30Z is later than SOUTH's 16:00Z
    ROPE-10M   ?     20    .      0       20         20     18      a lot in EAST is n/a, so the other one is out too
    SPORK-SET  120   80    ?      3+2     195        195    150     W-1002 and M-501; SOUTH is n/a; the outlet's cap
    TARP-3X4   0     .     ?      0       0          0      0       SOUTH is blank
    """
UNKNOWN_TO_ACME = ("STOVE-DUO", "FLINT-1", "TENT-4")  # 12.5, a time that is none, only ordered

GLOBEX = """
    sku         NORTH  orders  told  why
    BEAN-1KG    25     0       25    G-2 at 16:10Z is older than the level of 16:15Z
    BEAN-250    60     4       56    G-3; QTY 17 is not what was asked for
    CARAFE      0      0       0     G-7 is ragged
    FILTER-100  12     0       12    G-8 has a date without a time
    GRINDER-M   2      3       0     G-10 oversells it; G-5 is of 1.5
    MUG-12      40     2+1     37    G-1, two rows of one line; G-4 is refunded
    """


@dataclass
class Trial:
    """A copy of the sample account, and the real command line in it. `first`: report and documents of its first run."""

    folder: Path
    first: Any = None
    documents: dict[str, bytes] = field(default_factory=dict)

    def ferry(self, *words: str) -> str:
        """What a command prints, run in this process as its entry point would; it must end well."""
        out = io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(io.StringIO()) as said,
            pytest.MonkeyPatch.context() as patch,
            pytest.raises(SystemExit) as stop,
        ):
            patch.setattr("sys.argv", ["stockferry", "-c", str(self.folder / "stockferry.toml"), *words])
            main()
        assert not stop.value.code, said.getvalue()
        return out.getvalue()

    def run(self, now: str) -> Any:
        return json.loads(self.ferry("run", "--json", "--now", now))

    def deliver_later_files(self) -> None:
        shutil.copytree(self.folder / "later", self.folder, dirs_exist_ok=True, copy_function=shutil.copyfile)

    def sent(self) -> dict[str, bytes]:
        """What the carts got: path → bytes."""
        folders = [self.folder / "partner", *(self.folder / "shop" / name for name in ("globex", *CARTS))]
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for folder in folders
            for path in sorted(folder.rglob("*.*"))
            if path.name != ".gitkeep"
        }


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """After the first run."""
    folder = tmp_path_factory.mktemp("sample")
    for name in INPUTS:
        source = SAMPLE / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, folder / name)
    made = Trial(folder)
    made.first = made.run(NOW)
    made.documents = made.sent()
    return made


def golden() -> dict[str, bytes]:
    return {
        path.relative_to(EXPECTED).as_posix(): path.read_bytes()
        for path in sorted(EXPECTED.rglob("*"))
        if path.is_file()
    }


def rows(table: str) -> list[dict[str, str]]:
    head, *body = [line.split() for line in table.strip().splitlines()]
    return [dict(zip(head, cells, strict=False)) for cells in body]


def total(terms: str) -> int:
    """`3+4`, `8-2`; `.` and `?` stand for no level, or none that could be used."""
    return (
        0 if terms in ".?" else sum(int(float(term)) for term in terms.replace("-", "+-").split("+") if term)
    )


def told(document: bytes, delimiter: str, sku: str, quantity: str) -> dict[str, int]:
    lines = csv.DictReader(io.StringIO(document.decode()), delimiter=delimiter)
    return {line[sku]: int(line[quantity]) for line in lines}


def test_every_document_is_the_expected_one_to_the_byte(trial: Trial) -> None:
    if os.environ.get("STOCKFERRY_ACCEPT"):
        for name, data in trial.documents.items():
            (EXPECTED / name).parent.mkdir(parents=True, exist_ok=True)
            (EXPECTED / name).write_bytes(data)
    expected = golden()
    assert sorted(trial.documents) == sorted(expected)
    assert [name for name in expected if trial.documents[name] != expected[name]] == []


@pytest.mark.parametrize("row", rows(ACME), ids=lambda row: row["sku"])
def test_acmes_numbers_are_those_derived_by_hand(row: dict[str, str], trial: Trial) -> None:
    level = total(row["EAST"]) + total(row["WEST"]) + total(row["SOUTH"])
    available = level - total(row["orders"])
    assert available == int(row["available"])
    front = told(trial.documents["shop/shopfront/inventory_20261120093000.csv"], ",", "SKU", "Qty")
    outlet = told(trial.documents["shop/outlet/outlet_20261120093000.csv"], ";", "item", "stock")
    assert front[row["sku"]] == int(row["front"]) == (available if available >= 5 else 0)
    assert outlet[row["sku"]] == int(row["outlet"]) == max(0, min(available - 2, 150))


def test_a_sku_without_a_usable_level_is_not_made_up(trial: Trial) -> None:
    front = told(trial.documents["shop/shopfront/inventory_20261120093000.csv"], ",", "SKU", "Qty")
    assert set(front) == {row["sku"] for row in rows(ACME)}
    assert not set(front) & set(UNKNOWN_TO_ACME)


@pytest.mark.parametrize("row", rows(GLOBEX), ids=lambda row: row["sku"])
def test_globexs_numbers_are_those_derived_by_hand(row: dict[str, str], trial: Trial) -> None:
    stock = told(trial.documents["shop/globex/stock.csv"], ",", "item", "on_sale")
    assert len(stock) == len(rows(GLOBEX))
    assert stock[row["sku"]] == int(row["told"]) == max(0, total(row["NORTH"]) - total(row["orders"]))


def test_a_sku_of_two_merchants_is_two_products(trial: Trial) -> None:
    acme, globex = (
        json.loads(trial.ferry("explain", name, "MUG-12", "--json")) for name in ("acme", "globex")
    )
    assert (acme["available"], globex["available"]) == (10, 37)


def test_every_input_has_rejects_of_several_kinds_and_the_counts_balance(trial: Trial) -> None:
    assert len(trial.first["files"]) == 6
    for file in trial.first["files"]:
        buckets = (file[name] for name in ("applied", "older", "duplicate", "ignored", "rejected"))
        assert file["rows"] == sum(buckets)
        assert file["rejected"] >= 3
    rejects = json.loads(trial.ferry("rejects", "--json"))
    assert len(rejects) == sum(file["rejected"] for file in trial.first["files"])


def test_a_delta_cart_then_gets_only_what_the_update_file_reported(trial: Trial, tmp_path: Path) -> None:
    again = Trial(Path(shutil.copytree(trial.folder, tmp_path / "again")))
    again.deliver_later_files()
    report = again.run(SOON)
    fresh = {name: data for name, data in again.sent().items() if trial.documents.get(name) != data}
    assert told(fresh["shop/shopfront/inventory_20261120100000.csv"], ",", "SKU", "Qty") == {
        "COOLER-20": 0,  # 3, below the minimum; M-503 is older than the new level
        "POT-2L": 13,  # 9 + 4; W-1005 is older than both levels now
    }
    assert {(cart["cart"], cart["lines"]) for cart in report["carts"]} == {
        ("shopfront", 2),
        ("market", 2),
        ("outlet", 13),
        ("bigbox", 13),
        ("shop", 6),
    }


def test_without_news_from_the_warehouse_a_delta_cart_gets_nothing(trial: Trial, tmp_path: Path) -> None:
    again = Trial(Path(shutil.copytree(trial.folder, tmp_path / "again")))
    statuses = {cart["cart"]: cart["status"] for cart in again.run(SOON)["carts"]}
    assert statuses == {
        "shopfront": "nothing-new",
        "market": "nothing-new",
        "outlet": "sent",
        "bigbox": "sent",
        "shop": "sent",
    }
