"""Days as people mean them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from batch.days import first_whole_day

WHOLE = """\
    instant               zone           first whole day
    2026-11-20T00:00:00Z  UTC            2026-11-20
    2026-11-20T00:00:01Z  UTC            2026-11-21
    2026-11-20T12:00:00Z  UTC            2026-11-21
    2026-11-19T23:00:00Z  Europe/Berlin  2026-11-20
    2026-11-19T23:00:01Z  Europe/Berlin  2026-11-21
    2026-10-24T22:00:00Z  Europe/Berlin  2026-10-25
    2026-10-25T22:59:59Z  Europe/Berlin  2026-10-26
"""


@pytest.mark.parametrize("case", WHOLE.splitlines()[1:])
def test_nothing_of_the_first_whole_day_is_before_the_instant(case: str) -> None:
    instant, zone, day = case.split()
    assert str(first_whole_day(datetime.fromisoformat(instant), ZoneInfo(zone))) == day
