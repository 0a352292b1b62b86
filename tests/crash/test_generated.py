"""A crash at any effect of any cycle of generated histories: the next run ends where an undisturbed one would have."""

from __future__ import annotations

import contextlib
import io
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fuse import Blown, Fuse, disk, fused
from history import History, Partner, history

from batch.cli.output import print_json, records
from batch.config import load
from batch.ledger.engine import open_ledger
from batch.ledger.files import list_files
from batch.ledger.locks import Holder
from batch.runner.cycle import Report, run_cycle
from batch.runner.session import LEDGER, chosen_carts, opened

DEAD = 2**22 + 1  # no process has this number: Linux gives none above 2**22
STABLE = 'ready = "stable"\nsettle = "10s"'


@dataclass
class Clock:
    """Stands still but for what is slept on it."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def cycle(partner: Partner, at: datetime, fuse: Fuse) -> Report:
    configuration = load(partner.folder / "stockferry.toml")
    with disk(fuse, configuration.state), opened(configuration, Clock(at)) as context:
        holder = Holder(host=socket.gethostname(), pid=DEAD, token=at.isoformat().replace(" ", "T"))
        watched = replace(fused(context, fuse), holder=holder)
        return run_cycle(watched, chosen_carts(configuration, None, None), ["acme"])


def played(partner: Partner, told: History, at: int, *, away: bool) -> None:
    """A cycle that nothing disturbs."""
    report = cycle(partner, told.clock(at), Fuse())
    assert report.exit_code == 0, report
    partner.take(away=away)


def listed(partner: Partner) -> str:
    """`files --json`, without a process for it."""
    ledger = open_ledger(partner.folder / "state" / LEDGER)
    with ledger.read() as connection, contextlib.redirect_stdout(io.StringIO()) as out:
        print_json(records(connection.execute(list_files(limit=1000)).all()))
    ledger.close()
    return out.getvalue()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder where syncing costs nothing, if the machine has one: hundreds of cycles run here."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else tmp_path) as folder:
        yield Path(folder)


def crash_everywhere(folder: Path, seed: int, step: int) -> int:
    """Plays a history as often as it has effects (every `step`-th), crashing at another one each time; how often."""
    told = history(seed)
    away = bool(seed % 2)
    whole = Partner(folder / "whole")
    whole.lay_out(ready=STABLE)
    points = 0
    for at, files in enumerate(told.cycles):
        whole.lay(files, told.clock(at) - timedelta(minutes=5))
        before = whole.copied(folder / f"before-{at}")
        fuse = Fuse()
        cycle(whole, told.clock(at), fuse)
        whole.take(away=away)
        assert set(fuse.names) >= {"ledger commit", "remote list", "clock wall", "disk fsync"}
        for limit in range(1 + (seed + at) % step, len(fuse.names) + 1, step):
            for after in (False, True):
                where = f"seed {seed}, cycle {at}, {'after' if after else 'before'} effect {limit}: {fuse.names[limit - 1]}"
                crash(before, folder / "now", told, at, Fuse(limit, after), where=where, away=away)
                points += 1
    whole.judge(told.true, f"seed {seed}, undisturbed")
    return points


def crash(
    before: Partner, folder: Path, told: History, at: int, fuse: Fuse, *, where: str, away: bool
) -> None:
    partner = before.copied(folder)
    with pytest.raises(Blown):
        cycle(partner, told.clock(at), fuse)
    assert fuse.blown, where
    partner.take(away=away)
    again = fuse.limit % 3 > 0  # else nobody looks before the next cycle, which has files of its own
    last = at == len(told.cycles) - 1
    if again or last:
        played(partner, told, at, away=away)
    for later in range(at + 1, len(told.cycles)):
        partner.lay(told.cycles[later], told.clock(later) - timedelta(minutes=5))
        played(partner, told, later, away=away)
    partner.judge(told.true, where)
    partner.judge_inputs(listed(partner), told.cycles, where)
    shutil.rmtree(folder)


@pytest.mark.parametrize("seed", [1, 3])
def test_a_crash_at_many_effects_of_a_generated_history(
    memory: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    points = crash_everywhere(memory, seed, step=47)
    assert points >= 6
    record_property("crash points", points)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 104))
def test_a_crash_at_every_effect_of_a_generated_history(
    memory: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    points = crash_everywhere(memory, seed, step=1)
    assert points >= 100
    record_property("crash points", points)
