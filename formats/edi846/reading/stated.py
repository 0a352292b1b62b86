"""When a document says it was true: BIA04 and BIA05."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from formats.edi846.reading.document import Document
from formats.x12.place import few, shown
from formats.x12.segments import Segments

DATE = re.compile(r"\d{8}", re.ASCII)
TIME = re.compile(r"(\d{4})(\d{2})?(\d{1,2})?", re.ASCII)


def stated_at(document: Document) -> tuple[str | None, tuple[str, ...]]:
    """The document's time as ISO 8601 without an offset, and what was odd about it.

    Of several sets the earliest counts, so that orders are subtracted rather than missed.
    """
    segments = document.segments
    odd: list[str] = []
    rows = [row for one in document.sets if (row := _bia(segments, one.first + 1, one.last)) is not None]
    if len(rows) < len(document.sets):
        odd.append(f"{len(document.sets) - len(rows)} sets have no BIA after ST, and so no date")
    times = sorted(time for row in rows if (time := _time(segments, row, odd)) is not None)
    if not times:
        return None, few(odd)
    if times[0] != times[-1]:
        odd.append(f"the sets are of different times; the earliest counts, {times[0].isoformat()}")
    return times[0].isoformat(), few(odd)


def _bia(segments: Segments, row: int, end: int) -> int | None:
    return row if row < end and segments.text(row, 0).upper() == "BIA" else None


def _time(segments: Segments, row: int, odd: list[str]) -> datetime | None:
    day, time = segments.text(row, 4).strip(), segments.text(row, 5).strip()
    date = _parse_date(day)
    if date is None:
        odd.append(f"{segments.place(row, 4)} is {shown(day)}, which is no date CCYYMMDD")
        return None
    if not time:
        odd.append(f"{segments.place(row, 5)} is missing; the document counts as of midnight")
        return date
    since = _parse_time(time)
    if since is None:
        odd.append(f"{segments.place(row, 5)} is {shown(time)}, which is no time HHMM or HHMMSS")
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
