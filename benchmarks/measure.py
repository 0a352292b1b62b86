"""What a command costs: wall time, CPU and the most memory it held. Needs a small parent, see `run`."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

PACKAGES = ("stockferry", "pandas", "pyarrow", "lxml", "duckdb", "polars")


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


def environment() -> dict[str, str]:
    """Ours, but modules are compiled once, as they are where a project is installed, not at every start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _megabytes(most: int) -> float:
    """`ru_maxrss` is in KiB, on macOS in bytes."""
    return most * (1 if sys.platform == "darwin" else 1024) / 1e6


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
    """Python and the packages that do the work, those that are there."""
    return ", ".join([f"Python {platform.python_version()}", *filter(None, map(_version, PACKAGES))])


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""
