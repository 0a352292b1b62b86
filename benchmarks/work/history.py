"""Many cycles of one account in one process: `python history.py anew|daemon CONFIGURATION MARK...`.

`anew`: each opens the ledger and reads the state, as one of `stockferry run` would; `daemon`: both stay. Prints `{"skus", "cycles", "seconds":
{MARK: [...]}, "state": {MARK: bytes}, "resident": {MARK: MB}}`: of the cycles that follow each mark, what the state folder holds before
them, and the process after them. The files of one cycle more lie there at the end.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import data
import numpy as np
from work.daemon import held

from batch.clock import SystemClock
from batch.config import load
from batch.ledger.engine import Ledger, open_ledger
from batch.runner.cycle import run_cycle
from batch.runner.session import LEDGER, chosen_carts, opened
from batch.store.memory import Memory

SKUS = 10_000
CYCLES = 40
"""Measured after each mark: several checkpoints are among them."""
ORDERS = 10
QUARTER = timedelta(minutes=15)


def main() -> None:
    manner, path, marks = sys.argv[1], Path(sys.argv[2]), [int(word) for word in sys.argv[3:]]
    path.write_text(path.read_text().replace('ready = "rename"', 'ready = "rename"\nafter = "delete"'))
    seconds: dict[int, list[float]] = {mark: [] for mark in marks}
    state: dict[int, int] = {}
    resident: dict[int, float] = {}
    configuration = load(path)
    kept = None
    if manner == "daemon":
        kept = open_ledger(configuration.state / LEDGER), Memory(configuration.account.memory)
    for number in range(marks[-1] + CYCLES):
        lay(path.parent, number)
        took = one_cycle(path, number, kept)
        for mark in marks:
            if mark <= number < mark + CYCLES:
                seconds[mark].append(took)
                state[mark] = state.get(mark) or stored(path.parent / "state")
                resident[mark] = held()
    lay(path.parent, marks[-1] + CYCLES)
    found = {"seconds": seconds, "state": state, "resident": resident}
    print(json.dumps({"skus": SKUS, "cycles": CYCLES, **found}))


def lay(folder: Path, number: int) -> None:
    """First everything, then an update of other SKUs each time, with orders for some of them that it counts already."""
    random = np.random.default_rng([data.SEED, number])
    some = (
        np.sort(random.choice(SKUS, SKUS // data.CHANGED_EVERY, replace=False)) if number else np.arange(SKUS)
    )
    at = data.EXPORTED + number * QUARTER
    (folder / "wms" / f"{number}.csv").write_bytes(data.levels(some, at, random))
    lines = [
        f"WEB-{number}-{row},1,{sku},1,{at - QUARTER:%Y-%m-%dT%H:%M:%SZ},paid"
        for row, sku in enumerate(data.sku_names(some[:ORDERS]).to_pylist())
    ]
    header = "order_id,line_no,sku,qty,created_at,status"
    (folder / "shop" / "orders" / f"{number}.csv").write_text("\n".join([header, *lines, ""]))


def one_cycle(path: Path, number: int, kept: tuple[Ledger, Memory] | None) -> float:
    """Seconds of a cycle, which must tell its cart something."""
    now = datetime(2026, 11, 20, 9, 11, tzinfo=UTC) + number * QUARTER
    start = time.perf_counter()
    configuration = load(path)
    ledger, memory = kept or (None, None)
    with opened(configuration, SystemClock(fixed=now), ledger=ledger, memory=memory) as context:
        report = run_cycle(context, chosen_carts(configuration, None, None), ["acme"])
    took = time.perf_counter() - start
    if [cart.status for cart in report.carts] != ["sent"] or report.exit_code:
        sys.exit(f"cycle {number}: {report}")
    return took


def stored(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
