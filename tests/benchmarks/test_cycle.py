"""The benchmark itself, small enough for every day."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def script(name: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Runs a script of the benchmark, which finds its neighbours beside itself."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONSAFEPATH"}
    command = [sys.executable, str(BENCHMARKS / name), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_small_round_runs_to_its_end_and_leaves_nothing_but_input_files(tmp_path: Path) -> None:
    done = script("cycle.py", "--short", "--skus", 2000, "--rounds", 1, "--folder", tmp_path)
    assert done.returncode == 0, done.stderr
    headings = [line for line in done.stdout.splitlines() if line.startswith("## ")]
    assert headings == [
        "## What is aimed at",
        "## One cycle",
        "## What follows",
        "## Where a cycle spends its time",
    ]
    assert "| Stockferry |" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["2000-skus"]


def test_one_other_quantity_is_a_difference(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sku,quantity\nA-1,10\nB-2,3\n")
    (tmp_path / "b.csv").write_text("sku,quantity\nA-1,10\nB-2,4\n")
    done = script("agreement.py", f"csv:{tmp_path}/a.csv", f"csv:{tmp_path}/b.csv")
    assert done.returncode == 1
    assert done.stderr.endswith("differ: line 2: B-2 3 and B-2 4\n")


def test_documents_are_measured_beside_other_libraries_and_read_back_the_same() -> None:
    done = script("documents.py", 200)
    assert done.returncode == 0, done.stderr
    assert {(figure["what"], figure["by"]) for figure in json.loads(done.stdout)} >= {
        ("xml: write", "Stockferry"),
        ("xml: write", "lxml xmlfile"),
        ("edi846: read", "Stockferry"),
        ("csv: write", "pandas to_csv"),
    }
