"""Elements of SVG and HTML as escaped text, and the frame that a chart is drawn in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from batch.report.words import visible

Tick = tuple[float, str]
"""A value and its label."""
Coordinate = tuple[float, float]


def element(name: str, *children: str, **attributes: object) -> Markup:
    """`<name …>children</name>`. Text is escaped, markup is not; `_` at the end of an attribute's name is left out."""
    pairs = (
        (key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value is not None
    )
    written = Markup("").join(Markup(' {}="{}"').format(key, _text(value)) for key, value in pairs)
    inner = Markup("").join(child if isinstance(child, Markup) else visible(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, inner)


def _text(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else visible(str(value))


def joined(parts: Iterable[Markup]) -> Markup:
    """Markup, one after the other."""
    return Markup("").join(parts)


def path(points: Sequence[Coordinate], *, closed: bool = False) -> str:
    """The `d` of a line through these points."""
    steps = " ".join(f"{_text(float(x))},{_text(float(y))}" for x, y in points)
    return f"M{steps}{'Z' if closed else ''}"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Where the points of a chart lie, in its own units. Values and instants beyond the ends are drawn at the ends."""

    start: datetime
    end: datetime
    low: float
    high: float
    width: float = 340
    height: float = 150
    left: float = 46
    right: float = 18
    top: float = 8
    bottom: float = 22

    def x(self, at: datetime) -> float:
        whole = (self.end - self.start) / timedelta(seconds=1)
        share = (at - self.start) / timedelta(seconds=1) / whole if whole else 0.0
        return round(self.left + _within(share) * (self.width - self.left - self.right), 1)

    def y(self, value: float) -> float:
        size = self.high - self.low
        share = (value - self.low) / size if size else 0.0
        return round(self.height - self.bottom - _within(share) * (self.height - self.top - self.bottom), 1)

    @property
    def inner_right(self) -> float:
        return self.width - self.right


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def drawn(
    frame: Frame, hours: Sequence[tuple[datetime, str]], ticks: Sequence[Tick], title: str, *marks: Markup
) -> Markup:
    """A chart: its grid and labels, then the marks. `title` is what a screen reader says."""
    lines = [
        element(
            "line",
            x1=frame.left,
            x2=frame.inner_right,
            y1=frame.y(value),
            y2=frame.y(value),
            class_=_grid(value),
        )
        for value, _ in ticks
    ]
    values = [
        element("text", label, x=frame.left - 6, y=frame.y(value) + 3.5, text_anchor="end")
        for value, label in ticks
    ]
    base = frame.height - frame.bottom
    strokes = [
        element("line", x1=frame.x(at), x2=frame.x(at), y1=base, y2=base + 4, class_="axis")
        for at, _ in hours
    ]
    words = [
        element("text", label, x=frame.x(at), y=frame.height - 6, text_anchor="middle") for at, label in hours
    ]
    box = f"0 0 {frame.width:g} {frame.height:g}"
    return element(
        "svg",
        element("title", title),
        *lines,
        *strokes,
        *marks,
        *values,
        *words,
        viewBox=box,
        role="img",
        class_="chart",
    )


def _grid(value: float) -> str:
    return "grid" if value else "axis"


def hours_of(
    day: date, zone: ZoneInfo, start: datetime, end: datetime, every: int = 6
) -> list[tuple[datetime, str]]:
    """Instants of the day's full hours on its own clocks, with labels; on a day of 23 or 25 hours they are not evenly apart."""
    marks = [
        (datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC), f"{hour:02}:00")
        for hour in range(0, 24, every)
    ]
    return [*((at, label) for at, label in marks if start <= at < end), (end, "24:00")]


def round_ticks(low: float, high: float, steps: Sequence[float], about: int = 4) -> list[float]:
    """Round values from at or below `low` to at or above `high`: by the smallest of `steps` that makes so few of them."""
    span = max(high - low, 0)
    step = next((each for each in steps if span / each <= about), steps[-1])
    while span / step > 2 * about:
        step *= 2
    first, last = int(low // step), int(-(-high // step))
    return [place * step for place in range(first, max(last, first + 1) + 1)]


WHOLE_STEPS = tuple(float(digit * 10**power) for power in range(16) for digit in (1, 2, 5))
