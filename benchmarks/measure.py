"""What a command costs: wall time, CPU and the most memory it held. Needs a small parent, see `run`."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

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


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The rounds of one command as one line: medians, and the least and most wall time. `cpu`: user and system."""

    wall: float
    least: float
    most: float
    cpu: float
    peak: float


def run(command: Sequence[object]) -> Cost:
    """Runs a command to its end and reads its cost from the kernel.

    A child's peak begins with that of the process that starts it, so the caller must stay small: no pandas here.

    Raises:
        CommandFailed: it did not end with 0; with what it said.
    """
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        child = subprocess.Popen(words, stdout=out, stderr=err)
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


def _megabytes(most: int) -> float:
    """`ru_maxrss` is in KiB, on macOS in bytes."""
    return most * (1 if sys.platform == "darwin" else 1024) / 1e6


def figures(costs: Sequence[Cost]) -> Figures:
    """Medians over the rounds."""
    walls = [cost.wall for cost in costs]
    return Figures(
        wall=statistics.median(walls),
        least=min(walls),
        most=max(walls),
        cpu=statistics.median(cost.user + cost.system for cost in costs),
        peak=statistics.median(cost.peak for cost in costs),
    )


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
