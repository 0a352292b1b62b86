"""Past days rebuilt: the same bytes as then, or exactly what differs; sent again only when a person wants it."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from batch.ledger.engine import open_ledger

ACCOUNT = """
[account]
name = "Test"
timezone = "America/Los_Angeles"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
[[merchants.acme.inventory]]
remote = "wms"
files = "INV_*.csv"
format = "csv"
ready = "rename"
max_zeroed = 1
max_row_drop = 1
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF", warehouse = "WH" }
[[merchants.acme.orders]]
remote = "shop"
path = "orders"
files = "*.csv"
format = "csv"
ready = "rename"
columns = { order = "order", sku = "sku", quantity = "qty", ordered_at = "at" }
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "front_{number:04}.csv"
format = "csv"
full_every = "5d"
max_zeroed = 1
minimum_level = 0
[merchants.acme.carts.market]
remote = "shop"
path = "market"
file_name = "market_{time:%Y%m%d%H%M%S}.xml"
format = "xml"
send = "full"
max_zeroed = 1
[merchants.acme.carts.bigbox]
remote = "shop"
path = "bigbox"
file_name = "846_{number:04}.edi"
format = "edi846"
max_zeroed = 1
edi846 = { sender = "ZZ/ACME", receiver = "ZZ/BIGBOX", lines_per_file = 5, replacement = "05" }
"""
TODAY = "2025-04-15T12:00:00Z"
SKUS = [f"SKU-{number:02}" for number in range(12)]


Lived = dict[tuple[int, tuple[int, ...]], Path]
"""Copies of workshops by the days that were lived in them, and by which of them were quiet."""


@dataclass(frozen=True)
class Month:
    """A workshop with up to thirty days of WMS files, orders and runs, all from one seed. `lived`: what other tests lived of it."""

    shop: Any
    lived: Lived
    copies: Path

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shop, name)

    def live(self, days: int, *, quiet: tuple[int, ...] = ()) -> None:
        """Days with files and, but for the quiet ones, runs. What another test has lived already is copied."""
        begun = max(
            (day for day, calm in self.lived if day <= days and calm == quiet_until(day, quiet)), default=0
        )
        if begun:
            shutil.copytree(self.lived[begun, quiet_until(begun, quiet)], self.folder, dirs_exist_ok=True)
        chance = random.Random(6)
        for day in range(1, days + 1):
            every = [(hour, self._files(chance, day, hour)) for hour in (9, 15)]
            if day > begun:
                self._day(every, day, quiet)

    def _day(self, every: list[tuple[int, dict[str, str]]], day: int, quiet: tuple[int, ...]) -> None:
        """`every`: its hours and their files. How it is after each day is kept for the tests that live fewer, or go on otherwise."""
        for hour, files in every:
            self._receive(files, day, hour, quiet=day in quiet)
        calm = quiet_until(day, quiet)
        copy = self.copies / f"{day} days, {calm} quiet"
        self.lived[day, calm] = shutil.copytree(self.folder, copy)

    @staticmethod
    def _files(chance: random.Random, day: int, hour: int) -> dict[str, str]:
        date = f"2025-03-{day:02}"
        told = SKUS if (day, hour) == (1, 9) else chance.sample(SKUS, chance.randint(2, len(SKUS)))
        rows = [
            f"{sku},{chance.randint(0, 40)},{date}T{hour:02}:00:00Z,{warehouse}"
            for sku in told
            for warehouse in chance.sample(["EAST", "WEST"], chance.randint(1, 2))
        ]
        orders = [
            f"{date}-{hour}-{number},{chance.choice(SKUS)},{chance.randint(1, 3)},{date}T{hour:02}:30:00Z"
            for number in range(chance.randint(0, 4))
        ]
        return {
            f"wms/INV_{date}_{hour}.csv": "\n".join(["SKU,QTY,AS_OF,WH", *rows, ""]),
            f"shop/orders/{date}_{hour}.csv": "\n".join(["order,sku,qty,at", *orders, ""]),
        }

    def _receive(self, files: dict[str, str], day: int, hour: int, *, quiet: bool) -> None:
        for name, text in files.items():
            self.put(name, text)
        if not quiet:
            report = self.run(now=f"2025-03-{day:02}T{hour + 3:02}:00:00Z")
            assert all(cart["status"] == "sent" for cart in report["carts"]), report

    def rerun(self, *words: object, now: str = TODAY) -> Any:
        done = self.ferry("rerun", "--json", "--now", now, *words)
        assert done.code == 0, done.err
        return done.json

    def reconfigure(self, old: str, new: str) -> None:
        path = self.folder / "stockferry.toml"
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))


def quiet_until(day: int, quiet: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(each for each in quiet if each <= day)


@pytest.fixture(scope="module")
def lived() -> Lived:
    return {}


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lived")


@pytest.fixture
def month(bare: Callable[[str], Any], lived: Lived, copies: Path) -> Month:
    return Month(bare(ACCOUNT), lived, copies)


def state_of(shop: Any) -> list[str]:
    """Everything that a rerun must leave alone: the ledger's rows but for sightings and locks."""
    ledger = open_ledger(shop.folder / "state/ledger.sqlite")
    with ledger.read() as connection:
        rows = [
            str(row)
            for table in ("files", "intakes", "segments", "runs", "outbox", "watermarks", "numbers", "holds")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    ledger.close()
    return rows


@pytest.mark.parametrize("days", [12, pytest.param(30, marks=pytest.mark.slow)])
def test_each_day_is_identical_byte_for_byte(month: Month, days: int) -> None:
    """On the ninth clocks are put forward; on the sixth and eleventh the delta cart is told everything."""
    month.live(days)
    before = state_of(month)
    found = month.rerun("--from", "2025-03-01", "--to", f"2025-03-{days}")["documents"]
    sent = {cart: month.sent(cart) for cart in ("front", "market", "bigbox")}
    assert {each["verdict"] for each in found} == {"identical"}
    assert sorted((each["cart"], each["document"]) for each in found) == sorted(
        (cart, name) for cart, documents in sent.items() for name in documents
    )
    for each in found:
        assert Path(each["path"]).read_bytes().decode() == sent[each["cart"]][each["document"]]
    assert sum(each["cart"] == "bigbox" for each in found) > 4 * days
    assert state_of(month) == before


def test_so_it_is_when_every_archived_file_is_read_once_more(month: Month) -> None:
    month.live(6, quiet=(4,))
    for name in sorted((month.folder / "state/tables/acme").glob("*.parquet")):
        name.unlink()  # it is the archive that speaks
    found = month.rerun("--from", "2025-03-01", "--to", "2025-03-06", "--reread")["documents"]
    assert {each["verdict"] for each in found if each["run"]} == {"identical"}
    (quiet,) = [each for each in found if each["run"] is None and each["cart"] == "market"]
    assert quantities(quiet) == quantities_of(list(month.sent("market").values())[5])


def test_a_file_that_this_release_reads_otherwise_shows_with_reread(month: Month) -> None:
    month.live(1)
    (name, *_) = sorted((month.folder / "state/tables/acme").glob("levels-*.parquet"))
    replace_table(month, name)
    told = ("--date", "2025-03-01", "--cart", "market")
    assert month.rerun(*told)["documents"][0]["verdict"] == "differs"  # the table is not what was told
    assert {each["verdict"] for each in month.rerun(*told, "--reread")["documents"]} == {"identical"}


def replace_table(month: Month, path: Path) -> None:
    """Makes a table say of every SKU one more than was read, as if another release had read the file."""
    rows = pd.read_parquet(path, dtype_backend="pyarrow")
    rows.assign(quantity=rows["quantity"] + 1).to_parquet(path, index=False)
    with sqlite3.connect(month.folder / "state/ledger.sqlite") as ledger:
        values = (hashlib.sha256(path.read_bytes()).hexdigest(), f"acme/{path.name}")
        ledger.execute('UPDATE segments SET sha256 = ? WHERE "table" = ?', values)


def test_a_day_alone_is_the_runs_of_that_day_in_the_carts_zone(month: Month) -> None:
    month.live(4)
    month.run(now="2025-03-03T07:30:00Z")  # 23:30 of the second in Los Angeles
    found = month.rerun("--date", "2025-03-02", "--cart", "market")["documents"]
    assert [each["at"] for each in found] == [
        "2025-03-02T12:00:00Z",
        "2025-03-02T18:00:00Z",
        "2025-03-03T07:30:00Z",
    ]


def expected_changes(month: Month, day: str, minimum: int) -> list[tuple[str, str, int, int]]:
    """Cart documents of a day, and the SKUs that a minimum level makes 0, from what was sent."""
    found = []
    for each in month.rerun("--date", day, "--cart", "front")["documents"]:
        for line in month.sent("front")[each["document"]].splitlines()[1:]:
            sku, quantity = line.split(",")
            if 0 < int(quantity) < minimum:
                found.append((each["document"], sku, int(quantity), 0))
    return sorted(found)


def test_after_one_cart_rule_has_changed_exactly_the_affected_skus_are_listed(month: Month) -> None:
    month.live(6)
    expected = [each for day in range(1, 7) for each in expected_changes(month, f"2025-03-{day:02}", 9)]
    assert len(expected) > 2
    month.reconfigure("minimum_level = 0", "minimum_level = 9")
    days = ("--from", "2025-03-01", "--to", "2025-03-06")
    assert {each["verdict"] for each in month.rerun(*days)["documents"]} == {"identical"}
    found = month.rerun(*days, "--current-config")["documents"]
    changed = [
        (each["document"], row["sku"], row["was"], row["now"]) for each in found for row in each["changed"]
    ]
    assert sorted(changed) == sorted(expected)
    differing = {document for document, *_ in expected}
    for each in found:
        affected = each["document"] in differing
        assert each["verdict"] == ("differs" if affected else "identical")
        assert each["why"] == (["configuration"] if affected else [])


def test_a_person_sees_what_differs_as_a_table(month: Month) -> None:
    month.live(1)
    month.reconfigure("minimum_level = 0", "cap = 0")
    done = month.ferry("rerun", "--date", "2025-03-01", "--cart", "front", "--current-config", "--now", TODAY)
    assert done.code == 0
    assert "differs" in done.out
    assert "configuration" in done.out
    assert "SKUs that are told otherwise" in done.out
    assert "SKU-01  " in done.out or "SKU-02  " in done.out
    assert str(month.folder / "rerun/2025-03-01/acme/front/run-") in done.out.replace("\n", "")


def test_a_file_that_is_read_otherwise_now_is_read_again_with_todays_configuration(month: Month) -> None:
    month.live(2)
    month.put(
        "wms/INV_2025-03-03.csv",
        "SKU,QTY,AS_OF,WH\nSKU-01,7.5,2025-03-03T09:00:00Z,EAST\nSKU-02,3,2025-03-03T09:00:00Z,EAST\n",
    )
    month.run(now="2025-03-03T12:00:00Z")
    month.put("wms/INV_2025-03-04.csv", "SKU,QTY,AS_OF,WH\nSKU-03,4,2025-03-04T09:00:00Z,EAST\n")
    month.run(now="2025-03-04T12:00:00Z")
    month.reconfigure(
        'ready = "rename"\nmax_zeroed = 1\nmax_row_drop = 1',
        'ready = "rename"\nmax_zeroed = 1\nmax_row_drop = 1\nfractions = "floor"',
    )
    days = ("--from", "2025-03-01", "--to", "2025-03-04", "--cart", "front")
    assert {each["verdict"] for each in month.rerun(*days)["documents"]} == {"identical"}
    found = month.rerun(*days, "--current-config")["documents"]
    assert [each["verdict"] for each in found[:-2]] == ["identical"] * 4
    third, fourth = found[-2:]
    assert (third["verdict"], third["why"]) == ("differs", ["inputs"])
    (changed,) = third["changed"]
    assert (changed["sku"], changed["was"]) == ("SKU-01", None)
    assert changed["now"] is not None
    assert fourth["verdict"] == "identical"  # a delta of other SKUs


def test_a_quarantined_file_counts_in_a_rerun_once_it_can_be_read(month: Month) -> None:
    month.live(2)
    month.put("wms/INV_2025-03-03.csv", "SKU,STOCK,AS_OF,WH\nSKU-01,77,2025-03-03T09:00:00Z,EAST\n")
    month.run(now="2025-03-03T12:00:00Z")
    month.reconfigure('quantity = "QTY"', 'quantity = "STOCK"')
    (full,) = month.rerun("--date", "2025-03-03", "--cart", "market", "--current-config")["documents"]
    assert (full["verdict"], full["why"]) == ("differs", ["inputs"])
    changed = {row["sku"]: row["now"] for row in full["changed"]}
    assert changed["SKU-01"] >= 70
    # the files of the first days have no such column: as they are read now, nothing is known from them
    assert set(changed) == set(SKUS)


def test_what_the_code_writes_otherwise_is_said_to_be_the_code(month: Month) -> None:
    month.live(1)
    first = next(iter(month.sent("market")))
    replace_sent(month, "market", first, lambda data: data.replace(b"<quantity>", b"<quantity>9", 1))
    found = month.rerun("--date", "2025-03-01", "--cart", "market")["documents"]
    assert [(each["verdict"], each["why"], len(each["changed"])) for each in found] == [
        ("differs", ["code"], 1),
        ("identical", [], 0),
    ]
    (row,) = found[0]["changed"]
    assert str(row["was"]) == f"9{row['now']}"


def replace_sent(month: Month, cart: str, name: str, change: Callable[[bytes], bytes]) -> None:
    """Makes the ledger say that other bytes were sent, as if an earlier release had written them."""
    from batch.store.archive import Archive  # noqa: PLC0415

    sha256 = Archive(month.folder / "state/archive").put(change(month.sent(cart)[name].encode()))
    ledger = open_ledger(month.folder / "state/ledger.sqlite")
    with ledger.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET sha256 = ? WHERE name = ?", (sha256, name))
    ledger.close()


def test_a_document_that_is_no_longer_needed_and_one_more_are_said(month: Month) -> None:
    month.live(1)
    month.reconfigure("lines_per_file = 5", "lines_per_file = 3")
    found = month.rerun("--date", "2025-03-01", "--cart", "bigbox", "--current-config")["documents"]
    runs: dict[int, list[Any]] = {}
    for each in found:
        runs.setdefault(each["run"], []).append(each)
    for documents in runs.values():
        assert {each["verdict"] for each in documents} == {"differs"}
        assert all(each["path"] for each in documents)
        assert [each["changed"] for each in documents] == [[]] * len(documents)


def test_a_day_without_a_run_is_built_as_of_its_end(month: Month) -> None:
    month.live(3, quiet=(2,))
    (found,) = month.rerun("--date", "2025-03-02", "--cart", "market")["documents"]
    assert (found["verdict"], found["run"]) == ("new", None)
    assert found["at"] == "2025-03-03T07:59:59.999999Z"
    # nothing was received on the second: its end knows what the first did, and a new run of then would say so
    as_of_first = month.rerun("--at", "2025-03-01T20:00:00Z", "--cart", "market")["documents"][0]
    assert quantities(found) == quantities(as_of_first)
    assert quantities(found) == quantities_of(list(month.sent("market").values())[1])


def quantities(found: Any) -> list[str]:
    return quantities_of(Path(found["path"]).read_text())


def quantities_of(text: str) -> list[str]:
    return [part.split("</item>")[0] for part in text.split("<item>")[1:]]


def test_at_builds_as_of_an_instant_whatever_ran(month: Month) -> None:
    month.live(2)
    (found,) = month.rerun("--at", "2025-03-02T13:00:00Z", "--cart", "front")["documents"]
    assert found["verdict"] == "new"
    told = Path(found["path"]).read_text().splitlines()
    assert len(told) == 1 + len(SKUS)  # complete, though the cart takes deltas
    (same,) = month.rerun("--date", "2025-03-02", "--at", "2025-03-02T13:00:00Z", "--cart", "front")[
        "documents"
    ]
    assert same == found


def test_out_is_where_the_documents_go(month: Month, tmp_path: Path) -> None:
    month.live(1)
    found = month.rerun("--date", "2025-03-01", "--cart", "front", "--out", tmp_path / "there")["documents"]
    assert all(Path(each["path"]).is_relative_to(tmp_path / "there") for each in found)
    assert not (month.folder / "rerun").exists()


# --- sending --------------------------------------------------------------------------------------------------------


def believed(month: Month) -> dict[str, int]:
    """What the front cart believes, which takes every file as it comes, in order of its numbers."""
    belief: dict[str, int] = {}
    for text in month.sent("front").values():
        belief |= {
            sku: int(quantity) for sku, quantity in (line.split(",") for line in text.splitlines()[1:])
        }
    return belief


def told_by(xml: str) -> dict[str, int]:
    return {
        part.split("</sku>")[0].split(">")[-1]: int(part.split("<quantity>")[1].split("<")[0])
        for part in xml.split("<item>")[1:]
    }


def watermark(month: Month) -> Any:
    ledger = open_ledger(month.folder / "state/ledger.sqlite")
    with ledger.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT seq, run, complete_at FROM watermarks WHERE cart = 'front'"
        ).one()
    ledger.close()
    return tuple(row)


def test_sending_asks_first(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    month.live(2)
    before, rows = month.sent("front"), state_of(month)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    done = month.ferry("rerun", "--date", "2025-03-01", "--send", "--now", TODAY)
    assert done.code == 1
    assert "To be sent again: 6 past syncs to acme/bigbox, acme/front, acme/market" in done.err
    assert "nothing was sent" in done.err
    assert (month.sent("front"), state_of(month)) == (before, rows)


def test_what_is_sent_again_has_new_numbers_moves_no_watermark_and_makes_the_next_sync_full(
    month: Month,
) -> None:
    month.live(3)
    before, mark, latest = month.sent("front"), watermark(month), believed(month)
    report = month.rerun("--date", "2025-03-01", "--cart", "front", "--send", "--yes")
    assert [(each["status"], each["cart"]) for each in report["sent"]] == [("sent", "front")] * 2
    after = month.sent("front")
    new = [name for name in after if name not in before]
    assert len(new) == 2
    assert [after[name] for name in new] == list(before.values())[:2]
    assert min(new) > max(before)
    assert watermark(month) == mark
    assert believed(month) != latest
    assert "everything" in month.ferry("status").out
    # R1 holds: what the cart was told last is old, and the WMS has reported since
    cart, market, _ = month.run(now=TODAY)["carts"]
    assert (cart["status"], cart["complete"], cart["lines"]) == ("sent", True, len(SKUS))
    assert believed(month) == told_by(month.sent("market")[market["document"]])
    assert "everything" not in month.ferry("status").out
    (cart,) = month.run("--cart", "front", now=TODAY)["carts"]
    assert cart["status"] == "nothing-new"


def test_what_is_not_sent_again_because_something_before_it_failed_is_named(month: Month) -> None:
    month.live(2)
    folder = month.folder / "shop" / "front"
    folder.rename(folder.with_name("away"))
    folder.write_text("not a folder")
    done = month.ferry(
        "rerun", "--from", "2025-03-01", "--to", "2025-03-02", "--cart", "front", "--send", "--yes", "--json",
        "--now", TODAY,
    )  # fmt: skip
    first, others = done.json["sent"]
    assert (done.code, first["status"], others["status"]) == (1, "failed", "failed")
    runs = [each["run"] for each in done.json["documents"]][1:]
    assert len(runs) > 1
    named = ", ".join(f"run {run}" for run in runs)
    assert (
        f"cart acme/front: not sent again, as what comes before it failed: {named}; once the cart's"
        in done.err
    )


def test_the_first_day_that_can_be_rerun_is_one_of_the_carts_time_zone(workshop: Any) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace("[account]", '[account]\ntimezone = "Europe/Berlin"'))
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,1,2026-10-24T22:00:00Z\n", at="2026-10-24T22:00:00Z")
    workshop.run(now="2026-10-24T22:30:00Z")
    done = workshop.ferry("rerun", "--date", "2026-10-24", "--now", "2026-10-25T12:00:00Z")
    assert "days can be rerun from 2026-10-25 on" in done.err
    assert workshop.ferry("rerun", "--date", "2026-10-25", "--now", "2026-10-25T12:00:00Z").code == 0


def test_after_the_latest_state_was_sent_again_there_is_no_news_but_the_next_sync_is_full(
    month: Month,
) -> None:
    month.live(2)
    month.rerun("--at", "2025-03-02T19:00:00Z", "--cart", "front", "--send", "--yes")
    (cart,) = month.run("--cart", "front", now="2025-03-02T20:00:00Z")["carts"]
    assert cart["status"] == "nothing-new"
    month.put("wms/INV_late.csv", "SKU,QTY,AS_OF,WH\nSKU-01,1,2025-03-02T19:30:00Z,EAST\n")
    (cart,) = month.run("--cart", "front", now="2025-03-02T21:00:00Z")["carts"]
    assert (cart["status"], cart["complete"], cart["lines"]) == ("sent", True, len(SKUS))


def test_an_846_that_is_sent_again_says_that_it_replaces(month: Month) -> None:
    month.live(2)
    before = month.sent("bigbox")
    month.rerun("--date", "2025-03-01", "--cart", "bigbox", "--send", "--yes")
    new = [text for name, text in month.sent("bigbox").items() if name not in before]
    assert new
    assert all("~BIA*05*SI*" in text for text in new)
    assert all("~BIA*00*SI*" in text for text in before.values())
    numbers = [text[90:99] for text in month.sent("bigbox").values()]
    assert numbers == sorted(set(numbers))
    assert "*250301*" in new[0][:106]  # the clock of the run


def test_an_open_delivery_goes_out_before_what_is_sent_again(month: Month) -> None:
    month.live(1)
    month.put("wms/INV_more.csv", "SKU,QTY,AS_OF,WH\nSKU-01,1,2025-03-02T09:00:00Z,EAST\n")
    shop = month.folder / "shop"
    (shop / "front").rename(shop / "away")
    (shop / "front").write_text("no folder")
    assert month.run("--cart", "front", now="2025-03-02T10:00:00Z")["carts"][0]["status"] == "failed"
    (shop / "front").unlink()
    (shop / "away").rename(shop / "front")
    report = month.rerun("--date", "2025-03-01", "--cart", "front", "--send", "--yes")
    assert [each["document"] for each in report["sent"]] == [
        "front_0003.csv",
        "front_0004.csv",
        "front_0005.csv",
    ]
    assert month.sent("front")["front_0003.csv"].splitlines()[1].startswith("SKU-01,")


def test_runs_tells_a_rerun_apart_and_a_rerun_is_not_rerun(month: Month) -> None:
    month.live(1)
    first = month.rerun("--date", "2025-03-01", "--cart", "front", "--send", "--yes")["documents"]
    assert "rerun of run" in month.ferry("runs").out
    again = month.rerun("--date", "2025-03-01", "--cart", "front")["documents"]
    assert [each["run"] for each in again] == [each["run"] for each in first]
    assert {each["verdict"] for each in again} == {"identical"}
    with pytest.raises(AssertionError, match=r"had been received"):
        month.rerun("--date", "2025-02-15", "--cart", "front")


# --- resend ---------------------------------------------------------------------------------------------------------


def test_resend_uploads_the_very_bytes_under_the_same_names_and_takes_no_number(month: Month) -> None:
    month.live(2)
    folder = month.folder / "shop/bigbox"
    before = month.sent("bigbox")
    run = month.rerun("--date", "2025-03-01", "--cart", "bigbox")["documents"][0]["run"]
    for path in folder.glob("*"):
        path.unlink()
    done = month.ferry("resend", run)
    assert done.code == 0, done.err
    again = month.sent("bigbox")
    assert again
    assert again.items() <= before.items()
    assert next(iter(again)) == next(iter(before))
    month.put("wms/INV_z.csv", "SKU,QTY,AS_OF,WH\nSKU-01,1,2025-03-03T09:00:00Z,EAST\n")
    month.run("--cart", "bigbox", now="2025-03-03T10:00:00Z")
    assert min(set(month.sent("bigbox")) - set(before)) == f"846_{len(before) + 1:04}.edi"


def test_after_an_older_run_was_resent_the_next_sync_is_everything(month: Month) -> None:
    month.live(3)
    first = month.rerun("--date", "2025-03-01", "--cart", "front")["documents"][0]["run"]
    assert month.ferry("resend", first, "--now", TODAY).code == 0
    explained = month.ferry("explain", "acme", "SKU-01", "--cart", "front", "--json").json
    assert explained["carts"]["front"]["told"]["run"] > first  # the resend is what it was told last
    cart, market, _ = month.run(now=TODAY)["carts"]
    assert (cart["status"], cart["complete"]) == ("sent", True)
    assert believed(month) == told_by(month.sent("market")[market["document"]])


def test_after_the_last_run_was_resent_nothing_is_owed(month: Month) -> None:
    month.live(1)
    last = month.rerun("--date", "2025-03-01", "--cart", "front")["documents"][-1]["run"]
    assert month.ferry("resend", last, "--now", TODAY).code == 0
    assert month.ferry("resend", last, "--now", TODAY).code == 0
    (cart,) = month.run("--cart", "front", now=TODAY)["carts"]
    assert cart["status"] == "nothing-new"
    month.put("wms/INV_z.csv", "SKU,QTY,AS_OF,WH\nSKU-01,1,2025-03-03T09:00:00Z,EAST\n")
    (cart,) = month.run("--cart", "front", now="2025-03-03T10:00:00Z")["carts"]
    assert (cart["status"], cart["complete"], cart["lines"]) == ("sent", False, 1)


def test_a_resend_that_fails_is_finished_by_the_next_run(month: Month) -> None:
    month.live(1)
    last = month.rerun("--date", "2025-03-01", "--cart", "front")["documents"][-1]["run"]
    folder = month.folder / "shop/front"
    away = folder.rename(month.folder / "away")
    folder.write_text("no folder")
    done = month.ferry("resend", last, "--now", TODAY)
    assert done.code == 1
    assert "the next run goes on with it" in done.err
    newest = json.loads(month.ferry("runs", "--json", "--cart", "front").out)[0]
    assert (newest["status"], newest["kind"], newest["repeats"]) == ("staged", "resend", last)
    folder.unlink()
    folder.mkdir()
    (cart,) = month.run("--cart", "front", now=TODAY)["carts"]
    assert (cart["status"], cart["run"]) == ("sent", newest["id"])
    ((name, text),) = month.sent("front").items()
    assert text == (away / name).read_text()
    assert month.ferry("resend", newest["id"], "--now", TODAY).code == 0
    assert month.ferry("verify").code == 0


def test_an_older_state_is_no_measure_for_the_guard_of_the_next_sync(month: Month) -> None:
    month.reconfigure('full_every = "5d"\nmax_zeroed = 1', "guard_from = 5\nmax_zeroed = 0.25")
    for day in range(1, 7):  # one SKU a day is sold out: each day for itself is plausible
        rows = [
            f"{sku},{0 if at < day else 9},2025-03-{day:02}T09:00:00Z,EAST" for at, sku in enumerate(SKUS)
        ]
        month.put(f"wms/INV_{day}.csv", "\n".join(["SKU,QTY,AS_OF,WH", *rows, ""]))
        (cart,) = month.run("--cart", "front", now=f"2025-03-{day:02}T12:00:00Z")["carts"]
        assert cart["status"] == "sent"
    first = month.rerun("--date", "2025-03-01", "--cart", "front")["documents"][0]["run"]
    assert month.ferry("resend", first, "--now", TODAY).code == 0
    (cart,) = month.run("--cart", "front", now=TODAY)["carts"]
    assert (cart["status"], cart["complete"]) == ("sent", True)
    assert sum(believed(month).values()) == 9 * (len(SKUS) - 6)


# --- bad input ------------------------------------------------------------------------------------------------------


def refused(month: Month, *words: object) -> str:
    """One sentence, exit code 2, and nothing written."""
    before = (state_of(month), sorted(month.folder.rglob("*")))
    done = month.ferry(*words)
    assert done.code == 2, done.out + done.err
    assert done.out == ""
    assert "Traceback" not in done.err
    assert (state_of(month), sorted(month.folder.rglob("*"))) == before
    return done.err


def test_bad_input_names_what_is_available(month: Month) -> None:
    month.live(2)
    now = ("--now", TODAY)
    said = refused(month, "rerun", "--date", "2025-04-16", *now)
    assert "2025-04-16: this day has not come yet; days can be rerun from 2025-03-01 on" in said
    said = refused(month, "rerun", "--date", "2025-02-27", *now)
    assert "2025-02-27: nothing had been received by the end of it" in said
    assert "days can be rerun from 2025-03-01 on" in said
    said = refused(month, "rerun", "--date", "2025-03-01", "--cart", "nope", *now)
    assert "no cart 'nope'; known: acme/front, acme/market, acme/bigbox" in said
    said = refused(month, "rerun", "--date", "2025-03-01", "--merchant", "nope", *now)
    assert "no merchant 'nope' has carts; known: acme" in said
    assert "no run 999; `stockferry runs` lists them" in refused(month, "resend", "999")
    assert "which day?" in refused(month, "rerun", *now)
    assert "not a date" in refused(month, "rerun", "--date", "yesterday", *now)
    assert "give one or the other" in refused(
        month, "rerun", "--date", "2025-03-01", "--from", "2025-03-01", *now
    )
    assert "the first not after the last" in refused(
        month, "rerun", "--from", "2025-03-02", "--to", "2025-03-01", *now
    )
    said = refused(month, "rerun", "--date", "2025-03-01", "--at", "2025-03-02T20:00:00Z", *now)
    assert "is not on 2025-03-01 in America/Los_Angeles" in said


def test_a_run_that_sent_nothing_cannot_be_resent(month: Month) -> None:
    month.live(1)
    month.run("--cart", "front", now="2025-03-01T20:00:00Z")
    number = json.loads(month.ferry("runs", "--json", "--cart", "front").out)[0]["id"]
    assert f"run {number}: it sent nothing (nothing-new" in refused(month, "resend", number)


def test_a_cart_that_is_configured_no_more_can_be_rebuilt_and_not_sent(month: Month) -> None:
    month.live(1)
    month.reconfigure("[merchants.acme.carts.market]", "[merchants.acme.carts.bazaar]")
    found = month.rerun("--date", "2025-03-01", "--cart", "market")["documents"]
    assert [each["verdict"] for each in found] == ["identical"] * 2
    done = month.ferry("rerun", "--date", "2025-03-01", "--cart", "market", "--send", "--yes", "--now", TODAY)
    assert done.code == 2
    assert "not configured any more" in done.err
    done = month.ferry(
        "rerun", "--date", "2025-03-01", "--cart", "market", "--current-config", "--now", TODAY
    )
    assert done.code == 1
    assert "leave out --current-config" in done.err
