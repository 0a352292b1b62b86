"""When a report says it was true: DTM of the heading."""

from __future__ import annotations

import re
from datetime import datetime

import numpy as np

from formats.invrpt.report import Report
from formats.x12.place import few, shown

PREFERRED = ("366", "91", "137")
"""DTM 2005: past date or inventory date, report end, document; the date of the stock before that of the paper."""

FORMS = {"102": "%Y%m%d", "203": "%Y%m%d%H%M", "204": "%Y%m%d%H%M%S", "303": "%Y%m%d%H%M"}
"""DTM 2379 → what the text is; 303 has a zone behind it."""

ZONE = re.compile(r"[+-]?\d{2,4}")


def stated_at(report: Report) -> tuple[str | None, tuple[str, ...]]:
    """ISO 8601, with an offset only where the message gives one in numbers, and what was odd about it.

    Of several messages the earliest counts, so that orders are subtracted rather than missed.
    """
    document, odd = report.document, list[str]()
    dates = report.rows("DTM")
    found = []
    for one in report.messages:
        line = int(np.searchsorted(report.lines, one.first))
        end = min(int(report.lines[line]) if line < len(report.lines) else one.last, one.last)
        rows = dates[np.searchsorted(dates, one.first) : np.searchsorted(dates, end)].tolist()
        by_code = {document.text(row, 1, 1): row for row in reversed(rows)}
        row = next((by_code[code] for code in PREFERRED if code in by_code), None)
        if row is None:
            odd.append(f"{document.place(one.first)}: the message has no DTM 366, 91 or 137, and so no date")
        elif (moment := _moment(report, row, odd)) is not None:
            found.append(moment)
    if len(set(found)) > 1:
        odd.append(f"the messages are of different times; the earliest counts, {min(found)}")
    return (min(found) if found else None), few(odd)


def _moment(report: Report, row: int, odd: list[str]) -> str | None:
    document = report.document
    text, form = document.text(row, 1, 2), document.text(row, 1, 3) or "102"
    zone = ""
    if form == "303":
        text, zone = text[:12], _offset(text[12:])
    try:
        moment = datetime.strptime(text, FORMS[form])  # noqa: DTZ007 - the feed's zone applies
    except (KeyError, ValueError):
        odd.append(f"{document.place(row, 1)} is {shown(text)} in form {form}, which is no date")
        return None
    if form == "102":
        odd.append(f"{document.place(row, 1)} has no time; the document counts as of midnight")
    return moment.isoformat() + zone


def _offset(text: str) -> str:
    """`+01:00` for a zone in hours or hours and minutes; nothing for one that is no number."""
    if not ZONE.fullmatch(text):
        return ""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("+", text.lstrip("+"))
    return f"{sign}{digits[:2]}:{digits[2:].ljust(2, '0')}"
