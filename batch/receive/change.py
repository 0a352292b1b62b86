"""What a file changes in a merchant's state. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from batch.config import InventoryFeed, OrderFeed
from batch.counts import Counts
from batch.model import ORDER_LINES, State, frame
from batch.receive.conform import Conformed
from batch.receive.read import Understood
from batch.reconcile.advance import with_levels, with_orders
from batch.reconcile.coded import kept_codes
from batch.reconcile.levels import apply_statements, sold_by
from batch.reconcile.orders import apply_lines, settled
from batch.store import state as states
from formats.frames import arrow


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a file adds to one merchant: the rows, and the state before and with them."""

    kind: str
    segment: pd.DataFrame
    before: State
    after: State
    counts: Counts


def change(
    before: State,
    part: Conformed,
    feed: InventoryFeed | OrderFeed,
    understood: Understood,
    lags: Mapping[str, int],
) -> Change:
    """What a conformed file changes in a merchant's state. Pure.

    `part`: the merchant's part of `understood`; `lags`: order feed → its lag in microseconds.
    """
    if isinstance(feed, InventoryFeed):
        return _level_change(before, part, feed, understood, lags)
    seq = before.seq + 1
    lines = frame(
        ORDER_LINES, {**{name: part.rows[name] for name in ORDER_LINES}, "seq": seq, "touched": seq}
    )
    applied = apply_lines(before.orders, lines, part.weights, settled(before.levels, lines, lags))
    return Change(
        kind=states.ORDERS_KIND,
        segment=applied.segment,
        before=before,
        after=with_orders(before, applied),
        counts=_with(applied.counts, part),
    )


def _level_change(
    before: State, part: Conformed, feed: InventoryFeed, understood: Understood, lags: Mapping[str, int]
) -> Change:
    applied = apply_statements(
        before.levels,
        part.rows,
        feed=feed.name,
        seq=before.seq + 1,
        zero_absent=feed.content == "full" and feed.absent == "zero",
        whole_skus=understood.whole_skus,
        file_as_of=understood.latest,
        kept=_readings([*understood.kept, *arrow(part.rejects["sku"]).drop_null().to_pylist()]),
        coded=kept_codes(before),
        sold=sold_by(before.orders, lags),
    )
    return Change(
        kind=states.LEVELS_KIND,
        segment=applied.segment,
        before=before,
        after=with_levels(before, applied),
        counts=_with(applied.counts, part),
    )


def _readings(skus: Sequence[str]) -> list[str]:
    """SKUs of rejected rows as they stand there, and as they were probably meant."""
    printable = ["".join(char for char in sku if char.isprintable()) for sku in skus]
    return [*skus, *(sku.strip(' "').split('"')[0] for sku in printable)]


def _with(counts: Counts, part: Conformed) -> Counts:
    rejected = len(part.rejects)
    return counts + Counts(rows=rejected, rejected=rejected)


def unusable(understood: Understood) -> str:
    """Why a file that could be read is of no use: not one of its rows is; "" if some are."""
    if not understood.rows or understood.rejected < understood.rows:
        return ""
    first = understood.rejects.iloc[0]
    return (
        f"none of its {understood.rows} rows can be used; the first: line {first['line']}, "
        f"{first['column']} {first['value']!r}: {first['reason']}"
    )
