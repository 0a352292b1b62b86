"""The SKUs whose stock moved most over a day: found by adding up what each intake changed, then followed one by one.

The first pass is columnar over all that the day's intakes wrote; only what is found by it is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import State, stack, take, whole
from batch.reconcile.keys import Ids, encode, number_keys
from batch.reconcile.levels import LEVEL_KEY, upsert
from batch.reconcile.orders import LINE_KEY, upsert_lines
from batch.report.values import Mover, Ordered, Point
from formats.contract import INT64
from formats.frames import arrow

HOUR = timedelta(hours=1)
Figures = Callable[[State], pd.DataFrame]
"""From what is known to AVAILABLE, perhaps with a column `title`."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the intakes of one instant added: LEVELS and ORDER_LINES."""

    at: datetime
    levels: pd.DataFrame
    orders: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Window:
    """A merchant's day: what was known before it, and what was added, in order."""

    merchant: str
    before: State
    steps: Sequence[Step]


@dataclass(frozen=True, kw_only=True)
class Movement:
    """How much of each SKU moved: `skus` with the `quantity` that came and went, the most first; SKUs that did not are left out."""

    skus: pa.Array
    quantity: Ids


def movement(window: Window) -> Movement:
    """What the day's intakes changed of each SKU: levels up and down, and what was ordered or cancelled.

    A level that is first stated on the day has not moved by that; a new order line has.
    """
    levels = [window.before.levels, *(step.levels for step in window.steps)]
    orders = [window.before.orders, *(step.orders for step in window.steps)]
    of_levels = _changes(stack(levels), LEVEL_KEY, first=False)
    of_orders = _changes(_live(stack(orders)), LINE_KEY, first=True, settled=len(window.before.orders))
    names, codes = encode([of_levels["sku"], of_orders["sku"]])
    total = np.zeros(len(names), dtype=np.int64)
    for code, changed in zip(codes, (of_levels, of_orders), strict=True):
        np.add.at(total, code, whole(changed["quantity"]))
    moved = np.argsort(-total, kind="stable")[: int((total > 0).sum())]
    return Movement(skus=names.take(pa.array(moved)), quantity=total[moved])


def _changes(rows: pd.DataFrame, key: Sequence[str], *, first: bool, settled: int = 0) -> pd.DataFrame:
    """SKU and absolute change of each row against the row before it that has its key.

    `first`: a key's first row, if it is not among the `settled` ones at the top, has changed by all of its quantity.
    """
    (ids,), _ = number_keys([rows], key)
    in_time = np.argsort(ids, kind="stable")
    quantity = whole(rows["quantity"])[in_time]
    begins = np.diff(ids[in_time], prepend=-1) != 0
    changed = np.abs(np.diff(quantity, prepend=0))
    changed[begins] = np.where(first & (in_time[begins] >= settled), np.abs(quantity[begins]), 0)
    some = changed > 0
    skus = take(rows[["sku"]], in_time[some])["sku"]
    return pd.DataFrame({"sku": skus, "quantity": pd.array(pa.array(changed[some]), dtype=INT64)})


def _live(orders: pd.DataFrame) -> pd.DataFrame:
    """Order lines, with 0 for cancelled ones."""
    quantity = pc.if_else(arrow(orders["cancelled"]), 0, arrow(orders["quantity"]))
    return orders.assign(quantity=pd.array(quantity, dtype=INT64))


def narrowed(window: Window, skus: Sequence[str]) -> Window:
    """The window with nothing but these SKUs, and only steps that concern them."""
    wanted = pa.array(skus, pa.string())

    def of(rows: pd.DataFrame) -> pd.DataFrame:
        return take(rows, np.asarray(pc.is_in(arrow(rows["sku"]), value_set=wanted).to_numpy(), dtype=bool))

    steps = [Step(at=each.at, levels=of(each.levels), orders=of(each.orders)) for each in window.steps]
    before = State(seq=window.before.seq, levels=of(window.before.levels), orders=of(window.before.orders))
    told = [step for step in steps if len(step.levels) or len(step.orders)]
    return Window(merchant=window.merchant, before=before, steps=told)


def followed(window: Window, figures: Figures, *, start: datetime, until: datetime) -> list[Mover]:
    """Every SKU of a narrow window over the day, those that move most first."""
    state, courses = window.before, _Courses({})
    courses.note(figures(state), start)
    for step in window.steps:
        state = State(
            levels=upsert(state.levels, step.levels) if len(step.levels) else state.levels,
            orders=upsert_lines(state.orders, step.orders) if len(step.orders) else state.orders,
        )
        courses.note(figures(state), step.at)
    ordered = _ordered(state.orders, start, until)
    movers = [
        Mover(
            merchant=window.merchant,
            sku=sku,
            title=title,
            points=tuple(points),
            orders=tuple(ordered.get(sku, ())),
        )
        for sku, (title, points) in courses.known.items()
    ]
    return sorted(movers, key=lambda mover: (-mover.swing, -mover.ordered, mover.sku))


@dataclass(frozen=True)
class _Courses:
    """SKU → its title and points."""

    known: dict[str, tuple[str | None, list[Point]]]

    def note(self, figures: pd.DataFrame, at: datetime) -> None:
        """What is known from this instant on; a point that says the same as the one before is left out."""
        titles = figures["title"] if "title" in figures.columns else [None] * len(figures)
        for sku, level, available, title in zip(
            figures["sku"], figures["level"], figures["available"], titles, strict=True
        ):
            _, points = self.known.setdefault(sku, (title if isinstance(title, str) else None, []))
            if not points or (points[-1].level, points[-1].available) != (level, available):
                points.append(Point(at=at, level=int(level), available=int(available)))


def _ordered(orders: pd.DataFrame, start: datetime, until: datetime) -> Mapping[str, list[Ordered]]:
    """SKU → what was ordered of it in each hour of the day that had an order, cancelled lines left out."""
    first, last = (round(each.timestamp() * 1_000_000) for each in (start, until))
    at, quantity = whole(orders["ordered_at"]), whole(_live(orders)["quantity"])
    chosen = (at >= first) & (at <= last) & (quantity > 0)
    names, (codes,) = encode([orders["sku"]])
    hours = (at - first) // (HOUR // timedelta(microseconds=1))
    found: dict[str, list[Ordered]] = {}
    for code, hour in sorted(set(zip(codes[chosen].tolist(), hours[chosen].tolist(), strict=True))):
        total = int(quantity[chosen & (codes == code) & (hours == hour)].sum())
        begins = start + hour * HOUR
        found.setdefault(names[code].as_py(), []).append(
            Ordered(start=begins, end=min(begins + HOUR, until), quantity=total)
        )
    return found
