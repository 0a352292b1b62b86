"""The rule by which a process that reads or writes a document measures itself."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

ENOUGH, MOST = 2.0, 5


def repeated(act: Callable[[], T]) -> tuple[dict[str, float], T]:
    """As often as fits into two seconds, at most five times: median seconds, wall and CPU; and the last result."""
    walls: list[float] = []
    cpus: list[float] = []
    while True:
        start, used = time.perf_counter(), time.process_time()
        result = act()
        walls.append(time.perf_counter() - start)
        cpus.append(time.process_time() - used)
        if sum(walls) >= ENOUGH or len(walls) == MOST:
            return {"seconds": statistics.median(walls), "cpu": statistics.median(cpus)}, result
        del result


def tell(figures: dict[str, float], **more: int) -> None:
    """Prints what was found, and the most memory that this process has held so far, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = most * (1 if sys.platform == "darwin" else 1024) / 1e6
    print(json.dumps({**figures, **more, "peak": peak}))
