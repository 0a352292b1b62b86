"""gc keeps what every day within the retention needs, verify finds every damage, a backup is a whole state folder."""

from __future__ import annotations

import os
import socket
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from batch.ledger.locks import Holder, started
from batch.store.archive import Archive

ACCOUNT = """
[account]
name = "Test"
keep = "10d"
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
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF" }
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
max_zeroed = 1
[merchants.acme.carts.market]
remote = "shop"
path = "market"
file_name = "market_{number:04}.xml"
format = "xml"
send = "full"
max_zeroed = 1
"""
NOW = "2025-03-31T12:00:00Z"


@dataclass(frozen=True)
class Kept:
    """A month of days, each with a WMS file, orders and a run; the delta cart was sent everything only on the first."""

    shop: Any
    once: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shop, name)

    def live(self, days: int = 30) -> None:
        self.once(f"{days} days that are kept", self, lambda: self.live_on(1, days))

    def live_on(self, first: int, days: int) -> None:
        for day in range(first, days + 1):
            date = f"2025-03-{day:02}"
            skus = [f"S{number}" for number in (range(40) if day == 1 else range(day % 5, 40, 9))]
            rows = [f"{sku},{day + index},{date}T09:00:00Z" for index, sku in enumerate(skus)]
            self.put(f"wms/INV_{date}.csv", "\n".join(["SKU,QTY,AS_OF", *rows, ""]))
            self.put(f"shop/orders/{date}.csv", f"order,sku,qty,at\n{date},S{day % 40},1,{date}T10:00:00Z\n")
            assert all(cart["status"] == "sent" for cart in self.run(now=f"{date}T12:00:00Z")["carts"])
        self.age()

    def age(self) -> None:
        """Everything in the state folder was written long ago."""
        for path in self.state.rglob("*"):
            os.utime(path, (1740000000, 1740000000))

    @property
    def state(self) -> Path:
        return Path(self.folder) / "state"

    def gc(self, *words: object, now: str = NOW) -> str:
        done = self.ferry("gc", "--now", now, *words)
        assert done.code == 0, done.err
        return str(done.out)

    def files(self) -> set[Path]:
        return {
            path
            for part in ("archive", "tables")
            for path in (self.state / part).rglob("*")
            if path.is_file()
        }

    def tables(self) -> list[Path]:
        return sorted((self.state / "tables").rglob("*.parquet"))

    def archived(self, data: str) -> Path:
        return next(
            path for path in (self.state / "archive").rglob("*.zst") if self.unpacked(path) == data.encode()
        )

    def unpacked(self, path: Path) -> bytes:
        return Archive(self.state / "archive").get(path.stem)

    def sql(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.state / "ledger.sqlite")) as connection:
            rows = connection.execute(statement).fetchall()
            connection.commit()
        return rows

    def verdicts(self, first: str, last: str) -> set[str]:
        done = self.ferry("rerun", "--json", "--from", first, "--to", last, "--now", NOW)
        assert done.code == 0, done.err
        return {each["verdict"] for each in done.json["documents"]}


@pytest.fixture
def kept(bare: Callable[[str], Any], once: Any) -> Kept:
    return Kept(bare(ACCOUNT), once)


# --- gc -------------------------------------------------------------------------------------------------------------


def test_gc_keeps_every_day_within_the_retention_and_refuses_the_earlier_ones(kept: Kept) -> None:
    kept.live()
    before, told = kept.files(), kept.ferry("explain", "acme", "S1", "--json").out
    said = kept.gc()
    assert "days from 2025-03-22 on can be rerun" in said
    gone = before - kept.files()
    assert len(gone) > 40
    assert f"removed: {sum(path.suffix == '.zst' for path in gone)} files of the archive" in said
    assert kept.verdicts("2025-03-22", "2025-03-30") == {"identical"}
    done = kept.ferry("rerun", "--date", "2025-03-15", "--now", NOW)
    assert done.code == 2
    assert "gc has removed what it was built from" in done.err
    assert "days can be rerun from 2025-03-22 on" in done.err
    done = kept.ferry("explain", "acme", "S1", "--at", "2025-03-15T12:00:00Z")
    assert done.code == 2
    assert "it is kept from 2025-03-21 on" in done.err
    (run,) = kept.sql("SELECT id FROM runs WHERE cart = 'market' AND now LIKE '2025-03-02%'")[0]
    done = kept.ferry("resend", run)
    assert done.code == 2
    assert "gc has removed its documents" in done.err
    assert kept.ferry("explain", "acme", "S1", "--json").out == told
    assert kept.ferry("verify").code == 0


def test_gc_keeps_what_a_carts_belief_is_made_of_however_old(kept: Kept) -> None:
    kept.live(12)
    told = kept.ferry("explain", "acme", "S1", "--cart", "front", "--json").json["carts"]["front"]["told"]
    kept.gc(
        now="2025-06-01T12:00:00Z"
    )  # nothing is within the retention, the first full document is still needed
    again = kept.ferry("explain", "acme", "S1", "--cart", "front", "--json").json["carts"]["front"]["told"]
    assert again == told
    kept.put("wms/INV_next.csv", "SKU,QTY,AS_OF\nS1,500,2025-06-01T09:00:00Z\n")
    carts = kept.run(now="2025-06-01T13:00:00Z")["carts"]
    assert [(cart["status"], cart["lines"]) for cart in carts] == [("sent", 1), ("sent", 40)]
    assert kept.ferry("verify").code == 0


def test_a_dry_run_removes_nothing_and_says_what_it_would(kept: Kept) -> None:
    kept.live(12)
    before = kept.files()
    said = kept.gc("--dry-run")
    assert kept.files() == before
    assert kept.gc() == said.replace("would be removed", "removed")
    assert kept.files() < before
    assert kept.gc().startswith("removed: 0 files of the archive, 0 tables, 0 leftovers")


def test_gc_takes_away_leftovers_but_not_what_others_left_nor_what_is_being_written(kept: Kept) -> None:
    kept.live(3)
    orphan = Archive(kept.state / "archive").path(Archive(kept.state / "archive").put(b"nobody refers to it"))
    leftover = orphan.with_name(f".{orphan.name}.0123abcd.tmp")
    leftover.write_bytes(b"half")
    table = kept.state / "tables/acme/levels-000000099.parquet"
    table.write_bytes(b"of a crash")
    kept.age()
    fresh = Archive(kept.state / "archive").path(
        Archive(kept.state / "archive").put(b"about to be referred to")
    )
    foreign = kept.state / "archive/notes.txt", kept.state / "tables/acme/README"
    for path in foreign:
        path.write_text("mine")
        os.utime(path, (1740000000, 1740000000))
    assert kept.gc(now="2025-03-05T12:00:00Z").startswith(
        "removed: 1 files of the archive, 1 tables, 1 leftovers"
    )
    assert not any(path.exists() for path in (orphan, leftover, table))
    assert all(path.exists() for path in (fresh, *foreign))


def test_what_is_archived_once_more_is_as_new(kept: Kept) -> None:
    kept.live(1)
    archive = Archive(kept.state / "archive")
    path = archive.path(archive.put(b"an old orphan"))
    kept.age()
    archive.put(b"an old orphan")
    kept.gc()
    assert path.exists()


def test_gc_keeps_a_held_file_until_it_is_decided(kept: Kept) -> None:
    kept.live(3)
    kept.put("wms/INV_empty.csv", "SKU,QTY,AS_OF\nS1,4,2025-04-03T09:00:00Z\n")
    report = kept.run(now="2025-03-03T13:00:00Z")
    assert report["files"][0]["status"] == "held"
    kept.age()
    kept.gc(now="2025-06-01T12:00:00Z")
    assert kept.ferry("release", report["files"][0]["hold"], "--now", "2025-06-01T12:00:00Z").code == 0


# --- verify ---------------------------------------------------------------------------------------------------------


def damaged(kept: Kept, *, code: int = 1) -> list[str]:
    done = kept.ferry("verify", "--json")
    assert done.code == code, done.out + done.err
    return [damage["what"] for damage in done.json["damages"]]


def test_verify_says_nothing_is_damaged_and_how_much_it_read(kept: Kept) -> None:
    kept.live(5)
    done = kept.ferry("verify")
    assert done.code == 0
    tables = kept.sql("SELECT count(*) FROM segments")[0][0]
    archived = len(list((kept.state / "archive").rglob("*.zst")))
    assert (
        done.out
        == f"checked: the ledger, {archived} files of the archive, {tables} tables\nnothing is damaged\n"
    )


def test_every_archived_file_that_is_gone_or_changed_is_named(kept: Kept) -> None:
    kept.live(3)
    for path in sorted((kept.state / "archive").rglob("*.zst")):
        data = path.read_bytes()
        if b"[account]" not in kept.unpacked(
            path
        ):  # today's configuration is archived again by every command
            path.unlink()
            (said,) = damaged(kept)
            assert path.stem in said
        path.write_bytes(data[: len(data) // 2])
        assert len(damaged(kept)) == 1
        path.write_bytes(data)
    assert kept.ferry("verify").code == 0


def test_the_damage_says_whose_file_it_was(kept: Kept) -> None:
    kept.live(1)
    kept.archived((Path(kept.folder) / "wms/INV_2025-03-01.csv").read_text()).unlink()
    (said,) = damaged(kept)
    assert said.startswith("file 1, INV_2025-03-01.csv: archive")
    assert "put back a copy" in said


def test_every_table_that_is_gone_or_changed_is_named(kept: Kept) -> None:
    kept.live(3)
    assert len(kept.tables()) >= 6
    for path in kept.tables():
        data = path.read_bytes()
        for broken in (None, data[:100], data[:-1] + b"!"):
            path.unlink()
            if broken is not None:
                path.write_bytes(broken)
            found = damaged(kept)
            assert found
            assert all(path.name in said for said in found), found
            path.write_bytes(data)
    assert kept.ferry("verify").code == 0


def test_a_table_that_an_earlier_release_wrote_is_compared_by_what_it_says(kept: Kept) -> None:
    kept.live(8)
    kept.sql("UPDATE segments SET sha256 = NULL")
    assert kept.ferry("verify").code == 0
    (table,) = kept.sql(
        "SELECT \"table\" FROM segments WHERE checkpoint AND kind = 'levels' ORDER BY seq DESC"
    )[0]
    other = kept.sql("SELECT \"table\" FROM segments WHERE checkpoint AND kind = 'levels' ORDER BY seq")[0][0]
    assert table != other
    rows = kept.sql(f"SELECT rows FROM segments WHERE \"table\" = '{table}'")[0][0]
    (kept.state / "tables" / table).write_bytes((kept.state / "tables" / other).read_bytes())
    kept.sql(f"UPDATE segments SET rows = {rows} WHERE \"table\" = '{table}'")
    (said,) = damaged(kept)
    assert "it is not what the levels before it add up to" in said or "by the ledger" in said


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM intakes WHERE seq = 2", "has 5 intakes, numbered up to 6"),
        (
            "UPDATE watermarks SET seq = 99 WHERE cart = 'front'",
            "acme/front was told up to an intake that is not there",
        ),
        ("UPDATE numbers SET last = 1", "has given number 3, and would give it again"),
        ("UPDATE outbox SET run = 77 WHERE id = 1", "row 1 of outbox refers to a row of runs"),
        ("UPDATE files SET size = 5 WHERE id = 1", "bytes in the archive, 5 by the ledger"),
    ],
)
def test_a_ledger_that_contradicts_itself_is_damaged(kept: Kept, damage: str, said: str) -> None:
    kept.live(3)
    kept.sql(damage)
    found = damaged(kept, code=4)
    assert any(said in each for each in found), found


# --- backup ---------------------------------------------------------------------------------------------------------


def restored(kept: Kept, backup: Path) -> None:
    """The state folder is lost, and unpacked from the backup."""
    kept.state.rename(Path(kept.folder) / "lost")
    with tarfile.open(backup) as tar:
        if hasattr(tarfile, "data_filter"):  # not before Python 3.11.4
            tar.extraction_filter = tarfile.data_filter
        tar.extractall(kept.state)


def test_a_backup_unpacks_to_a_state_folder_that_goes_on_where_it_was_made(
    kept: Kept, tmp_path: Path
) -> None:
    kept.live(5)
    kept.gc(now="2025-03-14T12:00:00Z")
    done = kept.ferry("backup", tmp_path / "copy.tar")
    assert done.code == 0, done.err
    kept.live_on(6, 6)
    restored(kept, tmp_path / "copy.tar")
    assert kept.ferry("verify").out.endswith("nothing is damaged\n")
    assert kept.verdicts("2025-03-05", "2025-03-05") == {"identical"}
    carts = kept.run(now="2025-03-06T12:00:00Z")[
        "carts"
    ]  # the sixth comes in once more, and goes out as it did
    assert [(cart["status"], cart["document"]) for cart in carts] == [
        ("sent", "front_0006.csv"),
        ("sent", "market_0006.xml"),
    ]


def test_a_backup_during_a_run_is_of_one_moment(kept: Kept, tmp_path: Path) -> None:
    """Another process holds the cart's and the intake's locks, and has written a table that nothing refers to yet."""
    kept.live(3)
    kept.sql(
        f"INSERT INTO locks VALUES ('cart acme/front', '{another_process()}', '2099-01-01T00:00:00.000000Z')"
    )
    (kept.state / "tables/acme/levels-000000099.parquet").write_bytes(b"half")
    assert kept.ferry("backup", tmp_path / "copy.tar").code == 0
    with tarfile.open(tmp_path / "copy.tar") as tar:
        names = tar.getnames()
    assert "ledger.sqlite" in names
    assert not any("000000099" in name for name in names)
    restored(kept, tmp_path / "copy.tar")
    assert kept.sql("SELECT * FROM locks") == []
    assert kept.ferry("verify").code == 0


def test_a_backup_replaces_nothing_and_leaves_nothing_half(kept: Kept, tmp_path: Path) -> None:
    kept.live(1)
    target = tmp_path / "copy.tar"
    target.write_text("precious")
    done = kept.ferry("backup", target)
    assert done.code == 2
    assert "it is there already" in done.err
    assert target.read_text() == "precious"
    done = kept.ferry("backup", tmp_path / "nowhere" / "copy.tar")
    assert done.code == 1
    assert "nowhere" in done.err
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_backup_of_a_damaged_state_says_what_is_not_in_it(kept: Kept, tmp_path: Path) -> None:
    kept.live(1)
    kept.tables()[0].unlink()
    done = kept.ferry("backup", tmp_path / "copy.tar")
    assert done.code == 1
    assert "not in it: table" in done.err
    assert (tmp_path / "copy.tar").exists()


def another_process() -> Holder:
    """One that is alive and is not this one."""
    return Holder(host=socket.gethostname(), pid=os.getppid(), token=started(os.getppid()))


def test_gc_and_backup_keep_out_of_each_others_way_and_out_of_a_runs(kept: Kept, tmp_path: Path) -> None:
    kept.live(1)
    holder = another_process()
    for lock, commands in {
        "the archive": (("gc",), ("backup", tmp_path / "copy.tar")),
        "cart acme/front": (("gc",),),
        "intake acme": (("gc",),),
    }.items():
        kept.sql(f"INSERT INTO locks VALUES ('{lock}', '{holder}', '2099-01-01T00:00:00.000000Z')")
        for words in commands:
            done = kept.ferry(*words)
            assert done.code == 3, words
            assert f"{lock} is being worked on" in done.err
        kept.sql("DELETE FROM locks")
