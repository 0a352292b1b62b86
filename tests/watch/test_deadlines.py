"""Something is late once the time it may take has passed, of which days that do not count are no part."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.config import Expect
from batch.config.fields import DAYS
from batch.watch.deadlines import deadline

WEEK = list(DAYS[:5])


def expect(**keys: Any) -> Expect:
    return Expect.model_validate(keys)


@pytest.mark.parametrize(
    ("keys", "last", "due"),
    [
        ({"every": "1h"}, "2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z"),
        ({"every": "1h", "within": "15m"}, "2026-11-20T09:00:00Z", "2026-11-20T10:15:00Z"),
        ({"every": "24h", "within": "1h"}, "2026-11-20T09:00:00Z", "2026-11-21T10:00:00Z"),
        (
            {"every": "24h", "days": WEEK},
            "2026-11-20T09:00:00Z",
            "2026-11-23T09:00:00Z",
        ),  # from Friday to Monday
        ({"every": "1h", "days": WEEK}, "2026-11-20T23:30:00Z", "2026-11-23T00:30:00Z"),
        (
            {"every": "1h", "days": WEEK},
            "2026-11-21T12:00:00Z",
            "2026-11-23T01:00:00Z",
        ),  # one on a Saturday too
        (
            {"every": "1h", "days": WEEK, "timezone": "America/Los_Angeles"},
            "2026-11-21T07:30:00Z",  # Friday, half past eleven at night
            "2026-11-23T08:30:00Z",
        ),
        ({"every": "24h", "timezone": "America/Los_Angeles"}, "2026-03-08T07:00:00Z", "2026-03-09T07:00:00Z"),
    ],
)
def test_the_deadline(keys: dict[str, Any], last: str, due: str) -> None:
    assert deadline(expect(**keys), datetime.fromisoformat(last)) == datetime.fromisoformat(due)


@given(
    minutes=st.integers(1, 20_000),
    last=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles"]),
)
def test_with_every_day_it_is_a_sum_and_with_fewer_never_sooner(
    minutes: int, last: datetime, days: list[str], zone: str
) -> None:
    every = {"every": f"{minutes}m", "timezone": zone}
    assert deadline(expect(**every), last) == last + timedelta(minutes=minutes)
    assert deadline(expect(**every, days=days), last) >= last + timedelta(minutes=minutes)
