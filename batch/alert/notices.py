"""What a route is to be told, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from batch.config import Route
from batch.watch.kinds import KINDS, Kind

PAUSE = timedelta(minutes=5)
"""So long after a message that could not be delivered the next attempt is made."""

Turn = Literal["begun", "over"]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A condition has come to stand, or does no longer, at `at`.

    `subject`: the feed or cart; `merchant`: whose it is, None for the whole account's; `since`: from when on it stood.
    """

    turn: Turn
    kind: Kind
    subject: str
    merchant: str | None
    text: str
    since: datetime
    at: datetime


def concerns(route: Route, merchant: str | None, kind: Kind) -> bool:
    """Whether the route is told of such a condition. What is the whole account's is not for routes of some merchants."""
    return kind in route.kinds and (route.merchants is None or merchant in route.merchants)


def is_due(route: Route, *, told_at: datetime | None, tried_at: datetime | None, now: datetime) -> bool:
    """Whether the route may be told something now.

    `told_at`: when it was last told; `tried_at`: when that was last tried.
    """
    if is_quiet(route, now) or (told_at is not None and told_at <= now < told_at + route.digest):
        return False
    failed = tried_at is not None and (told_at is None or tried_at > told_at)
    return not (failed and tried_at is not None and tried_at <= now < tried_at + PAUSE)


def is_quiet(route: Route, now: datetime) -> bool:
    """Whether it is one of the route's quiet hours."""
    clock = now.astimezone(route.timezone).time()
    return any(
        begin <= clock < end if begin < end else clock >= begin or clock < end for begin, end in route.quiet
    )


@dataclass(frozen=True, kw_only=True)
class Told:
    """What becomes of the notices of one condition: `passed` if it came and went before anybody was told."""

    last: Notice
    passed: bool


def gathered(notices: Iterable[Notice]) -> list[Told]:
    """The notices (in order) of each condition as one, the worst first: what stands, what came and went, what is over."""
    first: dict[tuple[str, str], Notice] = {}
    last: dict[tuple[str, str], Notice] = {}
    for notice in notices:
        key = (notice.kind, notice.subject)
        first.setdefault(key, notice)
        last[key] = notice
    found = [
        Told(last=notice, passed=notice.turn == "over" and first[key].turn == "begun")
        for key, notice in last.items()
    ]
    return sorted(found, key=_worst_first)


def _worst_first(told: Told) -> tuple[bool, bool, int, datetime]:
    return (
        told.last.turn == "over",
        told.last.turn == "over" and not told.passed,
        KINDS.index(told.last.kind),
        told.last.since,
    )


def standing_only(told: Sequence[Told]) -> list[Told]:
    """Those that stand now."""
    return [each for each in told if each.last.turn == "begun"]
