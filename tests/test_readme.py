"""README's terminal session is what a terminal shows."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from batch.cli import main
from batch.cli.app import COMMANDS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PROMPT = "$ "


def session(text: str) -> list[tuple[str, list[str]]]:
    """The commands of all console blocks with what they print, trailing blanks stripped."""
    commands: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith(PROMPT):
                commands.append((line.removeprefix(PROMPT), []))
            else:
                commands[-1][1].append(line.rstrip())
    return commands


def play(commands: list[str], patch: pytest.MonkeyPatch) -> list[list[str]]:
    """What each command prints, one after another from the working directory on."""
    printed = []
    for command in commands:
        program, *words = shlex.split(command)
        text = ferry(words, patch) if program == "stockferry" else shell(command, patch)
        printed.append([line.rstrip() for line in text.splitlines()])
    return printed


def ferry(words: list[str], patch: pytest.MonkeyPatch) -> str:
    """Runs our command in this process, as its entry point would; it must end well."""
    patch.setattr("sys.argv", ["stockferry", *words])
    with contextlib.redirect_stdout(io.StringIO()) as out, pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    return out.getvalue()


def shell(command: str, patch: pytest.MonkeyPatch) -> str:
    """Runs any other command; where it leaves the shell, the next one begins."""
    done = subprocess.run(["/bin/sh", "-ec", f"{command}\npwd"], capture_output=True, text=True, check=True)
    *lines, folder = done.stdout.splitlines()
    patch.chdir(folder)
    return "\n".join(lines)


def test_the_terminal_session_prints_what_readme_and_its_sequel_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    texts = [page.read_text(encoding="utf-8") for page in (README, ROOT / "docs" / "past-days.md")]
    commands = [command for text in texts for command in session(text)]
    assert len(commands) >= 7
    printed = play([command for command, _ in commands], monkeypatch)
    assert list(zip((command for command, _ in commands), printed, strict=True)) == commands


def test_files_that_readme_names_are_there() -> None:
    names = re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8"))
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_readme_names_every_command_and_no_other() -> None:
    table = re.findall(r"^\| `([a-z]+)[^`/]*` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(table) == sorted(COMMANDS)


def test_readme_stays_readable() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 220
