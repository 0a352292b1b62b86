"""The daemon over some cycles in which every cart is due at once: `python daemon.py CONFIGURATION SKUS CYCLES`.

Prints `{"seconds", "resident"}`, for each cycle: from when its carts are due until all have been told, and the MB that the process
holds then. The clock is ours: an hour passes when a cycle is over.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from work.lay_out_merchants import update

from batch.config import Configuration, load
from batch.daemon.daemon import Daemon, scheduled
from batch.ledger import slots
from batch.runner.session import ledger_of

HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PATIENCE = 1800.0


class Hours:
    """Stands still until it is told that an hour has passed."""

    def __init__(self) -> None:
        self.at = BEGIN

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Counting:
    """The daemon's journal: counts the carts that have been told something."""

    def __init__(self) -> None:
        self.told = 0
        self.trouble: list[str] = []
        self.changed = threading.Condition()

    def info(self, event: str, **about: Any) -> None:
        if "cart" in about and ": sent: " in event:
            with self.changed:
                self.told += 1
                self.changed.notify()

    def warning(self, event: str, **about: Any) -> None:
        if "condition" in about:  # late, as hours pass at once here; or a delivery that is on its way
            return
        with self.changed:
            self.trouble.append(event)
            self.changed.notify()

    def wait(self, carts: int) -> None:
        with self.changed:
            there = self.changed.wait_for(lambda: self.told >= carts or self.trouble, PATIENCE)
        if self.trouble or not there:
            print("; ".join(self.trouble[:3]) or f"{self.told} of {carts} carts were told", file=sys.stderr)
            os._exit(1)


def main() -> None:
    path, skus, cycles = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    clock, journal = Hours(), Counting()
    daemon = Daemon(path=path, clock=clock, journal=journal)
    configuration = load(path)
    carts = len(scheduled(configuration))
    thread = threading.Thread(target=daemon.run, daemon=True)
    thread.start()
    until_known(configuration, carts)
    seconds, resident = [], []
    for number in range(1, cycles + 1):
        start = time.perf_counter()
        clock.at += HOUR
        journal.wait(carts * number)
        seconds.append(time.perf_counter() - start)
        resident.append(held())
        if number < cycles:
            update(path.parent, skus, clock.at + HOUR / 2)
    daemon.stop.set()
    thread.join()
    print(json.dumps({"seconds": seconds, "resident": resident}))


def until_known(configuration: Configuration, carts: int) -> None:
    """A new cart's slots begin when the daemon first sees it."""
    with ledger_of(configuration) as ledger:
        while True:
            with ledger.read() as connection:
                if len(slots.last_taken(connection, BEGIN + HOUR)) >= carts:
                    return
            time.sleep(0.1)


def held() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
