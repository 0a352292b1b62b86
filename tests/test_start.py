"""What a command loads: frames and their libraries only where there is something to calculate."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[1] / "sample_data"
HEAVY = "numpy pandas pyarrow lxml paramiko cryptography tomlkit structlog"
LOADED = f"""
import sys
try:
    from batch.cli import main
    main()
finally:
    sys.stderr.write("loaded:" + ",".join(name for name in {HEAVY.split()!r} if name in sys.modules))
"""


def loaded(folder: Path, *words: str) -> str:
    """What of HEAVY a command has loaded at its end."""
    command = [sys.executable, "-c", LOADED, *words]
    return subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True).stderr.rpartition(
        "loaded:"
    )[2]


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """An account that has had its first cycle."""
    folder = tmp_path / "account"
    shutil.copytree(SAMPLE, folder)
    assert "pandas" in loaded(folder, "run", "--now", "2026-11-20T17:30:00Z")
    loaded(folder, "status")  # counts oversold SKUs, once after something has come in
    return folder


def test_help_loads_no_frames(tmp_path: Path) -> None:
    assert not loaded(tmp_path, "--help")


@pytest.mark.parametrize("command", ["status", "runs", "files", "rejects", "slots"])
def test_a_command_that_looks_loads_no_frames(account: Path, command: str) -> None:
    assert not loaded(account, command)


def test_a_cycle_with_nothing_new_loads_no_frames(account: Path) -> None:
    assert not loaded(account, "run", "--cart", "acme/shopfront", "--now", "2026-11-20T18:00:00Z")
