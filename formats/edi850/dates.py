"""When an order was placed: never earlier than it can have been.

An order that is thought older than it is would count as known to the warehouse, and its stock would be sold again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

ORDERED = "004"
"""DTM01: purchase order."""

OFFSETS = {"UT": "+00:00", "GM": "+00:00", "Z": "+00:00"}
"""DTM04 of universal time; of other zones nobody knows whether summer time is meant."""


def ordered_at(day: str, created: datetime | None, stated: tuple[str, str, str] | None) -> str | None:
    """ISO 8601, with an offset only where the order gives one; None if nothing tells.

    `stated`: DTM02 to DTM04 of a DTM*004, which is exact if it has a time. Else `day` (BEG05, CCYYMMDD) ends with its
    last second, or when the group was `created` (GS04, GS05) if that was before.
    """
    if stated is not None and (exact := _instant(stated[0], stated[1])) is not None:
        return exact.isoformat() + OFFSETS.get(stated[2].upper(), "")
    date = _date(day)
    if date is None:
        return created.isoformat() if created is not None else None
    last = datetime.combine(date, time(23, 59, 59))
    if created is not None and date <= created <= last:
        return created.isoformat()
    return last.isoformat()


def group_created(date: str, moment: str) -> datetime | None:
    """GS04 and GS05, to the end of the minute where there are no seconds."""
    found = _instant(date, moment)
    if found is None:
        return None
    return found if len(moment) > len("HHMM") else found.replace(second=59)


def _instant(date: str, moment: str) -> datetime | None:
    if len(moment) < len("HHMM"):
        return None
    digits = moment[: len("HHMMSS")] if len(moment) >= len("HHMMSS") else moment[: len("HHMM")] + "00"
    return _parsed(date + digits, "%Y%m%d%H%M%S")


def _date(text: str) -> datetime | None:
    return _parsed(text, "%Y%m%d")


def _parsed(text: str, form: str) -> datetime | None:
    length: Mapping[str, int] = {"%Y%m%d": 8, "%Y%m%d%H%M%S": 14}
    if len(text) != length[form] or not (text.isascii() and text.isdecimal()):
        return None
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - no zone is given; the feed's applies
    except ValueError:
        return None
