"""The daemon for minutes against a real SSH server: killed, restarted, given a bad configuration, and a partner that stalls.

A slow profile: `make slow` runs it, and it prints how punctual the others were.
"""

from __future__ import annotations

import itertools
import json
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import pytest

FERRY = "import sys; sys.argv[0] = 'stockferry'; from batch.cli import main; main()"
EVERY = 2
CART = """
[merchants.acme.carts.{name}]
remote = "{remote}"
path = "{name}"
file_name = "{{number:06}}.csv"
format = "csv"
send = "full"
schedule = {{ every = "{every}s" }}
"""
PUNCTUAL = ("front", "other")
PHASE = 20
"""Slots of each punctual cart in every phase."""


@contextmanager
def daemon(shop: Any) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-u", "-c", FERRY, "-c", str(shop.folder / "stockferry.toml"), "schedule"]
    log = (shop.folder / "daemon.log").open("a")
    with log, subprocess.Popen(command, stdout=log, stderr=log, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def taken(shop: Any, cart: str) -> list[tuple[datetime, datetime]]:
    """Slot, and when its run was settled, of every run that was sent."""
    path = shop.folder / "state/ledger.sqlite"
    if not path.exists():
        return []
    query = "SELECT slot, finished_at FROM runs WHERE cart = ? AND status = 'sent' ORDER BY id"
    with closing(sqlite3.connect(path, timeout=30)) as ledger:
        try:
            rows = ledger.execute(query, (cart,)).fetchall()
        except sqlite3.OperationalError:  # its tables are being made
            return []
    return [(datetime.fromisoformat(slot), datetime.fromisoformat(done)) for slot, done in rows]


def until(holds: Callable[[], bool], shop: Any) -> None:
    pause = threading.Event()
    for _ in range(6000):
        if holds():
            return
        pause.wait(0.05)
    pytest.fail(f"it did not come about: {(shop.folder / 'daemon.log').read_text()[-3000:]}")


@pytest.mark.slow
@pytest.mark.sshd
def test_whatever_happens_to_one_cart_or_the_daemon_the_others_keep_their_times(
    workshop: Any, sshd: Any, fault_proxy: Callable[..., Any]
) -> None:
    shop = workshop
    proxy = fault_proxy(sshd.port, stall_after=1500, direction="up", times=10_000)
    for cart in (*PUNCTUAL, "stalled"):
        (shop.folder / "far" / cart).mkdir(parents=True)
    remotes = {
        "far": sshd.settings(shop.folder / "far"),
        "slow": {**sshd.settings(shop.folder / "far", port=proxy.port), "timeout": "10s"},
    }
    tables = "".join(
        f"\n[remotes.{name}]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in table.items())
        for name, table in remotes.items()
    )
    path = shop.folder / "stockferry.toml"
    head = path.read_text().split("[merchants.acme.carts.front]")[0]
    carts = [*((name, "far") for name in PUNCTUAL), ("stalled", "slow")]
    good = head + tables + "".join(CART.format(name=name, remote=at, every=EVERY) for name, at in carts)
    path.write_text(good)
    shop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,5,2026-11-20T09:00:00Z\n")

    def phase() -> Callable[[], bool]:
        before = {cart: len(taken(shop, cart)) for cart in PUNCTUAL}
        return lambda: all(len(taken(shop, cart)) >= before[cart] + PHASE for cart in PUNCTUAL)

    for killed in (True, False):
        with daemon(shop) as process:
            until(phase(), shop)
            path.write_text(good.replace("every", "evry"))
            until(phase(), shop)
            path.write_text(good)
            process.send_signal(signal.SIGKILL if killed else signal.SIGTERM)
            if not killed:
                process.send_signal(signal.SIGTERM)
                process.wait(60)
    log = (shop.folder / "daemon.log").read_text()
    assert log.count("the daemon goes on with the configuration it has") >= 2
    assert proxy.fired >= 2
    assert not taken(shop, "stalled")
    for cart in PUNCTUAL:
        runs = taken(shop, cart)
        slots = [slot for slot, _ in runs]
        assert slots == sorted(set(slots))
        late = sorted((done - slot).total_seconds() for slot, done in runs)
        missed = [(later - slot).total_seconds() / EVERY - 1 for slot, later in itertools.pairwise(slots)]
        print(
            f"{cart}: {len(runs)} slots, {EVERY} s apart; told after a median of {statistics.median(late):.2f} s, "
            f"95 % within {late[int(len(late) * 0.95)]:.2f} s, at most {late[-1]:.2f} s; "
            f"{sum(missed):.0f} slots missed, those over the restart among them"
        )
