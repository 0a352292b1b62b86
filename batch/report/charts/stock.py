"""A SKU over the day: what the warehouse said, what could be promised, what was ordered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from markupsafe import Markup

from batch.report.charts.svg import (
    WHOLE_STEPS,
    Coordinate,
    Frame,
    drawn,
    element,
    hours_of,
    path,
    round_ticks,
)
from batch.report.values import Mover, Point
from batch.report.words import Times, number

MOST_DOTS = 60
HEIGHT, BELOW = 176.0, 62.0


def stock(mover: Mover, day: date, times: Times, until: datetime) -> Markup:
    """A chart in pieces: the level as a grey line, the available as a blue one; below it, on a scale of their own, orders by the hour."""
    frame, ticks = _frame(mover, times)
    points = thinned(frame, mover.points)
    level = stairs(frame, [(point.at, point.level) for point in points], until)
    available = stairs(frame, [(point.at, point.available) for point in points], until)
    floor = frame.y(0)
    area = [(available[0][0], floor), *available, (available[-1][0], floor)]
    first, last = mover.points[0], mover.points[-1]
    return drawn(
        frame,
        hours_of(day, times.zone, times.start, times.end),
        [(tick, number(int(tick))) for tick in ticks],
        f"{mover.sku}: available from {number(first.available)} to {number(last.available)}, {number(mover.ordered)} ordered",
        element("path", d=path(area, closed=True), class_="available-area"),
        element("path", d=path(level), class_="level"),
        element("path", d=path(available), class_="available"),
        *_dots(frame, points, times),
        *_orders(mover, times),
    )


def _frame(mover: Mover, times: Times) -> tuple[Frame, list[float]]:
    values = [value for point in mover.points for value in (point.level, point.available)]
    ticks = round_ticks(min(0, *values), max(1, *values), WHOLE_STEPS)
    frame = Frame(start=times.start, end=times.end, low=ticks[0], high=ticks[-1], height=HEIGHT, bottom=BELOW)
    return frame, ticks


def orders_frame(mover: Mover, times: Times) -> Frame:
    """The strip below the stock, as high as the most that was ordered in an hour."""
    most = max((span.quantity for span in mover.orders), default=0)
    return Frame(start=times.start, end=times.end, low=0, high=most, height=HEIGHT, top=HEIGHT - BELOW + 12)


def stairs(frame: Frame, values: Sequence[tuple[datetime, float]], until: datetime) -> list[Coordinate]:
    """A line that keeps each value until the next one."""
    line: list[Coordinate] = []
    for at, value in values:
        x, y = frame.x(at), frame.y(value)
        if line and line[-1][1] != y:
            line.append((x, line[-1][1]))
        line.append((x, y))
    return [*line, (max(frame.x(until), line[-1][0]), line[-1][1])]


def thinned(frame: Frame, points: Sequence[Point]) -> list[Point]:
    """Of points that fall on one spot the lowest available, and the last: a dip is seen, and the page stays small."""
    lowest: dict[float, Point] = {}
    latest: dict[float, Point] = {}
    for point in points:
        spot = round(frame.x(point.at))
        latest[spot] = point
        if spot not in lowest or point.available < lowest[spot].available:
            lowest[spot] = point
    return [point for spot in latest for point in dict.fromkeys((lowest[spot], latest[spot]))]


def _orders(mover: Mover, times: Times) -> Iterator[Markup]:
    """A bar for each hour with orders, and how much the highest is."""
    frame = orders_frame(mover, times)
    floor = frame.y(0)
    yield element("line", x1=frame.left, x2=frame.inner_right, y1=floor, y2=floor, class_="axis")
    if mover.orders:
        yield element("text", number(int(frame.high)), x=frame.left - 6, y=frame.top + 8, text_anchor="end")
    for span in mover.orders:
        left, right, top = frame.x(span.start), frame.x(span.end), frame.y(span.quantity)
        said = f"{number(span.quantity)} ordered from {times.at(span.start)} to {times.at(span.end)}"
        bar = {"x": left, "y": top, "width": max(right - left - 1, 0.5), "height": floor - top}
        yield element("rect", element("title", said), class_="ordered", **bar)


def _dots(frame: Frame, points: Sequence[Point], times: Times) -> Iterator[Markup]:
    """Where news came in; left out where they would only make a thick line."""
    for point in points if len(points) <= MOST_DOTS else ():
        said = f"{times.at(point.at)}: level {number(point.level)}, available {number(point.available)}"
        yield element(
            "circle",
            element("title", said),
            cx=frame.x(point.at),
            cy=frame.y(point.available),
            r=2.2,
            class_="available-dot",
        )
