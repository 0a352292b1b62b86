"""Processes of their own: two on one state folder double nothing, one that is killed in a transfer loses nothing."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

ROWS = "SKU,QTY,AS_OF\nA,{},2026-11-20T{:02}:00:00Z\nB,2,2026-11-20T{:02}:00:00Z\n"

NOW = "2026-11-20T12:00:00Z"


@dataclass(frozen=True)
class Workshop:
    """A workshop whose commands may be processes of their own, as cron or a service would start them."""

    inner: Any
    processes: Any
    numbers: Iterator[int] = field(default_factory=count)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def started(self, *words: str) -> Any:
        said = self.folder / f"said {next(self.numbers)}"
        return self.processes.start("-c", self.folder / "stockferry.toml", *words, said=said)


@pytest.fixture
def shop(workshop: Any, processes: Any) -> Workshop:
    return Workshop(workshop, processes)


def ended(process: Any) -> tuple[int, str]:
    return process.wait(60), process.said.read_text()


def test_two_daemons_on_one_state_folder_double_nothing(shop: Workshop) -> None:
    outcomes = []
    for hour in range(1, 5):
        shop.put(f"wms/INV_{hour}.csv", ROWS.format(hour, hour, hour), at=f"2026-11-20T{hour:02}:00:00Z")
        now = f"2026-11-20T{hour:02}:30:00Z"
        pair = [shop.started("run", "--now", now) for _ in range(2)]
        outcomes += [ended(process) for process in pair]
    assert {code for code, _ in outcomes} <= {0, 3}, outcomes
    assert all("is being worked on by process" in said for code, said in outcomes if code == 3)
    sent = shop.sent("front")
    assert list(sent) == [f"front_{number:04}.csv" for number in range(1, 5)]
    assert [text.splitlines()[1] for text in sent.values()] == [f"A,{hour}" for hour in range(1, 5)]
    listed = shop.ferry("files", "--json").json
    assert [(row["name"], row["status"]) for row in listed] == [
        (f"INV_{hour}.csv", "applied") for hour in (4, 3, 2, 1)
    ]


@pytest.mark.sshd
def test_the_second_says_who_is_at_work_or_waits(
    shop: Workshop, sshd: Any, fault_proxy: Callable[..., Any]
) -> None:
    proxy = fault_proxy(sshd.port, stall_after=3000, direction="down")
    behind(shop, sshd, proxy.port, "wms")
    shop.put("wms/INV_1.csv", ROWS.format(5, 9, 9))
    first = shop.started("run", "--now", NOW)
    until(lambda: proxy.fired == 1)
    code, said = ended(shop.started("run", "--now", NOW))
    assert code == 3
    assert f"cart acme/front is being worked on by process {first.pid} on {os.uname().nodename}" in said
    waiting = shop.started("run", "--wait", "--now", NOW)
    until(lambda: "waiting: cart acme/front is being worked on" in waiting.said.read_text())
    first.kill()
    first.wait()
    code, said = ended(waiting)
    assert code == 0, said
    assert list(shop.sent("front")) == ["front_0001.csv"]


@pytest.mark.sshd
def test_a_cart_whose_partner_has_stalled_holds_up_no_other_cart_of_its_merchant(
    shop: Workshop, sshd: Any, fault_proxy: Callable[..., Any]
) -> None:
    proxy = fault_proxy(sshd.port, stall_after=1500, direction="up")
    path = shop.folder / "stockferry.toml"
    slow = "[remotes.slow]\n" + table(sshd.settings(shop.folder / "slow", port=proxy.port))
    cart = '[merchants.acme.carts.far]\nremote = "slow"\nfile_name = "{number:04}.csv"\nformat = "csv"\n'
    path.write_text(f"{path.read_text()}\n{slow}\n{cart}")
    (shop.folder / "slow").mkdir()
    shop.put("wms/INV_1.csv", ROWS.format(5, 9, 9))
    stalled = shop.started("run", "--cart", "far", "--now", NOW)
    until(lambda: proxy.fired == 1)
    shop.put("wms/INV_2.csv", ROWS.format(6, 10, 10), at="2026-11-20T11:00:00Z")
    report = shop.run("--cart", "front", now=NOW)
    assert [file["name"] for file in report["files"]] == ["INV_2.csv"]
    assert shop.last("front").splitlines()[1] == "A,6"
    stalled.kill()
    stalled.wait()
    report = shop.run(now=NOW)  # the far cart's document of five goes out first, then what is true
    assert [(cart["cart"], cart["status"]) for cart in report["carts"]] == [
        ("front", "nothing-new"),
        ("far", "sent"),
        ("far", "sent"),
    ]
    told = [path.read_text().splitlines()[1] for path in sorted((shop.folder / "slow").iterdir())]
    assert told == ["A,5", "A,6"]


@pytest.mark.sshd
@pytest.mark.parametrize(
    ("remote", "direction", "position"),
    [("wms", "down", 50_000), ("wms", "down", 250_000), ("shop", "up", 50_000), ("shop", "up", 120_000)],
)
def test_a_process_killed_in_the_middle_of_a_transfer_loses_and_doubles_nothing(
    shop: Workshop,
    sshd: Any,
    fault_proxy: Callable[..., Any],
    *,
    remote: str,
    direction: str,
    position: int,
) -> None:
    skus = [f"SKU-{number:05},{number},2026-11-20T09:00:00Z" for number in range(12_000)]
    shop.put("wms/INV_1.csv", "\n".join(["SKU,QTY,AS_OF", *skus, ""]))
    proxy = fault_proxy(sshd.port, stall_after=position, direction=direction)
    behind(shop, sshd, proxy.port, remote)
    process = shop.started("run", "--now", NOW)
    until(lambda: proxy.fired == 1)
    process.kill()
    process.wait()
    assert not [name for name in shop.sent("front") if not name.startswith(".")]
    report = shop.run(now=NOW)
    assert [file["status"] for file in report["files"]] == (["applied"] if remote == "wms" else [])
    assert [cart["status"] for cart in report["carts"]] == ["sent"]
    assert list(shop.sent("front")) == ["front_0001.csv"]
    assert shop.last("front").splitlines()[1:] == [f"SKU-{number:05},{number}" for number in range(12_000)]


def behind(shop: Workshop, sshd: Any, port: int, remote: str) -> None:
    """Puts a remote behind the SSH server, by way of that port."""
    path = shop.folder / "stockferry.toml"
    settings = sshd.settings(shop.folder / remote, port=port)
    path.write_text(path.read_text().replace(f'url = "./{remote}"', table(settings)))


def table(settings: dict[str, object]) -> str:
    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in settings.items())


def until(holds: Callable[[], bool]) -> None:
    """Waits for something that another thread or process does."""
    done = threading.Event()
    for _ in range(3000):
        if holds():
            return
        done.wait(0.01)
    pytest.fail("it did not come about")
