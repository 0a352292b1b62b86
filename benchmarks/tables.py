"""Figures as they stand in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from measure import Figures


def number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def times(value: float | None) -> str:
    """A ratio: three digits that count, as far as there are decimals."""
    return "" if value is None else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def percent(part: float | None, whole: float) -> str:
    return "" if part is None or not whole else f"{100 * part / whole:.0f} %"


def wall(figures: Figures) -> tuple[str, str]:
    """The median, and the least and most."""
    return number(figures.wall), f"{figures.least:.2f} to {figures.most:.2f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
