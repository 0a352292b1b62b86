"""Cycles of one process, as the daemon has them: `python stay.py CONFIGURATION NOW [FILE FOLDER ...] [/ NOW [FILE FOLDER ...]] ...`.

Each cycle begins at NOW, when each FILE has been laid into its FOLDER (relative to the configuration). Prints `{"cycles"}`: for each
`{"cost", "told"}`: seconds (`wall`, `user`, `system`) and the MB held after it (`peak`), and the lines that each cart was told.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from work.daemon import held

from batch.clock import SystemClock
from batch.config import Configuration, load
from batch.ledger.engine import Ledger, open_ledger
from batch.runner.cycle import receive_only, run_cycle
from batch.runner.session import LEDGER, chosen_carts, opened
from batch.store.memory import Memory


def main() -> None:
    configuration = load(Path(sys.argv[1]))
    memory = Memory(configuration.account.memory)
    with closing(open_ledger(configuration.state / LEDGER)) as ledger:
        found = [_cycle(configuration, ledger, memory, words) for words in _cycles(sys.argv[2:])]
    print(json.dumps({"cycles": found}))


def _cycles(words: list[str]) -> Iterator[list[str]]:
    while "/" in words:
        place = words.index("/")
        yield words[:place]
        words = words[place + 1 :]
    yield words


def _cycle(configuration: Configuration, ledger: Ledger, memory: Memory, words: list[str]) -> dict[str, Any]:
    now, *files = words
    for file, folder in zip(files[::2], files[1::2], strict=True):
        os.link(file, configuration.folder / folder / Path(file).name)
    clock, carts = SystemClock(datetime.fromisoformat(now)), chosen_carts(configuration, None, None)
    start, used = time.perf_counter(), os.times()
    with opened(configuration, clock, ledger=ledger, memory=memory) as context:
        received = receive_only(context, carts, list(configuration.merchants), wait=True)
        report = run_cycle(context, carts, (), wait=True)
    wall, spent = time.perf_counter() - start, os.times()
    if received.exit_code or report.exit_code:
        sys.exit(f"{now}: {received} {report}")
    cost = {
        "wall": wall,
        "user": spent.user - used.user,
        "system": spent.system - used.system,
        "peak": held(),
    }
    return {"cost": cost, "told": [cart.lines for cart in report.carts]}


if __name__ == "__main__":
    main()
