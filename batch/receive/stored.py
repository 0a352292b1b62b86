"""A change in the tables, which come before the ledger speaks of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from batch.context import Context
from batch.ledger import intakes, standing
from batch.ledger.intakes import SegmentRecord
from batch.model import State
from batch.receive.change import Change
from batch.reconcile.orders import open_lines
from batch.settings import counts_orders, lags_of
from batch.store import state as states


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A change in the tables.

    `segments`: those written, for the ledger to refer to. `standing`: what the rows of this kind are made of from now on;
    `after`: the state as it is read from these.
    """

    segments: Sequence[SegmentRecord]
    standing: Sequence[SegmentRecord]
    after: State


def write_tables(context: Context, changes: Mapping[str, Change]) -> Mapping[str, Stored]:
    """Writes the tables of an intake: of each merchant what its change adds, and now and then all there is.

    Nothing refers to them until the ledger does.
    """
    return {merchant: _stored(context, merchant, each) for merchant, each in changes.items()}


def _stored(context: Context, merchant: str, each: Change) -> Stored:
    seq = each.after.seq
    with context.ledger.read() as connection:
        before = intakes.segments_until(connection, merchant, each.kind, seq)
    segment = states.write_segment(context.tables, merchant, each.kind, seq, each.segment)
    checkpoint = states.write_checkpoint(context.tables, segment, before, _working(context, merchant, each))
    if checkpoint is None:
        return Stored(segments=[segment], standing=[*before, segment], after=each.after)
    is_whole = each.kind == states.LEVELS_KIND or checkpoint.rows is each.after.orders
    return Stored(
        segments=[segment, checkpoint.record],
        standing=[checkpoint.record],
        after=each.after if is_whole else replace(each.after, orders=checkpoint.rows),
    )


def _working(context: Context, merchant: str, each: Change) -> states.Everything:
    """All there is after a change. Of order lines a checkpoint keeps the open window: cost does not follow history."""
    if each.kind == states.LEVELS_KIND:
        return states.Everything(rows=each.after.levels, kept=lambda: each.after.levels)
    lags = lags_of(context.configuration.merchants[merchant])

    def kept() -> pd.DataFrame:
        carts = context.configuration.merchants[merchant].carts.values()
        with context.ledger.read() as connection:
            told = standing.told_least(
                connection, merchant, [cart.id for cart in carts if counts_orders(cart)]
            )
        return open_lines(each.after.levels, each.after.orders, lags, told=told)

    return states.Everything(rows=each.after.orders, kept=kept)
