"""The only module that asks the system for the time, or waits."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


def elapsed() -> float:
    """Seconds since some moment, for measuring how long something takes."""
    return time.monotonic()


class Clock(Protocol):
    """`now` is the business time of a run (UTC, aware); `wall` and `sleep` are the machine's own."""

    def now(self) -> datetime: ...

    def wall(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock; `fixed` makes `now` stand still at a given instant (`--now`)."""

    fixed: datetime | None = None

    def now(self) -> datetime:
        return self.fixed.astimezone(UTC) if self.fixed else self.wall()

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
