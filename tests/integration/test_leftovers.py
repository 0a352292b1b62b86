"""What a crash, a full disk or a careless hand leaves behind: a sentence that says what to do, and nothing lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fuse import Blown, Fuse, fused

from batch.clock import SystemClock
from batch.config import load
from batch.ledger import engine
from batch.runner.cycle import run_cycle
from batch.runner.session import chosen_carts, opened

ACCOUNT = """
[account]
name = "Test"
state = "{state}"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
[[merchants.acme.inventory]]
remote = "wms"
files = "INV_*.csv"
format = "csv"
ready = "rename"
columns = {{ sku = "SKU", quantity = "QTY", as_of = "AS_OF" }}
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "front_{{number:04}}.csv"
format = "csv"
[[merchants.globex.inventory]]
remote = "wms"
files = "GLX_*.csv"
format = "csv"
ready = "rename"
columns = {{ sku = "SKU", quantity = "QTY", as_of = "AS_OF" }}
[merchants.globex.carts.other]
remote = "shop"
path = "other"
file_name = "other_{{number:04}}.csv"
format = "csv"
"""
HEADER = "SKU,QTY,AS_OF\n"
NOW, LATER = "2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z"


@pytest.fixture
def shop(bare: Callable[[str], Any]) -> Any:
    """Two merchants with a cart each, told once; a newer file of either waits."""
    made = bare(ACCOUNT.format(state="state"))
    for folder in ("front", "other"):
        (made.folder / "shop" / folder).mkdir()
    for name in ("INV", "GLX"):
        made.put(f"wms/{name}_1.csv", f"{HEADER}A,1,2026-11-20T09:00:00Z\nB,2,2026-11-20T09:00:00Z\n")
    made.run(now=NOW)
    for name, quantity in (("INV", 7), ("GLX", 8)):
        made.put(
            f"wms/{name}_2.csv", f"{HEADER}A,{quantity},2026-11-20T11:00:00Z\n", at="2026-11-20T11:00:00Z"
        )
    return made


def statuses(report: Any) -> dict[str, str]:
    return {cart["cart"]: cart["status"] for cart in report["carts"]}


def is_good(shop: Any) -> None:
    """Both carts were told twice, and nothing else."""
    assert list(shop.sent("front")) == ["front_0001.csv", "front_0002.csv"]
    assert list(shop.sent("other")) == ["other_0001.csv", "other_0002.csv"]
    assert shop.last("front").splitlines()[1:] == ["A,7"]
    assert shop.last("other").splitlines()[1:] == ["A,8"]


def test_temporary_files_on_the_disk_and_on_the_remote_are_in_nobodys_way(shop: Any) -> None:
    state = shop.folder / "state"
    (state / "archive/.x.zst.0a1b2c3d.tmp").write_bytes(b"half")
    (state / "tables/acme/.levels-000000002.parquet.0a1b2c3d.tmp").write_bytes(b"half")
    (state / "tables/acme/levels-000000002.parquet").write_bytes(b"of a crash before its transaction")
    (shop.folder / "shop/front/.front_0002.csv.0a1b.tmp").write_bytes(b"half")
    shop.put("wms/INV_3.csv.filepart", "half")
    shop.put("wms/.INV_3.csv", "half")
    assert statuses(shop.run(now=LATER)) == {"front": "sent", "other": "sent"}
    (shop.folder / "shop/front/.front_0002.csv.0a1b.tmp").unlink()
    is_good(shop)


def stage_and_crash(shop: Any) -> str:
    """A cycle that ends when its first document would be uploaded; the SHA-256 of that document."""
    configuration = load(shop.folder / "stockferry.toml")
    fuse = Fuse()
    around = fuse.around

    def until_an_upload(name: str) -> Any:
        if name == "remote write":
            fuse.limit = len(fuse.names) + 1
        return around(name)

    fuse.around = until_an_upload  # type: ignore[method-assign]
    clock = SystemClock(fixed=None)
    with pytest.raises(Blown), opened(configuration, clock) as context:
        run_cycle(fused(context, fuse), chosen_carts(configuration, "acme", None), ["acme"])
    assert fuse.blown
    with closing(sqlite3.connect(shop.folder / "state/ledger.sqlite")) as ledger:
        ((sha256,),) = ledger.execute("SELECT sha256 FROM outbox WHERE state <> 'settled'").fetchall()
        ledger.execute("DELETE FROM locks")
        ledger.commit()
    return str(sha256)


def test_a_staged_document_that_is_gone_stops_its_cart_alone_until_a_copy_is_back(shop: Any) -> None:
    sha256 = stage_and_crash(shop)
    path = shop.folder / f"state/archive/{sha256[:2]}/{sha256}.zst"
    data = path.read_bytes()
    path.unlink()
    done = shop.ferry("run", "--json", "--now", LATER)
    assert done.code == 1
    assert statuses(done.json) == {"front": "failed", "other": "sent"}
    assert f"{sha256}.zst" in done.err
    assert "put back a copy of the archive" in done.err
    verified = shop.ferry("verify")
    assert verified.code == 1
    assert "front_0002.csv of run" in verified.out
    path.write_bytes(data)
    shop.run(now=LATER)
    is_good(shop)


@pytest.mark.parametrize("damage", ["truncated", "gone"])
def test_a_damaged_table_stops_its_merchant_alone_until_a_copy_is_back(shop: Any, damage: str) -> None:
    (path,) = (shop.folder / "state/tables/acme").glob("*.parquet")
    data = path.read_bytes()
    path.unlink()
    if damage == "truncated":
        path.write_bytes(data[: len(data) // 2])
    done = shop.ferry("run", "--json", "--now", LATER)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert path.name in done.err
    assert "put back a copy of the state folder" in done.err
    assert statuses(done.json)["other"] == "sent"
    assert statuses(done.json)["front"] != "sent"
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    shop.run(now=LATER)
    is_good(shop)


def test_a_ledger_that_another_program_has_locked_is_busy(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PATIENCE", 0.05)
    with closing(sqlite3.connect(shop.folder / "state/ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = shop.ferry("run", "--now", LATER)
        assert done.code == 3
        assert "another process is writing to it; try again" in done.err
        other.execute("ROLLBACK")
    shop.run(now=LATER)
    is_good(shop)


def test_a_clock_that_was_set_back_confuses_nobody(shop: Any) -> None:
    assert statuses(shop.run(now="2026-11-20T11:30:00Z")) == {"front": "sent", "other": "sent"}
    is_good(shop)
    assert statuses(shop.run(now="2026-11-20T10:00:00Z")) == {"front": "nothing-new", "other": "nothing-new"}
    found = shop.ferry("rerun", "--date", "2026-11-20", "--json", "--now", LATER).json["documents"]
    assert [each["verdict"] for each in found] == ["identical"] * 4
    assert shop.ferry("verify").code == 0
    is_good(shop)


# --- a disk of our own ----------------------------------------------------------------------------------------------


def mount(*words: object) -> None:
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine does not let the test mount: {done.stderr.strip()}")


@pytest.fixture
def small_disk(shop: Any) -> Iterator[Path]:
    """The state folder on a disk of its own, with what it held."""
    if os.geteuid():
        pytest.skip("only root mounts")
    state = shop.folder / "state"
    state.rename(shop.folder / "kept")
    state.mkdir()
    mount("-t", "tmpfs", "-o", "size=4m", "stockferry-test", state)
    try:
        subprocess.run(["cp", "-a", f"{shop.folder}/kept/.", state], check=True)
        yield state
    finally:
        subprocess.run(["umount", state], check=True)


def fill(folder: Path) -> Path:
    """Leaves no block free."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b"x" * 4096)
    return ballast


def test_a_full_disk_is_a_sentence_and_room_makes_it_good(shop: Any, small_disk: Path) -> None:
    ballast = fill(small_disk)
    done = shop.ferry("run", "--now", LATER)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "make room" in done.err
    assert list(shop.sent("front")) == ["front_0001.csv"]
    ballast.unlink()
    shop.run(now=LATER)
    is_good(shop)
    assert shop.ferry("verify").code == 0
    assert not list(small_disk.rglob(".*.tmp"))


@pytest.mark.parametrize("free", [4096, 8192, 16384, 32768, 65536])
def test_a_disk_that_fills_up_somewhere_in_the_middle_loses_nothing(
    shop: Any, small_disk: Path, free: int
) -> None:
    ballast = fill(small_disk)
    os.truncate(ballast, ballast.stat().st_size - free)
    done = shop.ferry("run", "--now", LATER)
    assert done.code == 1, done.out
    assert "Traceback" not in done.err
    assert "make room" in done.err
    ballast.unlink()
    shop.run(now=LATER)
    is_good(shop)
    assert shop.ferry("verify").code == 0


def test_a_read_only_state_folder_is_a_sentence(shop: Any, small_disk: Path) -> None:
    mount("-o", "remount,ro", small_disk)
    done = shop.ferry("run", "--now", LATER)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "right to" in done.err
    assert list(shop.sent("front")) == ["front_0001.csv"]
    mount("-o", "remount,rw", small_disk)
    shop.run(now=LATER)
    is_good(shop)
