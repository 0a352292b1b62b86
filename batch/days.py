"""Days as people mean them: from midnight to midnight of a time zone, however many hours that is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
"""From, and before when."""


def span_of(day: date, zone: ZoneInfo) -> Span:
    """The instants of a day in a zone, aware."""
    start, end = (datetime.combine(each, time(), tzinfo=zone) for each in (day, day + timedelta(days=1)))
    return start, end


def first_whole_day(since: datetime, zone: ZoneInfo) -> date:
    """The first day in a zone of which nothing is before that instant."""
    day = since.astimezone(zone).date()
    return day if since <= span_of(day, zone)[0] else day + timedelta(days=1)
