"""What is probably a mistake about SKUs after a file of levels, looked for only where the file may have brought it."""

from __future__ import annotations

import pandas as pd
import pyarrow.compute as pc

from batch.model import State, take
from batch.reconcile.keys import FEW
from batch.reconcile.oddities import UPC, double_products, near_skus
from formats.frames import arrow, only

NEAR, DOUBLE = "near", "double"


def near_skus_of(state: State) -> str:
    """What `near_skus` says of its levels; found once, and for states after it that have no other SKUs."""
    if NEAR not in state.said:
        state.said[NEAR] = near_skus(state.levels)
    return state.said[NEAR]


def double_products_of(before: State, after: State, statements: pd.DataFrame) -> str:
    """What `double_products` says of the levels `after` a file and of its rows.

    Where the levels before it had none, only SKUs that the file names can have become double.
    """
    looked_at: pd.DataFrame | None = after.levels
    if before.said.get(DOUBLE) == "":
        looked_at = _concerned(before.levels, after.levels, statements)
    after.said[DOUBLE] = "" if looked_at is None else double_products(looked_at, statements)
    return after.said[DOUBLE]


def _concerned(before: pd.DataFrame, after: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame | None:
    """The levels to look at. None for a file that says of its SKUs what is known of them, in the same order."""
    if UPC not in statements.columns or UPC not in after.columns:
        return after
    if UPC in before.columns and all(
        arrow(before[name]).slice(0, len(statements)).equals(arrow(statements[name])) for name in ("sku", UPC)
    ):
        return None
    if len(statements) * FEW > len(after):
        return after
    named = pc.is_in(arrow(after["sku"]), value_set=arrow(statements["sku"]).unique())
    return take(only(after, ("sku", UPC)), named.to_numpy())
