"""Many cycles of one account in one process, as a daemon has them.

`python history.py CONFIGURATION MARK...` prints `{"skus", "cycles", "seconds": {MARK: [...]}, "state": {MARK: bytes}}`: of the cycles that
follow each mark, and what the state folder holds then.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import data
import numpy as np

from batch.clock import SystemClock
from batch.config import load
from batch.runner.cycle import run_cycle
from batch.runner.session import chosen_carts, opened

SKUS = 10_000
CYCLES = 40
"""Measured after each mark: several checkpoints are among them."""
ORDERS = 10
QUARTER = timedelta(minutes=15)


def main() -> None:
    path, marks = Path(sys.argv[1]), [int(word) for word in sys.argv[2:]]
    path.write_text(path.read_text().replace('ready = "rename"', 'ready = "rename"\nafter = "delete"'))
    seconds: dict[int, list[float]] = {mark: [] for mark in marks}
    state: dict[int, int] = {}
    for number in range(marks[-1] + CYCLES):
        lay(path.parent, number)
        took = one_cycle(path, number)
        for mark in marks:
            if mark <= number < mark + CYCLES:
                seconds[mark].append(took)
                state[mark] = state.get(mark) or stored(path.parent / "state")
    print(json.dumps({"skus": SKUS, "cycles": CYCLES, "seconds": seconds, "state": state}))


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


def one_cycle(path: Path, number: int) -> float:
    """Seconds of a cycle, which must tell its cart something."""
    now = datetime(2026, 11, 20, 9, 11, tzinfo=UTC) + number * QUARTER
    start = time.perf_counter()
    configuration = load(path)
    with opened(configuration, SystemClock(fixed=now)) as context:
        report = run_cycle(context, chosen_carts(configuration, None, None), ["acme"])
    took = time.perf_counter() - start
    if [cart.status for cart in report.carts] != ["sent"] or report.exit_code:
        sys.exit(f"cycle {number}: {report}")
    return took


def stored(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
