"""When a file is complete: a half-written one is never read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch.clock import SystemClock
from batch.config import load
from batch.runner.cycle import Report, run_cycle
from batch.runner.session import chosen_carts, opened

LEVELS = "SKU,QTY,AS_OF\nA-1,12,2026-11-20T09:00:00Z\n"


@dataclass(frozen=True)
class Meanwhile(SystemClock):
    """A clock that does not wait, but lets something happen while it should."""

    happens: Callable[[], object] = lambda: None
    slept: tuple[float, ...] = ()

    def sleep(self, seconds: float) -> None:
        self.happens()


def run(folder: Path, clock: SystemClock) -> Report:
    configuration = load(folder / "stockferry.toml")
    with opened(configuration, clock) as context:
        return run_cycle(context, chosen_carts(configuration, None, None), ["acme"])


def with_ready(workshop: Any, words: str) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    workshop.configure(text.replace('ready = "rename"', words, 1))


def names(report: Report) -> list[str]:
    return [file.entry.name for file in report.files]


def test_a_file_that_grows_between_two_looks_is_not_taken(workshop: Any) -> None:
    with_ready(workshop, 'ready = "stable"\nsettle = "1s"')
    path = workshop.put("wms/INV_1.csv", LEVELS[:30])
    grew = []

    def grow() -> None:
        grew.append(path.write_text(LEVELS))

    assert names(run(workshop.folder, Meanwhile(happens=grow))) == []
    assert grew


def test_a_file_that_stood_still_since_an_earlier_run_is_taken_without_waiting(workshop: Any) -> None:
    with_ready(workshop, 'ready = "stable"\nsettle = "0s"')
    workshop.put("wms/INV_1.csv", LEVELS)
    assert names(run(workshop.folder, Meanwhile(happens=lambda: 1 / 0))) == ["INV_1.csv"]


def test_a_file_with_a_marker_is_taken_once_the_marker_is_there(workshop: Any) -> None:
    with_ready(workshop, 'ready = "marker"')
    workshop.put("wms/INV_1.csv", LEVELS)
    assert names(run(workshop.folder, SystemClock())) == []
    workshop.put("wms/INV_1.csv.done", "")
    assert names(run(workshop.folder, SystemClock())) == ["INV_1.csv"]


def test_unfinished_names_are_left_alone(workshop: Any) -> None:
    for name in ("INV_1.csv.part", "INV_1.csv.filepart", ".INV_1.csv", "INV_1.csv.tmp"):
        workshop.put(f"wms/{name}", LEVELS)
    assert workshop.run()["files"] == []
