"""What a command costs: wall time, CPU and the most memory it held. Needs a small parent, see `run`."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

PACKAGES = ("stockferry", "pandas", "pyarrow", "lxml", "duckdb", "polars")
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


class CommandFailed(Exception):
    """A command of the benchmark ended badly; its figures would mean nothing."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """`wall`, `user`, `system` in seconds; `peak` in MB (10^6 bytes) resident; `out`: what was printed."""

    wall: float
    user: float
    system: float
    peak: float
    out: str = ""

    @property
    def cpu(self) -> float:
        return self.user + self.system


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The rounds of one command: medians, and the least and most wall time."""

    rounds: tuple[Cost, ...]

    @property
    def wall(self) -> float:
        return statistics.median(cost.wall for cost in self.rounds)

    @property
    def least(self) -> float:
        return min(cost.wall for cost in self.rounds)

    @property
    def most(self) -> float:
        return max(cost.wall for cost in self.rounds)

    @property
    def cpu(self) -> float:
        return statistics.median(cost.cpu for cost in self.rounds)

    @property
    def peak(self) -> float:
        return statistics.median(cost.peak for cost in self.rounds)


Column = Literal["wall", "cpu", "peak"]


def ratio(mine: Figures, others: Iterable[Figures], column: Column) -> float | None:
    """How many times the least of the others: in each round, then the median; None if there are no others.

    A machine's speed drifts from round to round, and so a round is only compared with itself.
    """
    by_round = zip(*(_column(each, column) for each in others), strict=True)
    least = [min(values) for values in by_round]
    pairs = list(zip(_column(mine, column), least, strict=True)) if least else []
    return statistics.median(own / other for own, other in pairs) if pairs else None


def rate(mine: Figures, others: Iterable[Figures]) -> float | None:
    """How many times as fast as the fastest of the others: in each round, then the median; None if there are no others."""
    slower = ratio(mine, others, "wall")
    return 1 / slower if slower else None


def share(with_it: Figures, without: Figures) -> float:
    """What something adds to a time, as a part of the time without it: in each round, then the median."""
    pairs = zip(_column(with_it, "wall"), _column(without, "wall"), strict=True)
    return statistics.median((longer - shorter) / shorter for longer, shorter in pairs)


def _column(figures: Figures, column: Column) -> list[float]:
    return [float(getattr(cost, column)) for cost in figures.rounds]


def run(command: Sequence[object]) -> Cost:
    """Runs a command to its end and reads its cost from the kernel.

    A child's peak begins with that of the process that starts it, so the caller must stay small: no pandas here.

    Raises:
        CommandFailed: it did not end with 0; with what it said.
    """
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        child = subprocess.Popen(words, stdout=out, stderr=err, env=environment())
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        for stream in (out, err):
            stream.seek(0)
        if child.returncode:
            raise CommandFailed(
                f"{' '.join(words)}: ended with {child.returncode}\n{err.read()}{out.read()}".strip()
            )
        return Cost(
            wall=wall,
            user=used.ru_utime,
            system=used.ru_stime,
            peak=_megabytes(used.ru_maxrss),
            out=out.read(),
        )


def ask(command: Sequence[object]) -> tuple[Cost, dict[str, Any]]:
    """Runs a command that prints a JSON object.

    Raises:
        CommandFailed: as `run`.
    """
    cost = run(command)
    return cost, json.loads(cost.out)


def child(script: str, *words: object) -> list[object]:
    """The command that runs one of our scripts, by its path below this folder."""
    return [sys.executable, HERE / script, *words]


def floor(folder: Path, *, reads: Sequence[Path] = (), writes: Sequence[Path] = ()) -> float:
    """Seconds that the machine needs for these bytes alone: to read and hash the ones, to hash, write and sync the others."""
    _, found = ask(child("work/floor.py", folder, *reads, "--", *writes))
    return float(found["seconds"])


def environment() -> dict[str, str]:
    """Ours, but modules are compiled once, as they are where a project is installed, not at every start.

    Scripts below this folder find the modules beside it, and our packages, whether these are installed or not.
    """
    dropped = ("PYTHONDONTWRITEBYTECODE", "PYTHONSAFEPATH")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}"}


def _megabytes(most: int) -> float:
    """`ru_maxrss` is in KiB, on macOS in bytes."""
    return most * (1 if sys.platform == "darwin" else 1024) / 1e6


def today() -> str:
    """The day, in UTC."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


def machine() -> str:
    """Cores, memory and system, in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB, {platform.system()} {platform.machine()}"
    )


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def versions() -> str:
    """Python and the packages that do the work, those that are there, and the commit of ours."""
    found = [f"Python {platform.python_version()}", *map(_version, PACKAGES), _commit()]
    return ", ".join(filter(None, found))


def _commit() -> str:
    """Which commit is measured, and whether its files were changed; nothing outside of a clone."""
    words = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f"commit {done.stdout.strip()}"


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""
