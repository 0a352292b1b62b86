"""What a file changes in a state, and the state with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from batch.counts import Counts
from batch.model import stack, take
from batch.reconcile.keys import Ids, last_of_each, number_keys
from batch.reconcile.recognise import Recognised


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What one file does to a state.

    `segment`: the rows to record, one per key; `replaced`: the positions of the rows in the state that they take
    the place of; `counts`: where the rows of the file went. `recognised`: the SKUs of the segment, row by row, as the codes
    of the state have them, if they have been looked for there.

    Levels that the file reported have its `seq`. A level that was 0 already and that a full file leaves out again
    keeps the `seq` that reported it: it is 0 as of a later instant, which is no news to a cart, unless an order line may
    count no longer by that.
    """

    segment: pd.DataFrame
    replaced: Ids
    counts: Counts
    recognised: Recognised | None = None


def latest_of_each(parts: Sequence[pd.DataFrame], key: Sequence[str]) -> pd.DataFrame:
    """One row for each `key` over all parts, in each of which it stands once: that of the last part which has it."""
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:  # noqa: PLR2004 - nothing that another part could replace
        return filled[0] if filled else parts[0]
    rows = stack(filled)
    (ids,), bound = number_keys([rows], key)
    last = last_of_each(ids, bound)
    return rows if len(last) == len(rows) else take(rows, last)
