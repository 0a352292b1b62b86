"""How old each feed's last file was over the day. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from batch.config import Expect
from batch.report.values import Arrival, FeedAge, Tooth
from batch.watch.deadlines import deadline


def age_of(
    feed: str,
    kind: str,
    *,
    before: datetime | None,
    arrivals: Sequence[Arrival],
    start: datetime,
    until: datetime,
    expect: Expect | None,
) -> FeedAge | None:
    """A feed over the day; None if it has never had a file by the end.

    `before`: when its last file before `start` came in. `arrivals`: those up to `until`, in order. `expect`: how often
    one is to come.
    """
    if before is None and not arrivals:
        return None
    teeth = tuple(_teeth(before, arrivals, start, until, expect))
    return FeedAge(feed=feed, kind=kind, teeth=teeth, arrivals=tuple(arrivals))


def _teeth(
    before: datetime | None,
    arrivals: Sequence[Arrival],
    start: datetime,
    until: datetime,
    expect: Expect | None,
) -> Iterator[Tooth]:
    """From each file to the next; the first reaches back before the day, the last to its end."""
    instants = sorted({*([] if before is None else [before]), *(arrival.at for arrival in arrivals)})
    for since, end in zip(instants, [*instants[1:], until], strict=True):
        due = None if expect is None else deadline(expect, since)
        yield Tooth(since=since, start=max(since, start), end=max(end, since, start), due=due)


def worst_first(ages: Sequence[FeedAge]) -> list[FeedAge]:
    """Those longest overdue first, then the oldest."""
    return sorted(ages, key=lambda age: (-age.late, -age.oldest, age.feed))
