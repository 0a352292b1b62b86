"""The benchmark of the 846, small enough for every day."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the benchmark as make bench-edi does, without its peers."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("PEERS_", "PYTHONSAFEPATH"))
    }
    command = [sys.executable, str(BENCHMARKS / "edi846.py"), "--rounds", "1", *map(str, words)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**kept, "PYTHONPATH": str(BENCHMARKS.parent), **environment},
        check=False,
    )


def test_a_small_round_measures_what_is_there_and_names_what_is_not() -> None:
    done = run("--lines", 2000)
    assert done.returncode == 0, done.stderr
    assert "Not there, so not measured: ansi-x12, pyx12, x12-parser, node-x12." in done.stdout
    measured = [line.split(" | ")[0:3] for line in done.stdout.splitlines() if " | 2,000 | " in line]
    assert [by for _, by, _ in measured] == [
        "Stockferry",
        "loop",
        "Stockferry, checks of values included",
        "Stockferry, to a file",
        "plain loop, LIN and QTY alone",
        "one write of the same bytes",
        "sound",
        "CRLF after each segment",
        "every hundredth line with REF and DTM",
        "SDQ, two warehouses",
        "LS and REF, two warehouses",
    ]


def test_a_tool_that_comes_to_other_numbers_stops_the_benchmark(tmp_path: Path) -> None:
    liar = tmp_path / "python"
    liar.write_text(
        """#!/bin/sh\necho '{"seconds": [1.0, 1.0], "lines": 2000, "total": 1, "checksum": 1, "peak": 1.0}'\n"""
    )
    liar.chmod(0o755)
    done = run("--lines", 2000, PEERS_PYTHON=str(liar))
    assert done.returncode == 1
    assert "ansi-x12 comes to other SKUs or quantities" in done.stderr
