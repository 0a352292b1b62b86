"""Which times a cart is due at: pure functions of its schedule and of instants, so that years can be tried in seconds.

A slot is named by the instant it stands for. With `every` these are so far apart, counted from a midnight of the zone's standard
time; with `at` they are times of day on the zone's own dates. When clocks are put forward, a time of day that is left out
comes at the moment of the change; when they are put back, one that comes twice counts the first time. A slot within a
blackout comes when that ends. Jitter puts a slot off by a share of itself that is always the same for a cart and slot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from batch.config import Schedule
from batch.config.fields import DAYS

ANCHOR = date(1970, 1, 1)
DAY = timedelta(days=1)
FAR = timedelta(days=8)
"""Some slot comes within this time: every weekday is among these days."""
KEPT = 4096
"""So many instants are kept: whoever looks asks for those of the same few days again and again."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """`at`: the instant that it is named by, UTC. `due`: from then on it may run: later by jitter, or after a blackout."""

    at: datetime
    due: datetime


def latest_due(schedule: Schedule, name: str, last: datetime, now: datetime) -> Slot | None:
    """The latest slot after `last` that is due at `now`; those before it that were missed are part of it.

    `name`: of the cart, which its jitter depends on. `last`: the `at` of its last slot, or since when it is known.
    """
    return next((slot for slot in _backwards(schedule, name, last, now) if slot.due <= now), None)


def following(schedule: Schedule, name: str, last: datetime) -> Slot:
    """The first slot after `last`."""
    return next(_forwards(schedule, name, last))


def _backwards(schedule: Schedule, name: str, last: datetime, now: datetime) -> Iterator[Slot]:
    """The slots after `last` and not after `now`, the latest first."""
    if schedule.every is not None:
        anchor = _anchor(schedule.timezone)
        at = anchor + (now - anchor) // schedule.every * schedule.every
        while at > last:
            yield _slot(schedule, name, at)
            at -= schedule.every
        return
    day = now.astimezone(schedule.timezone).date() + DAY
    while _midnight(day + DAY, schedule.timezone) > last:
        for at in reversed(_times(schedule, day)):
            if last < at <= now:
                yield _slot(schedule, name, at)
        day -= DAY


def _forwards(schedule: Schedule, name: str, last: datetime) -> Iterator[Slot]:
    if schedule.every is not None:
        anchor = _anchor(schedule.timezone)
        at = anchor + (last - anchor) // schedule.every * schedule.every
        while True:
            at += schedule.every
            yield _slot(schedule, name, at)
    day = last.astimezone(schedule.timezone).date() - DAY
    while True:
        yield from (_slot(schedule, name, at) for at in _times(schedule, day) if at > last)
        day += DAY


def _times(schedule: Schedule, day: date) -> list[datetime]:
    """The slots of a date, in order; two times of day may fall on one instant when clocks are put forward."""
    if DAYS[day.weekday()] not in schedule.days:
        return []
    return sorted({instant(day, moment, schedule.timezone) for moment in schedule.at})


@lru_cache(maxsize=KEPT)
def instant(day: date, moment: time, zone: ZoneInfo) -> datetime:
    """The instant of a time of day, UTC: the first, if there are two; that of the change, if clocks leave it out."""
    wall = datetime.combine(day, moment, tzinfo=zone)
    found = wall.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return found
    before, after = wall.replace(fold=1).astimezone(UTC), found
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        changed = middle.astimezone(zone).utcoffset() == after.astimezone(zone).utcoffset()
        before, after = (before, middle) if changed else (middle, after)
    return after.replace(microsecond=0)


def _slot(schedule: Schedule, name: str, at: datetime) -> Slot:
    share = int.from_bytes(hashlib.sha256(f"{name} {at.isoformat()}".encode()).digest()[:4]) / 2**32
    return Slot(at=at, due=_after_blackouts(schedule, at + share * schedule.jitter))


def _after_blackouts(schedule: Schedule, moment: datetime) -> datetime:
    """The moment, or the end of the blackouts that it lies in."""
    for _ in schedule.blackout:  # one may end within another
        for begin, end in schedule.blackout:
            moment = _after(moment, begin, end, schedule.timezone)
    return moment


def _after(moment: datetime, begin: time, end: time, zone: ZoneInfo) -> datetime:
    today = moment.astimezone(zone).date()
    for day in (today - DAY, today):
        first = instant(day, begin, zone)
        last = instant(day if begin < end else day + DAY, end, zone)
        if first <= moment < last:
            return last
    return moment


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant(day, time(), zone)


def _anchor(zone: ZoneInfo) -> datetime:
    return _midnight(ANCHOR, zone)
