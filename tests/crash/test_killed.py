"""The real command line, killed with SIGKILL at an effect, against a real SSH server: the next run makes it good."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from history import History, Partner, history

ROOT = Path(__file__).parents[2]
HELPERS = ROOT / "tests" / "helpers"
KILLED = -9

pytestmark = pytest.mark.sshd


@dataclass(frozen=True)
class Zygote:
    """Runs the command line in children of its own, each of them killed at an effect.

    `ahead`: every file counts as large, so that the next one is brought in a thread while it is recorded.
    """

    process: subprocess.Popen[str]
    ahead: bool = False

    def run(self, folder: Path, *words: str, limit: int = 0, after: bool = False) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        ask = {
            "words": ["-c", str(folder / "stockferry.toml"), *words],
            "limit": limit,
            "after": after,
            "folder": str(folder),
            "ahead": self.ahead,
        }
        self.process.stdin.write(json.dumps(ask) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    command = [sys.executable, str(HELPERS / "zygote.py")]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HELPERS), str(ROOT)])}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=paths
    ) as process:
        yield Zygote(process)
        assert process.stdin is not None
        process.stdin.close()


def remote(sshd: Any, folder: Path) -> str:
    return f'url = "{sshd.url(folder)}"\nkey_file = "{sshd.key}"\nhost_keys = ["{sshd.fingerprint}"]'


def at_partners(sshd: Any, folder: Path) -> Partner:
    """An account whose warehouse and shop are behind the server."""
    partner = Partner(folder)
    partner.lay_out(wms=remote(sshd, folder / "wms"), shop=remote(sshd, folder / "shop"))
    return partner


def copied(partner: Partner, target: Path) -> Partner:
    """As it is now, somewhere else: the configuration follows."""
    copy = partner.copied(target)
    path = target / "stockferry.toml"
    path.write_text(path.read_text().replace(str(partner.folder), str(target)))
    return copy


def played(zygote: Zygote, partner: Partner, told: History, at: int) -> dict[str, Any]:
    answer = zygote.run(partner.folder, "run", "--now", told.clock(at).isoformat())
    assert answer["code"] == 0, answer
    partner.take(away=False)
    return answer


def kill_everywhere(zygote: Zygote, sshd: Any, folder: Path, seed: int, step: int) -> int:
    """Plays a history once for every `step`-th effect of its cycles, killed there; how often."""
    told = history(seed)
    whole = at_partners(sshd, folder / "whole")
    points = 0
    for at, files in enumerate(told.cycles):
        whole.lay(files, told.clock(at) - timedelta(minutes=5))
        before = copied(whole, folder / f"before-{at}")
        effects = played(zygote, whole, told, at)["effects"]
        assert effects > 10
        for limit in range(1 + (seed + at) % step, effects + 1, step):
            where = f"seed {seed}, cycle {at}, effect {limit} of {effects}"
            partner = copied(before, folder / "now")
            answer = zygote.run(
                partner.folder, "run", "--now", told.clock(at).isoformat(), limit=limit, after=bool(limit % 2)
            )
            assert answer["code"] == KILLED, (where, answer)
            partner.take(away=False)
            played(zygote, partner, told, at)
            for later in range(at + 1, len(told.cycles)):
                partner.lay(told.cycles[later], told.clock(later) - timedelta(minutes=5))
                played(zygote, partner, told, later)
            partner.judge(told.true, where)
            said = zygote.run(partner.folder, "files", "--json", "--limit", "1000")["said"]
            partner.judge_inputs(said, told.cycles, where)
            shutil.rmtree(partner.folder)
            points += 1
    whole.judge(told.true, f"seed {seed}, undisturbed")
    return points


@pytest.mark.parametrize("ahead", [False, True], ids=["small files", "large files"])
def test_a_killed_process_loses_nothing_and_doubles_nothing(
    zygote: Zygote, sshd: Any, tmp_path: Path, record_property: Callable[[str, object], None], *, ahead: bool
) -> None:
    points = kill_everywhere(replace(zygote, ahead=ahead), sshd, tmp_path, seed=21, step=29)
    assert points >= 8
    record_property("crash points", points)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "ahead"), [(200, False), (201, True)])
def test_a_process_killed_at_every_effect_loses_nothing_and_doubles_nothing(
    zygote: Zygote,
    sshd: Any,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    *,
    seed: int,
    ahead: bool,
) -> None:
    points = kill_everywhere(replace(zygote, ahead=ahead), sshd, tmp_path, seed, step=1)
    assert points >= 100
    record_property("crash points", points)
