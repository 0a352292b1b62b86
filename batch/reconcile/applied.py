"""What a file changes in a state, and the state with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from batch.counts import Counts
from batch.model import stack, take
from batch.reconcile.keys import Ids


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What one file does to a state.

    `segment`: the rows to record, one per key; `replaced`: the positions of the rows in the state that they take
    the place of; `counts`: where the rows of the file went.

    Levels that the file reported have its `seq`. A level that was 0 already and that a full file leaves out again
    keeps the `seq` that reported it: it is 0 as of a later instant, which is no news to a cart.
    """

    segment: pd.DataFrame
    replaced: Ids
    counts: Counts


def carry_on(state: pd.DataFrame, applied: Applied) -> pd.DataFrame:
    """The state with what was applied: the rows that stay, then the segment. Nothing is matched again."""
    if not len(state):
        return applied.segment
    stays = np.ones(len(state), dtype=bool)
    stays[applied.replaced] = False
    return stack([take(state, stays), applied.segment])
