"""Slots over simulated years: each exactly once, whatever clocks do and whenever the daemon looks."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.config import Schedule
from batch.config.fields import DAYS
from batch.daemon.slots import following, instant, latest_due

ZONES = (
    "UTC",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kolkata",
)
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
ZERO = timedelta(0)


def schedule(zone: str, **keys: Any) -> Schedule:
    return Schedule.model_validate({"timezone": zone, **keys})


def at(zone: str, text: str) -> datetime:
    """A wall time as an instant; the first, if there are two."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def looked(plan: Schedule, start: datetime, end: datetime, looks: list[timedelta]) -> list[datetime]:
    """The slots taken by a daemon that looks at these intervals, over and over; restarts are long intervals."""
    taken, last, now, index = [], start, start, 0
    while now < end:
        now += looks[index % len(looks)]
        index += 1
        slot = latest_due(plan, "acme/front", last, now)
        if slot is not None:
            taken.append(slot.at)
            last = slot.at
    return taken


def every_slot(plan: Schedule, start: datetime, end: datetime) -> list[datetime]:
    found, last = [], start
    while (slot := following(plan, "acme/front", last)).at <= end:
        found.append(slot.at)
        last = slot.at
    return found


TIMES = ["00:00", "01:30", "02:00", "02:30", "03:00", "06:15", "23:59"]


@pytest.mark.parametrize("zone", ZONES)
def test_over_three_years_each_time_of_day_is_a_slot_exactly_once_a_day(zone: str) -> None:
    plan = schedule(zone, at=TIMES)
    found = every_slot(plan, YEAR, YEAR + timedelta(days=3 * 365))
    assert found == sorted(set(found))
    local = ZoneInfo(zone)
    by_day: dict[date, list[time]] = {}
    for slot in found:
        wall = slot.astimezone(local)
        by_day.setdefault(wall.date(), []).append(wall.time())
    whole = list(by_day.items())[1:-1]
    assert len(whole) > 1090
    meant = [time.fromisoformat(text) for text in TIMES]
    odd = {day: times for day, times in whole if times != meant}
    for day, times in odd.items():  # clocks were put forward: what they left out came at the change, once
        assert changes(day, local), day
        assert len(times) in (len(meant), len(meant) - 1, len(meant) - 2)
    assert bool(odd) == any(changes(day, local) > ZERO for day, _ in whole)


def changes(day: date, zone: ZoneInfo) -> timedelta:
    """By how much clocks are put forward on a day; below zero if back."""
    first, last = (datetime.combine(day, time(hour), tzinfo=zone) for hour in (0, 23))
    return (last.utcoffset() or ZERO) - (first.utcoffset() or ZERO)


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        (
            "America/Los_Angeles",
            "2026-03-08 02:30",
            "2026-03-08T10:00:00Z",
        ),  # left out: when clocks go to 03:00
        ("America/Los_Angeles", "2026-03-08 03:00", "2026-03-08T10:00:00Z"),
        ("America/Los_Angeles", "2026-11-01 01:30", "2026-11-01T08:30:00Z"),  # twice: the first time
        ("America/Los_Angeles", "2026-11-01 02:00", "2026-11-01T10:00:00Z"),
        ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-10-25 02:59", "2026-10-25T00:59:00Z"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:30:00Z"),  # half an hour
    ],
)
def test_the_instant_of_a_time_of_day(zone: str, wall: str, expected: str) -> None:
    moment = datetime.fromisoformat(wall)
    assert instant(moment.date(), moment.time(), ZoneInfo(zone)) == datetime.fromisoformat(expected)


WEEKENDS = [
    ("UTC", "2026-03-07"),
    ("America/Los_Angeles", "2026-03-07"),
    ("America/Los_Angeles", "2026-10-31"),
    ("Europe/Berlin", "2026-03-28"),
    ("Europe/Berlin", "2026-10-24"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("Asia/Kolkata", "2026-10-24"),
]
"""Every change of a year, and two zones without any."""


@pytest.mark.parametrize(("zone", "day"), WEEKENDS)
@pytest.mark.parametrize(
    "keys", [{"every": "15m"}, {"every": "7h"}, {"at": TIMES}, {"at": ["06:00"], "days": ["mon", "fri"]}]
)
def test_a_daemon_that_looks_every_minute_takes_every_slot_once(
    zone: str, day: str, keys: dict[str, Any]
) -> None:
    plan, start = schedule(zone, **keys), at(zone, f"{day} 12:00")
    end = start + timedelta(days=2)
    assert looked(plan, start, end, [timedelta(minutes=1)]) == every_slot(plan, start, end)


KEYS = st.one_of(
    st.fixed_dictionaries({"every": st.sampled_from(["20s", "15m", "45m", "1h", "7h", "24h", "2d"])}),
    st.fixed_dictionaries(
        {
            "at": st.lists(st.sampled_from([*TIMES, "12:00"]), min_size=1, unique=True),
            "days": st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
        }
    ),
)
MORE = st.fixed_dictionaries(
    {},
    optional={
        "jitter": st.sampled_from(["5s", "19s"]),
        "blackout": st.lists(
            st.sampled_from(["23:00-01:00", "00:30-02:10", "05:00-07:00", "12:00-12:01"]), unique=True
        ),
    },
)


@examples(80)
@given(
    keys=KEYS, more=MORE, zone=st.sampled_from(ZONES), day=st.integers(0, 3 * 365), seed=st.integers(0, 10**6)
)
def test_restarts_at_random_instants_take_no_slot_twice_and_collapse_those_that_were_missed(
    keys: dict[str, Any], more: dict[str, Any], zone: str, day: int, seed: int
) -> None:
    plan, chance = schedule(zone, **keys, **more), random.Random(seed)
    short = plan.every is not None and plan.every < timedelta(minutes=1)
    last = now = YEAR + timedelta(days=day)
    taken: list[datetime] = []
    for _ in range(40):
        now += timedelta(
            seconds=chance.choice([1, 30, 60, 600] if short else [1, 60, 3600, 20_000, 90_000, 900_000])
        )
        slot = latest_due(plan, "acme/front", last, now)
        ahead = following(plan, "acme/front", last)
        if slot is None:
            assert ahead.due > now or ahead.at > now
            continue
        assert last < slot.at <= slot.due <= now
        later = following(plan, "acme/front", slot.at)
        assert later.at > now or later.due > now  # nothing that is due is left behind
        taken.append(slot.at)
        last = slot.at
    assert taken == sorted(set(taken))


@examples(40)
@given(
    zone=st.sampled_from(ZONES),
    day=st.integers(0, 3 * 365),
    span=st.sampled_from(["23:00-01:00", "00:30-02:10", "02:15-02:45"]),
)
def test_nothing_comes_within_a_blackout_and_what_fell_into_it_comes_at_its_end(
    zone: str, day: int, span: str
) -> None:
    plan, bare = (schedule(zone, every="10m", blackout=spans) for spans in ([span], []))
    begin, end = (time.fromisoformat(text) for text in span.split("-"))
    last = YEAR + timedelta(days=day)
    for _ in range(150):
        slot, free = following(plan, "a/b", last), following(bare, "a/b", last)
        wall = slot.due.astimezone(ZoneInfo(zone))
        inside = begin <= wall.time() < end if begin < end else wall.time() >= begin or wall.time() < end
        assert not inside or changes(wall.date(), ZoneInfo(zone)), wall
        assert slot.at == free.at
        assert (
            slot.due == free.due
            or slot.due.astimezone(ZoneInfo(zone)).time() == end
            or inside
            or changes(wall.date(), ZoneInfo(zone))
        )
        last = slot.at


def test_jitter_is_the_same_for_a_cart_and_slot_and_differs_between_carts() -> None:
    plan = schedule("UTC", every="1h", jitter="10m")
    offsets = {
        name: following(plan, name, YEAR).due - following(plan, name, YEAR).at for name in map(str, range(50))
    }
    assert all(ZERO <= offset <= timedelta(minutes=10) for offset in offsets.values())
    assert len(set(offsets.values())) == 50
    assert following(plan, "7", YEAR).due - following(plan, "7", YEAR).at == offsets["7"]


def test_every_is_counted_from_midnight_of_the_zone() -> None:
    plan = schedule("America/Los_Angeles", every="6h")
    walls = [
        slot.astimezone(plan.timezone).hour
        for slot in every_slot(
            plan, at("America/Los_Angeles", "2026-01-10 01:00"), at("America/Los_Angeles", "2026-01-11 01:00")
        )
    ]
    assert walls == [6, 12, 18, 0]
