"""A process that stays tells what one would that starts anew, whoever else is at work on the same state folder."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from batch.clock import SystemClock
from batch.config import load
from batch.daemon.daemon import Daemon
from batch.errors import StoreError
from batch.ledger.engine import open_ledger
from batch.log import events
from batch.model import State
from batch.runner.cycle import Report, run_cycle
from batch.runner.session import LEDGER, chosen_carts, opened
from batch.store import state
from batch.store.memory import Memory
from batch.store.tables import Tables

MANY = "".join(f"S{number},10,2026-11-20T09:00:00Z\n" for number in range(40))


class Staying:
    """Cycles of one process, as the daemon has them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.memory = folder, Memory(10**9)
        self.configuration = load(folder / "stockferry.toml")

    def run(self, now: str) -> Report:
        clock = SystemClock(fixed=datetime.fromisoformat(now))
        with (
            closing(open_ledger(self.configuration.state / LEDGER)) as ledger,
            opened(self.configuration, clock, ledger=ledger, memory=self.memory) as context,
        ):
            report = run_cycle(context, chosen_carts(self.configuration, None, None), ["acme"])
        assert report.exit_code == 0, report
        return report

    def known(self, *, anew: bool = False) -> State:
        """What it would begin its next cycle with; it reads no table for that. `anew`: what another process would."""
        tables = self.configuration.state / "tables" if anew else self.folder / "nowhere"
        with closing(open_ledger(self.configuration.state / LEDGER)) as ledger:
            return state.load(ledger, Tables(tables), "acme", memory=None if anew else self.memory)


@pytest.fixture
def shop(workshop: Any) -> Any:
    """Files that tell some levels; a cart that is told everything each time."""
    path = workshop.folder / "stockferry.toml"
    text = path.read_text().replace('content = "full"', 'content = "updates"').replace("INV_*", "*")
    path.write_text(text + 'send = "full"\n')
    levels(workshop, 1, MANY)
    return workshop


@pytest.fixture
def staying(shop: Any) -> Staying:
    return Staying(shop.folder)


def levels(shop: Any, number: int, rows: str) -> None:
    shop.put(f"wms/{number}.csv", f"SKU,QTY,AS_OF\n{rows}", at=f"2026-11-20T10:{number:02}:00Z")


def orders(shop: Any, number: int, rows: str) -> None:
    shop.put(
        f"shop/orders/{number}.csv",
        f"order,line,sku,qty,at,status\n{rows}",
        at=f"2026-11-20T10:{number:02}:00Z",
    )


def told(shop: Any, *skus: str) -> list[str]:
    """The latest document's lines of these SKUs."""
    return [line for line in shop.last("front").splitlines() if line.split(",")[0] in skus]


def test_for_a_few_changes_it_needs_no_table(shop: Any, staying: Staying) -> None:
    staying.run("2026-11-20T10:30:00Z")
    assert told(shop, "S1", "S2", "S3") == ["S1,10", "S2,10", "S3,10"]
    shutil.rmtree(shop.folder / "state/tables")
    levels(shop, 31, "S1,4,2026-11-20T10:31:00Z\n")
    orders(shop, 31, "1,1,S2,3,2026-11-20T10:30:00Z,new\n2,1,S1,1,2026-11-20T10:30:00Z,new\n")
    staying.run("2026-11-20T10:32:00Z")
    assert told(shop, "S1", "S2", "S3") == ["S1,4", "S2,7", "S3,10"]
    levels(shop, 33, "NEW,8,2026-11-20T10:31:00Z\n")
    orders(shop, 33, "3,1,NEW,5,2026-11-20T10:32:00Z,new\n")
    staying.run("2026-11-20T10:34:00Z")
    assert told(shop, "S1", "S2", "S3", "NEW") == ["NEW,3", "S1,4", "S2,7", "S3,10"]


def test_what_another_process_took_in_counts(shop: Any, staying: Staying) -> None:
    staying.run("2026-11-20T10:30:00Z")
    levels(shop, 31, "S1,4,2026-11-20T10:31:00Z\n")
    shop.run(now="2026-11-20T10:32:00Z")
    orders(shop, 33, "1,1,S1,3,2026-11-20T10:32:00Z,new\n")
    staying.run("2026-11-20T10:34:00Z")
    assert told(shop, "S1", "S2") == ["S1,1", "S2,10"]


def test_when_an_earlier_state_folder_is_put_back_that_one_counts(
    shop: Any, staying: Staying, tmp_path: Path
) -> None:
    staying.run("2026-11-20T10:30:00Z")
    shutil.copytree(shop.folder / "state", tmp_path / "backup")
    levels(shop, 31, "S1,4,2026-11-20T10:31:00Z\n")
    staying.run("2026-11-20T10:32:00Z")
    assert told(shop, "S1", "S2") == ["S1,4", "S2,10"]
    (shop.folder / "wms/31.csv").unlink()
    shutil.rmtree(shop.folder / "state")
    (tmp_path / "backup").rename(shop.folder / "state")
    levels(shop, 33, "S2,5,2026-11-20T10:33:00Z\n")
    staying.run("2026-11-20T10:34:00Z")
    assert told(shop, "S1", "S2") == ["S1,10", "S2,5"]


def test_order_lines_that_a_checkpoint_leaves_out_are_left_out_of_what_is_kept(
    shop: Any, staying: Staying
) -> None:
    orders(shop, 1, "1,1,S1,3,2026-10-01T10:00:00Z,new\n2,1,S1,1,2026-11-20T09:30:00Z,new\n")
    (shop.folder / "wms/1.csv").write_text(f"SKU,QTY,AS_OF\n{MANY.replace('11-20', '09-20')}")
    staying.run("2026-11-20T10:30:00Z")
    assert told(shop, "S1") == ["S1,6"]
    levels(shop, 2, MANY)
    staying.run("2026-11-20T10:32:00Z")
    assert told(shop, "S1") == ["S1,9"]
    assert len(staying.known().orders) == 2
    orders(shop, 33, "3,1,S2,1,2026-11-20T10:32:00Z,new\n3,2,S3,1,2026-11-20T10:32:00Z,new\n")
    staying.run("2026-11-20T10:34:00Z")
    kept, anew = staying.known(), staying.known(anew=True)
    assert kept.orders["order"].tolist() == ["2", "3", "3"]
    pd.testing.assert_frame_equal(kept.orders, anew.orders)
    pd.testing.assert_frame_equal(kept.levels, anew.levels)
    assert told(shop, "S1", "S2", "S3") == ["S1,9", "S2,9", "S3,9"]


def test_a_file_that_changes_nothing_is_not_warned_of_what_the_one_before_it_said(
    shop: Any, staying: Staying
) -> None:
    staying.run("2026-11-20T10:30:00Z")
    orders(shop, 31, "1,1,GHOST,1,2026-11-20T10:30:00Z,new\n")
    (first,) = staying.run("2026-11-20T10:32:00Z").files
    assert [warning for warning in first.warnings if "GHOST" in warning]
    shop.put(
        "shop/orders/0.csv",
        "order,line,sku,qty,at,status\n1,1,S1,2,2026-11-20T10:00:00Z,new\n",
        at="2026-11-20T10:20:00Z",
    )
    (second,) = staying.run("2026-11-20T10:34:00Z").files
    assert (second.counts.applied, second.counts.older) == (0, 1)
    assert not second.warnings


def test_what_there_is_no_room_for_is_read_again(shop: Any, staying: Staying) -> None:
    staying.memory.room = 1
    staying.run("2026-11-20T10:30:00Z")
    with pytest.raises(StoreError):
        staying.known()
    levels(shop, 31, "S1,4,2026-11-20T10:31:00Z\n")
    staying.run("2026-11-20T10:32:00Z")
    assert told(shop, "S1", "S2") == ["S1,4", "S2,10"]


@pytest.mark.parametrize(("setting", "room"), [("", 500_000_000), ('memory = "2GB"', 2_000_000_000)])
def test_the_daemon_has_the_room_that_its_configuration_gives_it(shop: Any, setting: str, room: int) -> None:
    path = shop.folder / "stockferry.toml"
    path.write_text(path.read_text().replace('name = "Test"', f'name = "Test"\n{setting}'))
    daemon = Daemon(path=path, clock=SystemClock(), journal=events(as_json=False))
    daemon.stop.set()
    daemon.run()
    assert daemon.memory.room == room


def test_the_daemon_has_its_threads_share_heaps_before_it_begins_one(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    monkeypatch.setattr("batch.daemon.daemon.share_heaps", lambda: threads.append(threading.active_count()))
    daemon = Daemon(path=shop.folder / "stockferry.toml", clock=SystemClock(), journal=events(as_json=False))
    daemon.stop.set()
    before = threading.active_count()
    daemon.run()
    assert threads == [before]
