"""Whether what a cart would be told is plausible beside what it was told last."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.config import Cart
from batch.context import Context
from batch.ledger import runs
from batch.model import arrow, empty, stack, take, whole
from batch.reconcile.guards import Trip, may_trip, movers, rows_trip, side_by_side, zeroed_trip
from batch.settings import limits_of
from formats import registry
from formats.contract import INT64, TEXT
from formats.errors import FormatError

TOLD = {"sku": TEXT, "quantity": INT64}


def output_trip(context: Context, cart: Cart, lines: pd.DataFrame, *, complete: bool) -> Trip | None:
    """Why the cart's output is held, or None. `lines`: the advice.

    What the cart was told is read back from the archived documents, and only if the new ones could trip at all.
    """
    limits = limits_of(cart)
    with context.ledger.read() as connection:
        last = runs.last_complete(connection, cart.merchant, cart.id)
    if last is None:
        return None
    dropped = rows_trip(last.lines, len(lines), limits) if complete else ""
    zeros = int((whole(lines["quantity"]) == 0).sum())
    if not dropped and not may_trip(zeros, last.lines, limits):
        return None
    told = told_so_far(context, cart)
    if told is None:
        return Trip(reason=dropped, movers=()) if dropped else None
    now = lines[list(TOLD)] if complete else _overlaid(told, lines)
    quantities = side_by_side(told, now)
    reason = dropped or zeroed_trip(quantities, limits)
    return Trip(reason=reason, movers=movers(quantities)) if reason else None


def told_so_far(context: Context, cart: Cart) -> pd.DataFrame | None:
    """What the cart believes if it took every document: TOLD. None if they cannot be read as they are written now."""
    form = registry.get(cart.format)
    if not set(TOLD) <= set(form.fields(cart.writing)):
        return None
    with context.ledger.read() as connection:
        documents = runs.sent_since_complete(connection, cart.merchant, cart.id)
    told = empty(TOLD)
    for run in documents:
        try:
            back = form.read_back(context.archive.get(run.sha256), cart.writing)
        except FormatError:
            return None
        told = _overlaid(told, back[list(TOLD)].astype(TOLD))
    return told


def _overlaid(told: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """The earlier belief with the SKUs of a delta in the place of what was told of them before."""
    stays = pc.invert(pc.is_in(arrow(told["sku"]), value_set=_distinct(lines["sku"])))
    return stack([take(told, np.asarray(stays.to_numpy(), dtype=bool)), lines[list(TOLD)]])


def _distinct(column: pd.Series) -> pa.Array:
    return arrow(column).unique()
