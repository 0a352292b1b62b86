"""Shares of a whole as one bar, and the swatches of a legend."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from batch.report.charts.svg import element
from batch.report.words import number

WIDTH, HEIGHT = 400.0, 14.0


def bar(parts: Mapping[str, int], whole: int, rest: str) -> Markup:
    """A bar that is `whole` wide: a stretch for each part, in the order given, and the `rest` pale. A part's class is its name."""
    stretches, left = [], 0.0
    for name, value in parts.items():
        width = WIDTH * value / whole if whole else 0.0
        stretches.append(_stretch(left, width, class_of(name), f"{name}: {number(value)} of {number(whole)}"))
        left += width
    others = whole - sum(parts.values())
    stretches.append(
        _stretch(left, max(WIDTH - left, 0), "rest", f"{rest}: {number(others)} of {number(whole)}")
    )
    said = ", ".join(f"{name} {number(value)}" for name, value in parts.items() if value)
    return element(
        "svg",
        element("title", said or rest),
        *stretches,
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        preserveAspectRatio="none",
        role="img",
        class_="bar",
    )


def _stretch(left: float, width: float, kind: str, title: str) -> Markup:
    return element("rect", element("title", title), x=left, y=0, width=width, height=HEIGHT, class_=kind)


def swatch(kind: str) -> Markup:
    """A small square in the colour of a class."""
    box = element("rect", x=0, y=0, width=10, height=10, rx=2, class_=kind)
    return element("svg", box, viewBox="0 0 10 10", class_="swatch", aria_hidden="true")


def class_of(name: str) -> str:
    """A rule's name as the name of a class."""
    return f"rule-{name.replace(' ', '-').replace('_', '-')}"
