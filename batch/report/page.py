"""The page: values to HTML by a template that escapes whatever it is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Generic, TypeVar

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from batch import __version__
from batch.report import words
from batch.report.charts.age import age
from batch.report.charts.bar import bar, class_of, swatch
from batch.report.charts.stock import stock
from batch.report.effects import REASONS
from batch.report.summary import is_empty, summary_of
from batch.report.values import CartDay, CartEffect, FeedDay, Report
from batch.report.words import Times

T = TypeVar("T")

MOST_PICTURES, MOST_SENTENCES, MOST_ROWS = 6, 12, 40
BUCKETS = ("applied", "older", "duplicate", "ignored", "rejected")
FATES = ("nothing_new", "failed", "held", "turned_down")


@dataclass(frozen=True, kw_only=True)
class Cut(Generic[T]):
    """The first of many, and how many more there are."""

    shown: Sequence[T]
    more: int


def cut(values: Iterable[T], most: int, total: int | None = None) -> Cut[T]:
    """The first `most`; `total`: of how many, if these are not all."""
    known = list(values)
    shown = known[:most]
    return Cut(shown=shown, more=(len(known) if total is None else total) - len(shown))


def render(report: Report) -> str:
    """The whole page, one file that needs nothing else."""
    times = Times(zone=report.zone, start=report.start, end=report.end)
    rules = _rules(report.effects)
    return _template(
        times
    ).render(
        report=report,
        version=__version__,
        style=Markup(_resource("page.css")),  # noqa: S704 - our own file
        title=f"{report.account}: {report.day:%A} {report.day.day} {report.day:%B %Y}",
        times=times,
        summary=summary_of(report),
        empty=is_empty(report),
        troubles=cut(report.troubles, MOST_SENTENCES),
        standing=cut(report.standing, MOST_SENTENCES),
        refused=cut(report.refused, MOST_SENTENCES),
        rows_beyond=report.rows_refused - sum(group.rows for group in report.refused[:MOST_SENTENCES]),
        movers=cut((mover for mover in report.movers if mover.swing), MOST_PICTURES, report.moved),
        ages=cut(report.ages, MOST_PICTURES),
        effects=cut(sorted(report.effects, key=_most_taken), MOST_ROWS),
        rules=rules,
        feeds=cut(sorted(report.feeds, key=_worst_feed), MOST_ROWS),
        buckets=[name for name in BUCKETS if any(getattr(feed, name) for feed in report.feeds)],
        carts=cut(sorted(report.carts, key=_worst_cart), MOST_ROWS),
        fates=[name for name in FATES if any(getattr(cart, name) for cart in report.carts)],
    )


def _template(times: Times) -> Template:
    """The template with what it may call: it decides nothing but where things stand."""
    environment = Environment(
        autoescape=True, finalize=_plain, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "number": words.number,
        "signed": words.signed,
        "duration": words.duration,
        "short": words.shortened,
        "at": times.at,
        "kind": class_of,
    }
    environment.globals |= {"age": age, "stock": stock, "bar": bar, "swatch": swatch, "count": words.count}
    return environment.from_string(_resource("page.html"))


def _plain(value: object) -> object:
    """What others have written, without what would not be seen; markup is ours."""
    return words.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _most_taken(each: CartEffect) -> float:
    """Carts of which most is told as 0 come first."""
    return -each.effect.zeros / max(each.effect.skus, 1)


def _worst_feed(feed: FeedDay) -> tuple[int, int, bool]:
    return -feed.quarantined - feed.held, -feed.rejected, not feed.files


def _worst_cart(cart: CartDay) -> tuple[int, int, bool]:
    return -cart.failed, -cart.held - cart.turned_down, not cart.sent


def _rules(effects: Sequence[CartEffect]) -> list[str]:
    """The rules that made something 0 somewhere, in order."""
    return [name for name in REASONS if any(each.effect.zeroed.get(name) for each in effects)]
