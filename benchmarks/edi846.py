"""The 846 beside other tools: reading and writing, speed and memory, the same data for all.

    python benchmarks/edi846.py [--lines N] [--rounds N] [--publish]

Python peers run in the environment that PEERS_PYTHON names, npm's under PEERS_NODE (a folder with node_modules); `make
bench-edi` makes both. A peer that is missing is left out, and the table says so. Slow peers read as much as they finish
in half a minute, found by a pilot; figures are MB/s, and ratios of MB/s. A tool that comes to other SKUs or quantities
than ours stops the benchmark. Each tool reads a file several times in one process: the median counts, as in a batch runner
that lives for months; the first read, which has to get its memory from the system, is told beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from documents import advice
from measure import machine

from formats.contract import QUANTITY_IN, Envelope
from formats.edi846 import Edi846

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance-edi846.md"
PEERS = Path(__file__).parent / "peers" / "edi"
PYTHON, NODE = ("loop", "ansi-x12", "pyx12"), ("x12-parser", "node-x12")
PILOT, LONGEST = 20_000, 30.0
ENVELOPE = Envelope(number=1, written_at=datetime(2026, 11, 20, 12, tzinfo=UTC), complete=True)
OPTIONS: dict[str, Any] = {"sender": "ZZ/ACMEWHSE", "receiver": "ZZ/BIGBOX"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measurement in MB/s. `rate`: the median of `rounds`; `first`: of the first of them. `peak`: MB."""

    what: str
    by: str
    lines: int
    rounds: int
    rate: float
    first: float | None = None
    peak: float | None = None


def main() -> None:
    words = arguments()
    with tempfile.TemporaryDirectory() as folder:
        rows = [*reading(Path(folder), words), *writing(Path(folder), words), *tolerance(words)]
    page = report(rows, words)
    print(page)
    if words.publish:
        PAGE.write_text(page, encoding="utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--publish", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    return parser.parse_args()


def document(lines: int, **options: Any) -> bytes:
    wanted = Edi846.Writing(**{**OPTIONS, **options})
    frame = advice(lines)
    if wanted.by_warehouse():
        frame[QUANTITY_IN + "EAST"] = frame["quantity"]
        frame[QUANTITY_IN + "WEST"] = frame["quantity"] * 0
    return Edi846().write(frame, wanted, ENVELOPE)


def reading(folder: Path, words: argparse.Namespace) -> list[Row]:
    """Ours and every peer, each in a process of its own, on a file of as many lines as it finishes in time."""
    rows = []
    ours_command = [sys.executable, str(Path(__file__).with_name("edi846_ours.py"))]
    for by, command in {"Stockferry": ours_command, **commands()}.items():
        lines = words.lines if by in {"Stockferry", "loop"} else fitting(folder, command, words.lines)
        path = folder / f"{lines}.edi"
        if not path.exists():
            path.write_bytes(document(lines))
        found = measured(command, path, lines, words.rounds)
        size = path.stat().st_size / 1e6
        rows.append(
            Row(
                what="read",
                by=by,
                lines=lines,
                rounds=words.rounds,
                rate=size / statistics.median(found["seconds"]),
                first=size / found["seconds"][0],
                peak=found["peak"],
            )
        )
    return rows


def commands() -> dict[str, list[str]]:
    """Tool → how to run it, for those that are there."""
    found = {"loop": [sys.executable, str(PEERS / "python_readers.py"), "loop"]}
    python, node = os.environ.get("PEERS_PYTHON"), os.environ.get("PEERS_NODE")
    if python:
        found |= {tool: [python, str(PEERS / "python_readers.py"), tool] for tool in PYTHON[1:]}
    if node:
        found |= {tool: ["node", str(PEERS / "node_readers.cjs"), tool] for tool in NODE}
    return found


def fitting(folder: Path, command: list[str], most: int) -> int:
    """As many lines as the tool reads in half a minute, judged by a small file."""
    path = folder / f"{PILOT}.edi"
    if not path.exists():
        path.write_bytes(document(PILOT))
    seconds = measured(command, path, PILOT, 2)["seconds"][-1]
    return min(most, max(PILOT, int(PILOT * LONGEST / seconds) // PILOT * PILOT))


def measured(command: list[str], path: Path, lines: int, rounds: int) -> dict[str, Any]:
    """What a tool says of a file that it reads so many times; stops where it is not what stands there."""
    environment = {**os.environ, "NODE_PATH": str(Path(os.environ.get("PEERS_NODE", ".")) / "node_modules")}
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        [*command, str(path), str(rounds)], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command[-1]}: {done.stderr.strip()[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    frame = advice(lines)
    expected = (lines, int(frame["quantity"].sum()), zlib.crc32("\n".join(frame["sku"]).encode()))
    if (found["lines"], found["total"], found["checksum"]) != expected:
        raise SystemExit(f"{command[-1]} comes to other SKUs or quantities: {found}")
    return found


def writing(folder: Path, words: argparse.Namespace) -> list[Row]:
    """Ours, a plain loop, and one write of the same bytes."""
    frame, options = advice(words.lines), Edi846.Writing(**OPTIONS)
    data = Edi846().write(frame, options, ENVELOPE)
    skus, quantities = frame["sku"].tolist(), frame["quantity"].tolist()
    path = folder / "written.edi"

    def plain() -> bytes:
        parts = [
            f"LIN*{n}*SK*{sku}~QTY*33*{q}*EA~"
            for n, (sku, q) in enumerate(zip(skus, quantities, strict=True), 1)
        ]
        return "".join(parts).encode()

    acts: dict[str, Callable[[], Any]] = {
        "Stockferry, checks of values included": lambda: Edi846().write(frame, options, ENVELOPE),
        "Stockferry, to a file": lambda: path.write_bytes(Edi846().write(frame, options, ENVELOPE)),
        "plain loop, LIN and QTY alone": plain,
        "one write of the same bytes": lambda: path.write_bytes(data),
    }
    times: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(words.rounds):
        for name, act in acts.items():
            times[name].append(seconds_of(act))
    return [
        Row(
            what="write",
            by=name,
            lines=words.lines,
            rounds=words.rounds,
            rate=len(data) / statistics.median(each) / 1e6,
        )
        for name, each in times.items()
    ]


def seconds_of(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def tolerance(words: argparse.Namespace) -> list[Row]:
    """Reading what is odd beside what is sound, in this process."""
    plain = document(words.lines)
    files = {
        "sound": plain,
        "CRLF after each segment": plain.replace(b"~", b"~\r\n"),
        "every hundredth line with REF and DTM": plain.replace(
            b"7~QTY*33*7*", b"7~REF*ZZ*X~DTM*036*20261231~QTY*33*7*"
        ),
        "SDQ, two warehouses": document(words.lines, location="sdq"),
        "LS and REF, two warehouses": document(words.lines, location="ls"),
    }
    times: dict[str, list[float]] = {name: [] for name in files}
    for _ in range(words.rounds):
        for name, data in files.items():
            times[name].append(seconds_of(lambda data=data: Edi846().read(data, {}, Edi846.Reading())))
    return [
        Row(
            what="read oddities",
            by=name,
            lines=words.lines,
            rounds=words.rounds,
            rate=len(files[name]) / statistics.median(each) / 1e6,
        )
        for name, each in times.items()
    ]


def report(rows: list[Row], words: argparse.Namespace) -> str:
    """The page."""
    ours = next(row for row in rows if row.by == "Stockferry")
    loop = next(row for row in rows if row.by == "loop")
    peers = [row for row in rows if row.what == "read" and row.by not in {"Stockferry", "loop"}]
    written = {row.by: row for row in rows if row.what == "write"}
    missing = [name for name in (*PYTHON, *NODE) if name not in {row.by for row in rows}]
    best = max(peers, key=lambda row: row.rate, default=None)
    write_ours = written["Stockferry, checks of values included"].rate
    once = written["one write of the same bytes"].rate
    lines = [
        "# 846 beside other tools",
        "",
        f"`make bench-edi` on {date.today().isoformat()}: {words.lines:,} LIN, medians of {words.rounds} rounds, {machine()}.",  # noqa: DTZ011 - the day of the machine
        "MB/s of the document; each reading tool in a process of its own, and each must come to the same SKUs and quantities.",
        *([f"Not there, so not measured: {', '.join(missing)}."] if missing else []),
        "",
        "| aim | found | |",
        "|---|---|---|",
    ]
    if best is not None:
        found = ours.rate / best.rate
        lines.append(
            f"| read at least 10 times the fastest library | {found:.1f} times {best.by} | {_met(found >= 10)} |"
        )
    found = ours.rate / loop.rate
    lines.append(f"| read above the plain loop | {found:.2f} times | {_met(found >= 1)} |")
    lines.append(
        f"| write above 100 MB/s, or half of writing the bytes once | {write_ours:.0f} MB/s, {write_ours / once:.2f} of once "
        f"| {_met(write_ours >= 100 or write_ours / once >= 0.5)} |"
    )
    lines += [
        "",
        "| | by | lines | MB/s | beside ours | first time, MB/s | peak MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        base = {"read": ours.rate, "write": write_ours}.get(row.what)
        base = base or next(each.rate for each in rows if each.by == "sound")
        first, peak = (f"{number:.0f}" if number else "" for number in (row.first, row.peak))
        lines.append(
            f"| {row.what} | {row.by} | {row.lines:,} | {row.rate:.1f} | {row.rate / base:.2f} | {first} | {peak} |"
        )
    return "\n".join(lines) + "\n"


def _met(fine: bool) -> str:
    return "met" if fine else "missed"


if __name__ == "__main__":
    main()
