"""Whether what a cart would be told is plausible beside what it was told last."""

from __future__ import annotations

import pandas as pd

from batch.config import Cart
from batch.context import Context
from batch.deliver.told import belief, overlaid, spelled
from batch.ledger import runs
from batch.ledger.files import LedgerRow
from batch.model import whole
from batch.reconcile.guards import (
    Trip,
    may_trip,
    more_zeros_trip,
    movers,
    rows_trip,
    side_by_side,
    zeroed_trip,
)
from batch.settings import limits_of


def output_trip(
    context: Context, cart: Cart, lines: pd.DataFrame, *, complete: bool, measure: LedgerRow
) -> Trip | None:
    """Why the cart's output is held, or None. `lines`: the advice; `measure`: the last run that told the cart everything.

    It is compared with what its syncs told it: an older state that was sent again is no measure. What it was told is read back from the archived documents, and only if the new ones could trip at all.
    """
    limits = limits_of(cart)
    dropped = rows_trip(measure.lines, len(lines), limits) if complete else ""
    zeros = int((whole(lines["quantity"]) == 0).sum())
    if not dropped and not may_trip(zeros, measure.lines, limits):
        return None
    with context.ledger.read() as connection:
        sent = runs.sent_since_complete(connection, cart.merchant, cart.id, syncs=True)
    told = belief(context.archive, cart, sent)
    if told is None:
        reason = dropped or more_zeros_trip(measure.zeros, zeros, measure.lines, limits)
        return Trip(reason=reason, movers=()) if reason else None
    lines = spelled(cart, lines)
    now = lines if complete else overlaid(told, lines)
    quantities = side_by_side(told, now)
    reason = dropped or zeroed_trip(quantities, limits)
    return Trip(reason=reason, movers=movers(quantities)) if reason else None
