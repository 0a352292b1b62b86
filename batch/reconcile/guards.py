"""Guards: a change so large that a person should look at it first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import whole
from batch.reconcile.keys import Ids, number_keys
from formats.frames import arrow

MOST_MOVERS = 10


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much may change at once. Shares are of 1; fewer SKUs than `guard_from` trip nothing."""

    max_row_drop: float = 0.5
    max_zeroed: float = 0.25
    guard_from: int = 20


@dataclass(frozen=True, kw_only=True)
class Mover:
    """A SKU whose number changes much."""

    sku: str
    was: int
    now: int


@dataclass(frozen=True, kw_only=True)
class Trip:
    """Why something is held, and the SKUs that move most."""

    reason: str
    movers: Sequence[Mover]


@dataclass(frozen=True, kw_only=True)
class Quantities:
    """Quantities of two states of the same SKUs, side by side; 0 where a state does not name a SKU."""

    skus: pd.Series
    was: Ids
    now: Ids
    known: npt.NDArray[np.bool_]
    """The SKUs that the earlier state names."""


def side_by_side(was: pd.DataFrame, now: pd.DataFrame) -> Quantities:
    """Adds up `quantity` by `sku` in both frames (TEXT, INT64). A SKU that `now` does not name is 0 there."""
    (old, new), bound = number_keys([was, now], ["sku"])
    first = np.full(bound, -1, dtype=np.int64)
    both = np.concatenate([old, new])
    first[both[::-1]] = np.arange(len(both))[::-1]
    totals = []
    for ids, table in ((old, was), (new, now)):
        total = np.zeros(bound, dtype=np.int64)
        np.add.at(total, ids, whole(table["quantity"]))
        totals.append(total)
    known = np.zeros(bound, dtype=bool)
    known[old] = True
    seen = np.flatnonzero(first >= 0)
    skus = pd.concat([was["sku"], now["sku"]], ignore_index=True).iloc[first[seen]].reset_index(drop=True)
    return Quantities(skus=skus, was=totals[0][seen], now=totals[1][seen], known=known[seen])


def rows_trip(before: int | None, rows: int, limits: Limits) -> str:
    """Why the number of rows is suspicious; "" if it is not. `before`: of the last one, None if there is none."""
    if before is None or before < limits.guard_from or rows >= before * (1 - limits.max_row_drop):
        return ""
    return (
        f"{rows} rows, the last one had {before}: {_percent(1 - rows / before)} less, "
        f"{_percent(limits.max_row_drop)} are allowed (max_row_drop)"
    )


def zeroed_trip(quantities: Quantities, limits: Limits) -> str:
    """Why the number of SKUs that newly become 0 is suspicious; "" if it is not."""
    known = int(quantities.known.sum())
    zeroed = int(((quantities.was > 0) & (quantities.now <= 0)).sum())
    if known < limits.guard_from or zeroed <= known * limits.max_zeroed:
        return ""
    return (
        f"{zeroed} of {known} SKUs would newly become 0: {_percent(zeroed / known)}, "
        f"{_percent(limits.max_zeroed)} are allowed (max_zeroed)"
    )


def more_zeros_trip(before: int, zeros: int, lines: int, limits: Limits) -> str:
    """The same by counts alone, where the SKUs cannot be compared: so many more lines tell 0 than before."""
    newly = zeros - before
    if lines < limits.guard_from or newly <= lines * limits.max_zeroed:
        return ""
    return (
        f"{newly} more lines than last time tell 0, of {lines}: {_percent(newly / lines)}, "
        f"{_percent(limits.max_zeroed)} are allowed (max_zeroed); what was told last does not read as documents are "
        "written now, so SKUs cannot be compared"
    )


def may_trip(zeros: int, skus: int, limits: Limits) -> bool:
    """Whether so many zeros among at least so many known SKUs are worth a closer look."""
    return zeros > skus * limits.max_zeroed


def movers(quantities: Quantities) -> tuple[Mover, ...]:
    """The ten SKUs that move most, the biggest first; of those that move as much, the first by name."""
    moved = pa.table(
        {
            "by": np.abs(quantities.now - quantities.was),
            "sku": arrow(quantities.skus),
            "was": quantities.was,
            "now": quantities.now,
        }
    ).filter(pc.field("by") > 0)
    biggest = pc.select_k_unstable(moved, MOST_MOVERS, [("by", "descending"), ("sku", "ascending")])
    rows = moved.take(biggest).drop_columns("by").to_pylist()
    return tuple(Mover(**row) for row in rows)


def _percent(share: float) -> str:
    return f"{share:.0%}"
