"""The benchmark itself, small enough for every day."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def script(name: str, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script of the benchmark, which finds its neighbours beside itself; without peers that are not Python's own."""
    dropped = ("PYTHONSAFEPATH", "PEERS_PYTHON", "PEERS_NODE")
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    command = [sys.executable, str(BENCHMARKS / name), *map(str, words)]
    path = os.pathsep.join(map(str, (BENCHMARKS, BENCHMARKS.parent)))
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**kept, "PYTHONPATH": path, **environment},
        check=False,
    )


def short(folder: Path, *groups: str, **environment: str) -> subprocess.CompletedProcess[str]:
    words = (*groups, "--short", "--skus", 500, "--rounds", 1, "--folder", folder)
    return script("bench.py", *words, **environment)


def rows(page: str) -> list[list[str]]:
    """The cells of its tables."""
    return [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]


def headings(page: str) -> list[str]:
    return [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]


GROUPS = {
    ("cycle",): ["One cycle", "More carts, and what follows", "Where a cycle spends its time"],
    ("growth",): ["Growth"],
    ("start",): ["Start"],
    ("history",): ["Growth of history"],
    ("documents",): ["Documents read", "Documents written", "An 846 with oddities, read by us"],
}


@pytest.mark.parametrize(
    ("groups", "sections"),
    [
        pytest.param(("small",), ["Many small carts"], id="small"),
        *(
            pytest.param(groups, sections, marks=pytest.mark.slow, id="-".join(groups))
            for groups, sections in GROUPS.items()
        ),
    ],
)
def test_a_group_runs_to_its_end_and_leaves_no_account(
    tmp_path: Path, groups: tuple[str, ...], sections: list[str]
) -> None:
    done = short(tmp_path, *groups)
    assert done.returncode == 0, done.stderr
    assert headings(done.stdout) == ["What is aimed at", *sections]
    verdicts = {each[-1] for each in rows(done.stdout) if "".join(each[2:3])[:1] in ("≤", "≥")}
    assert verdicts <= {"met", "missed", "not measured"}
    assert not list(tmp_path.rglob("stockferry.toml"))


@pytest.mark.slow
def test_what_was_found_is_kept_until_the_page_is_written(tmp_path: Path) -> None:
    short(tmp_path, "growth")
    (tmp_path / "found" / "growth.json").rename(tmp_path / "growth.json")
    plot = script("plot.py", tmp_path / "growth.json", tmp_path / "growth.svg")
    if "No module named 'matplotlib'" in plot.stderr:
        pytest.skip("matplotlib is missing; make bench installs it")
    assert plot.returncode == 0, plot.stderr
    assert (tmp_path / "growth.svg").read_text().startswith("<?xml")


@pytest.mark.slow
def test_carts_that_are_due_at_once_are_measured_beside_one_merchant_with_all_rows(tmp_path: Path) -> None:
    few = ("--merchants", 3, "--carts", 2, "--skus", 20, "--cycles", 2, "--rounds", 1)
    done = script("overhead.py", *few, "--folder", tmp_path)
    assert done.returncode == 0, done.stderr
    assert headings(done.stdout) == ["What is aimed at", "Many carts at once", "A daemon's memory"]


def test_one_other_quantity_is_a_difference(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sku,quantity\nA-1,10\nB-2,3\n")
    (tmp_path / "b.csv").write_text("sku,quantity\nA-1,10\nB-2,4\n")
    done = script("agreement.py", f"csv:{tmp_path}/a.csv", f"csv:{tmp_path}/b.csv")
    assert done.returncode == 1
    assert done.stderr.endswith("differ: line 2: B-2 3 and B-2 4\n")


@pytest.mark.slow
def test_a_tool_that_comes_to_other_numbers_stops_the_benchmark(tmp_path: Path) -> None:
    liar = tmp_path / "python"
    liar.write_text(
        """#!/bin/sh\necho '{"seconds": 1.0, "lines": 500, "total": 1, "checksum": 1, "peak": 1.0}'\n"""
    )
    liar.chmod(0o755)
    done = short(tmp_path, "documents", PEERS_PYTHON=str(liar))
    assert done.returncode == 1
    assert "ansi-x12 comes to other SKUs or quantities" in done.stderr
