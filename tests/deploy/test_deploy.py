"""What docs/deploy has can be used: commands that exist, options that systemd and a container's builder know."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from batch.cli.app import COMMANDS
from batch.errors import ConfigurationError, LedgerDamaged

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
NAMES = set(COMMANDS)


def unit() -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((DEPLOY / "stockferry.service").read_text())
    return parser


def test_the_unit_runs_commands_that_exist() -> None:
    service = unit()["Service"]
    commands = [service[key].split("/stockferry ")[1] for key in ("ExecStartPre", "ExecStart")]
    assert commands == ["check", "schedule"]
    assert set(commands) <= NAMES
    prevented = service["RestartPreventExitStatus"].split()
    assert prevented == [str(ConfigurationError.exit_code), str(LedgerDamaged.exit_code)]


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not here")
    text = (DEPLOY / "stockferry.service").read_text().replace("/srv/ferry/.venv/bin/stockferry", "/bin/true")
    (tmp_path / "stockferry.service").write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / "stockferry.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "stockferry.service" not in done.stderr, done.stderr


def test_the_container_runs_commands_that_exist_and_copies_what_is_there() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    (entry,) = re.findall(r'^ENTRYPOINT \["(\w+)"\]', text, re.MULTILINE)
    words = re.findall(r'^CMD \["(\w+)"\]', text, re.MULTILINE) + re.findall(
        r'CMD \["stockferry", "(\w+)"\]', text
    )
    assert entry == "stockferry"
    assert sorted(words) == ["healthy", "schedule"]
    assert set(words) <= NAMES
    assert (DEPLOY.parents[1] / "constraints.txt").is_file()
