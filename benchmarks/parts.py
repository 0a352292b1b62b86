"""Where a cycle spends its time: the command line under Python's profiler, and the steps that stand out of it.

`python parts.py PROFILE -c stockferry.toml run …` does what `stockferry` does and leaves a profile.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from pathlib import Path

STEPS = (
    ("fetch from the remote", "batch/remotes/fetch.py", "fetch"),
    ("archive: hash, compress, sync", "batch/store/archive.py", "put"),
    ("read CSV as text", "formats/csv/reader.py", "read_table"),
    ("conform levels", "batch/receive/conform/inventory.py", "conform_inventory"),
    ("conform order lines", "batch/receive/conform/orders.py", "conform_orders"),
    ("apply levels", "batch/reconcile/levels.py", "apply_statements"),
    ("apply order lines", "batch/reconcile/orders.py", "apply_lines"),
    ("write Parquet, sync", "batch/store/tables.py", "write"),
    ("match order lines with levels", "batch/reconcile/coded.py", "code"),
    ("reconcile", "batch/reconcile/available.py", "available"),
    ("cart rules", "batch/advise/advice.py", "advise"),
    ("write the document", "formats/csv/writer.py", "write_document"),
    ("read it back", "formats/csv/reader.py", "read_document"),
    ("wait for upload and settling", "batch/runner/lanes.py", "result"),
)
"""What a step is called here, and the function that does it. None of them calls another of them."""


def main() -> None:
    profile = Path(sys.argv.pop(1))
    from batch import beside  # noqa: PLC0415 - what it imports belongs to the cycle
    from batch.cli import main as stockferry  # noqa: PLC0415

    beside.WORTH_A_THREAD = sys.maxsize  # a profile is of one thread
    profiler = cProfile.Profile()
    try:
        profiler.runcall(stockferry)
    finally:
        profiler.dump_stats(profile)


def steps(profile: Path) -> list[tuple[str, float | None]]:
    """Per step its seconds, called functions included; None if no such function was called."""
    stats = pstats.Stats(str(profile)).stats  # type: ignore[attr-defined]
    seconds = {
        (Path(file).as_posix(), function): cumulative
        for (file, _, function), (*_, cumulative, _callers) in stats.items()
    }
    return [
        (
            step,
            next(
                (took for (at, name), took in seconds.items() if name == function and at.endswith(file)), None
            ),
        )
        for step, file, function in STEPS
    ]


if __name__ == "__main__":
    main()
