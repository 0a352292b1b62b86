"""When a document says it was true: BIA04 and BIA05, else a DTM of the heading."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import numpy as np

from formats.edi846.reading.document import Document
from formats.x12.place import few, shown
from formats.x12.segments import Segments

DATES = ("184", "097")
"""DTM01: inventory, transaction creation."""

DATE = re.compile(r"\d{8}", re.ASCII)
TIME = re.compile(r"(\d{4})(\d{2})?(\d{1,2})?", re.ASCII)


def stated_at(document: Document) -> tuple[str | None, tuple[str, ...]]:
    """The document's time as ISO 8601 without an offset, and what was odd about it.

    Of several sets the earliest counts, so that orders are subtracted rather than missed.
    """
    segments = document.segments
    odd: list[str] = []
    bias = {one: _bia(segments, one.first + 1, one.last) for one in document.sets}
    without = sum(row is None for row in bias.values())
    if without:
        odd.append(f"{without} sets have no BIA after ST, and so no date")
    found = [_time(segments, row, 4, odd) if row is not None else None for row in bias.values()]
    if None in found:
        headings = _headings(document)
        found = [
            time if time is not None else _dated(segments, headings[at], odd) for at, time in enumerate(found)
        ]
    times = sorted(time for time in found if time is not None)
    if not times:
        return None, few(odd)
    if times[0] != times[-1]:
        odd.append(f"the sets are of different times; the earliest counts, {times[0].isoformat()}")
    return times[0].isoformat(), few(odd)


def _bia(segments: Segments, row: int, end: int) -> int | None:
    return row if row < end and segments.text(row, 0).upper() == "BIA" else None


def _headings(document: Document) -> list[list[int]]:
    """The DTM in the heading of each set."""
    dates = document.own("DTM", anywhere=True)
    dates = dates[np.isin(dates, document.own("DTM"), invert=True)]
    return [
        dates[np.searchsorted(dates, one.first) : np.searchsorted(dates, one.last)].tolist()
        for one in document.sets
    ]


def _dated(segments: Segments, rows: list[int], odd: list[str]) -> datetime | None:
    """DTM02 and DTM03 of the inventory date, else of the creation of the set."""
    by_code = {segments.text(row, 1).strip(): row for row in reversed(rows)}
    row = next((by_code[code] for code in DATES if code in by_code), None)
    if row is None:
        return None
    odd.append(f"{segments.place(row)}: the document has no date of its own; this one counts")
    return _time(segments, row, 2, odd)


def _time(segments: Segments, row: int, element: int, odd: list[str]) -> datetime | None:
    """The date in that element and the time in the next one."""
    day, time = segments.text(row, element).strip(), segments.text(row, element + 1).strip()
    date = _parse_date(day)
    if date is None:
        odd.append(f"{segments.place(row, element)} is {shown(day)}, which is no date CCYYMMDD")
        return None
    if not time:
        odd.append(f"{segments.place(row, element + 1)} is missing; the document counts as of midnight")
        return date
    since = _parse_time(time)
    if since is None:
        odd.append(f"{segments.place(row, element + 1)} is {shown(time)}, which is no time HHMM or HHMMSS")
        return None
    return date + since


def _parse_date(text: str) -> datetime | None:
    if not DATE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007  # the document gives no zone; the feed's applies
    except ValueError:
        return None


def _parse_time(text: str) -> timedelta | None:
    """HHMM, HHMMSS, and tenths or hundredths of a second."""
    parts = TIME.fullmatch(text)
    if parts is None:
        return None
    hours, minutes, seconds = int(parts[1][:2]), int(parts[1][2:]), int(parts[2] or 0)
    if hours > 23 or minutes > 59 or seconds > 59:  # noqa: PLR2004  # a clock
        return None
    return timedelta(
        hours=hours, minutes=minutes, seconds=seconds, milliseconds=int((parts[3] or "").ljust(3, "0"))
    )
