"""When something that comes regularly is late. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from batch.config import Expect
from batch.config.fields import DAYS
from batch.days import span_of

DAY = timedelta(days=1)


def deadline(expect: Expect, last: datetime) -> datetime:
    """Until when the next one may come, UTC: `every` and `within` after the last; days that do not count pass for nothing."""
    left, moment = expect.every + expect.within, last.astimezone(UTC)
    while True:
        day = moment.astimezone(expect.timezone).date()
        end = span_of(day, expect.timezone)[1].astimezone(UTC)
        if DAYS[day.weekday()] in expect.days:
            if moment + left <= end:
                return moment + left
            left -= end - moment
        moment = end
