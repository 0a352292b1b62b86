"""Charts: every point lies inside, whatever the values; text is escaped; hours stand where the day's clocks have them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markupsafe import Markup

from batch.days import span_of
from batch.report.ages import age_of
from batch.report.charts.age import age
from batch.report.charts.bar import bar
from batch.report.charts.stock import stock
from batch.report.charts.svg import WHOLE_STEPS, Frame, element, hours_of, round_ticks
from batch.report.values import Arrival, Mover, Ordered, Point
from batch.report.words import Times

DAY = date(2026, 11, 20)
HOSTILE = "<script>alert('1')</script>\"&\x00\u202e"
# zone | day | hours
DAYS = """
    America/Los_Angeles | 2026-11-20 | 24
    America/Los_Angeles | 2026-03-08 | 23
    America/Los_Angeles | 2026-11-01 | 25
    Australia/Lord_Howe | 2026-04-05 | 24.5
    America/Santiago    | 2026-09-06 | 23
"""
CELLS = [tuple(cell.strip() for cell in line.split("|")) for line in DAYS.split("\n") if line.strip()]


def times_of(name: str, day: date) -> Times:
    start, end = (each.astimezone(UTC) for each in span_of(day, ZoneInfo(name)))
    return Times(zone=ZoneInfo(name), start=start, end=end)


TIMES = times_of("America/Los_Angeles", DAY)
seconds = st.integers(0, 86399)
pieces = st.integers(-(10**12), 10**12)


def moments(draw: st.DrawFn, most: int) -> list[datetime]:
    after = sorted(draw(st.lists(seconds, min_size=1, max_size=most)))
    return [TIMES.start + timedelta(seconds=each) for each in after]


@st.composite
def movers(draw: st.DrawFn) -> Mover:
    points = tuple(Point(at=at, level=draw(pieces), available=draw(pieces)) for at in moments(draw, 30))
    hours = draw(st.lists(st.integers(0, 23), unique=True, max_size=5))
    orders = tuple(
        Ordered(
            start=TIMES.start + timedelta(hours=hour),
            end=TIMES.start + timedelta(hours=hour + 1),
            quantity=draw(st.integers(1, 10**9)),
        )
        for hour in hours
    )
    return Mover(merchant="m", sku=draw(st.text(max_size=9)), title=None, points=points, orders=orders)


def coordinates(drawing: Markup) -> list[tuple[float, float]]:
    """Every point of every line, dot and bar of a chart."""
    root = html.fromstring(str(drawing))
    found = [
        (float(x), float(y))
        for path in root.iter("path")
        for x, y in (pair.split(",") for pair in path.get("d").strip("MZ").split())
    ]
    found += [(float(dot.get("cx")), float(dot.get("cy"))) for dot in root.iter("circle")]
    for box in root.iter("rect"):
        x, y, width, height = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        assert width >= 0
        assert height >= 0
        found += [(x, y), (x + width, y + height)]
    return found


def assert_inside(drawing: Markup, height: float) -> None:
    frame = Frame(start=TIMES.start, end=TIMES.end, low=0, high=1)
    points = coordinates(drawing)
    assert points
    assert "nan" not in str(drawing).lower().split("<title>")[0]
    for x, y in points:
        assert frame.left - 0.1 <= x <= frame.inner_right + 0.1
        assert frame.top - 0.1 <= y <= height - 22 + 0.1


@given(movers(), seconds)
def test_stock_is_drawn_inside_its_chart(mover: Mover, until: int) -> None:
    assert_inside(stock(mover, DAY, TIMES, TIMES.start + timedelta(seconds=until)), 176)


@given(st.data(), st.none() | st.integers(1, 10**7))
def test_age_is_drawn_inside_its_chart(data: st.DataObject, before: int | None) -> None:
    instants = data.draw(st.composite(lambda draw: moments(draw, 30))())
    feed = age_of(
        "m/f",
        "inventory",
        before=None if before is None else TIMES.start - timedelta(seconds=before),
        arrivals=[Arrival(at=at, name="f", usable=data.draw(st.booleans())) for at in instants],
        start=TIMES.start,
        until=TIMES.end,
        expect=None,
    )
    assert feed is not None
    assert_inside(age(feed, DAY, TIMES), 130)


@given(st.lists(st.integers(0, 1000), max_size=5), st.integers(0, 1000))
def test_the_stretches_of_a_bar_lie_end_to_end_and_fill_it(values: Sequence[int], others: int) -> None:
    whole = sum(values) + others
    drawing = bar({f"r{place}": value for place, value in enumerate(values)}, whole, "rest")
    boxes = [(float(b.get("x")), float(b.get("width"))) for b in html.fromstring(str(drawing)).iter("rect")]
    assert sum(width for _, width in boxes) == pytest.approx(400, abs=0.5)
    assert all(left + width == pytest.approx(after, abs=0.2) for (left, width), (after, _) in pairwise(boxes))


@given(pieces, pieces)
def test_ticks_are_few_and_reach_around_the_values(one: int, other: int) -> None:
    low, high = min(one, other), max(one, other)
    ticks = round_ticks(low, high, WHOLE_STEPS)
    assert ticks[0] <= low
    assert high <= ticks[-1]
    assert 2 <= len(ticks) <= 10
    assert all(a < b for a, b in pairwise(ticks))


def test_text_is_escaped_and_what_would_not_be_seen_is_shown() -> None:
    assert element("text", HOSTILE, a=HOSTILE) == (
        '<text a="&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&#34;&amp;\u2400\ufffd">'
        "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&#34;&amp;\u2400\ufffd</text>"
    )


@pytest.mark.parametrize(("name", "day", "hours"), CELLS)
def test_a_day_is_as_long_as_its_clocks_make_it(name: str, day: str, hours: str) -> None:
    on, times = date.fromisoformat(day), times_of(name, date.fromisoformat(day))
    assert times.length == timedelta(hours=float(hours))
    marks = hours_of(on, times.zone, times.start, times.end)
    assert [label for _, label in marks] == ["00:00", "06:00", "12:00", "18:00", "24:00"]
    assert marks[-1][0] - marks[1][0] == timedelta(hours=18)
    assert [at for at, _ in marks] == sorted({at for at, _ in marks})


def test_times_name_the_zone_where_it_changes_and_the_date_where_it_is_another() -> None:
    times = times_of("America/Los_Angeles", date(2026, 11, 1))
    assert times.at(datetime(2026, 11, 1, 8, 30, tzinfo=UTC)) == "01:30 PDT"
    assert times.at(datetime(2026, 11, 1, 9, 30, tzinfo=UTC)) == "01:30 PST"
    assert times.named == "America/Los_Angeles (PDT, then PST)"
    assert TIMES.at(datetime(2026, 11, 20, 22, 5, tzinfo=UTC)) == "14:05"
    assert TIMES.at(datetime(2026, 11, 19, 22, 5, tzinfo=UTC)) == "19 Nov 14:05"
    assert TIMES.at(TIMES.end) == "24:00"
