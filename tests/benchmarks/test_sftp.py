"""The benchmark of SFTP, small enough for every day."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """Runs the benchmark as make bench-sftp does."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONSAFEPATH"}
    command = [sys.executable, str(BENCHMARKS / "sftp.py"), "--rounds", "1", *map(str, words)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**kept, "PYTHONPATH": str(BENCHMARKS.parent)},
        check=False,
    )


def test_a_small_round_measures_every_move_near_and_far_beside_openssh() -> None:
    if shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        if os.environ.get("CI"):
            pytest.fail("sshd is missing; install openssh-server")
        pytest.skip("sshd is missing")
    done = run("--megabytes", 1, "--files", 10, "--delay", 2)
    assert done.returncode == 0, done.stderr
    rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines()]
    moves = ["1 MB down", "1 MB up", "10 files of 4 KB down", "10 files of 4 KB up"]
    for client in ("Stockferry", "sftp"):
        assert [row[:2] for row in rows if row[2:3] == [client]] == [
            [place, move] for place in ("near", "far, 2 ms") for move in moves
        ]
