"""How old a feed's last file was over the day: a line that climbs until the next file comes in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from batch.report.charts.svg import Coordinate, Frame, drawn, element, hours_of, path, round_ticks
from batch.report.values import Arrival, FeedAge, Tooth
from batch.report.words import Times, duration

MOST_DOTS = 60
MINUTES, HOURS, DAYS = 60.0, 3600.0, 86400.0
STEPS = tuple(
    [each * MINUTES for each in (1, 2, 5, 10, 15, 30)]
    + [each * HOURS for each in (1, 2, 3, 6, 12)]
    + [each * DAYS for each in (1, 2, 5, 10, 20, 50, 100, 200, 500)]
)


def age(feed: FeedAge, day: date, times: Times) -> Markup:
    """A chart in hours: the age as a line, red where it is past the deadline, which is dashed; a dot for each file."""
    highest = max(feed.oldest, *(_allowed(tooth) for tooth in feed.teeth)).total_seconds()
    ticks = round_ticks(0, max(highest, MINUTES), STEPS)
    frame = Frame(start=times.start, end=times.end, low=0, high=ticks[-1], height=130)
    teeth = thinned(frame, feed.teeth)
    late = f", overdue for {duration(feed.late)}" if feed.late else ""
    return drawn(
        frame,
        hours_of(day, times.zone, times.start, times.end),
        [(tick, _label(tick)) for tick in ticks],
        f"{feed.feed}: at most {duration(feed.oldest)} old{late}",
        *_overdue(frame, teeth, times),
        element("path", d=path(_saw(frame, teeth)), class_="age"),
        *_deadlines(frame, teeth),
        *_dots(frame, feed.arrivals, times),
    )


def _label(seconds: float) -> str:
    """One unit, as there is little room."""
    unit, name = next(
        (each for each in ((DAYS, "d"), (HOURS, "h")) if seconds and seconds % each[0] == 0), (MINUTES, "min")
    )
    return f"{seconds / unit:g} {name}" if seconds else "0"


def _allowed(tooth: Tooth) -> timedelta:
    return timedelta(0) if tooth.due is None else tooth.due - tooth.since


def thinned(frame: Frame, teeth: Sequence[Tooth]) -> list[Tooth]:
    """Of teeth that end on one spot the highest."""
    highest: dict[float, Tooth] = {}
    for tooth in teeth:
        spot = round(frame.x(tooth.end))
        if spot not in highest or tooth.end - tooth.since > highest[spot].end - highest[spot].since:
            highest[spot] = tooth
    return list(highest.values())


def _saw(frame: Frame, teeth: Sequence[Tooth]) -> list[Coordinate]:
    line: list[Coordinate] = []
    for tooth in teeth:
        line += [_at(frame, tooth, tooth.start - tooth.since), _at(frame, tooth, tooth.end - tooth.since)]
    return line


def _at(frame: Frame, tooth: Tooth, old: timedelta) -> Coordinate:
    return frame.x(tooth.since + old), frame.y(old.total_seconds())


def _overdue(frame: Frame, teeth: Sequence[Tooth], times: Times) -> Iterator[Markup]:
    """The part of each tooth that is past its deadline, filled."""
    for tooth in teeth:
        if tooth.due is None or tooth.end <= tooth.due:
            continue
        begins = max(tooth.due, tooth.start)
        corners = [_at(frame, tooth, begins - tooth.since), _at(frame, tooth, tooth.end - tooth.since)]
        floor = [(frame.x(tooth.end), frame.y(0)), (frame.x(begins), frame.y(0))]
        said = f"overdue from {times.at(tooth.due)} to {times.at(tooth.end)}"
        yield element(
            "path", element("title", said), d=path([*corners, *floor], closed=True), class_="late-area"
        )
        yield element("path", d=path(corners), class_="late")


def _deadlines(frame: Frame, teeth: Sequence[Tooth]) -> Iterator[Markup]:
    for tooth in teeth:
        if tooth.due is not None:
            y = frame.y(_allowed(tooth).total_seconds())
            ends = [(frame.x(tooth.start), y), (frame.x(tooth.end), y)]
            yield element("path", d=path(ends), class_="deadline")


def _dots(frame: Frame, arrivals: Sequence[Arrival], times: Times) -> Iterator[Markup]:
    """A dot for each file; of very many only those that were of no use."""
    for arrival in arrivals:
        if arrival.usable and len(arrivals) > MOST_DOTS:
            continue
        said = f"{times.at(arrival.at)}: {arrival.name}{'' if arrival.usable else ', set aside'}"
        kind = "file-dot" if arrival.usable else "refused-dot"
        yield element(
            "circle", element("title", said), cx=frame.x(arrival.at), cy=frame.y(0), r=2.6, class_=kind
        )
