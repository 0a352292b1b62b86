"""A state after what was applied to it. What had been found out about its SKUs goes on with it: its cost follows what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from batch.model import State, as_arrow, distinct, framed, stack, take
from batch.reconcile.applied import Applied
from batch.reconcile.coded import Coded, candidates, find
from batch.reconcile.keys import FEW, Ids
from formats.frames import arrow

MOST_CHUNKS = 50
"""A file adds one to each column, and whatever looks at a column looks at all of them."""

NOT_ASKED = -2
"""In place of the code of an order line that no one has looked up: it could not count so far."""


def with_levels(before: State, applied: Applied) -> State:
    """The state after a file of levels; `before` itself where the file changes nothing."""
    if not len(applied.segment):
        return before
    after = replace(before, seq=before.seq + 1, levels=_rows(before.levels, applied))
    # a level is replaced by one of the same feed and warehouse, so no name goes
    for name in ("feed", "warehouse"):
        after.named[name] = tuple(sorted({*before.names(name), *distinct(applied.segment[name])}))
    _carry(before, after, len(before.levels), applied, _of_levels)
    return after


def with_orders(before: State, applied: Applied) -> State:
    """The state after a file of order lines; `before` itself where the file changes nothing."""
    if not len(applied.segment):
        return before
    after = replace(before, seq=before.seq + 1, orders=_rows(before.orders, applied))
    after.named.update(before.named)
    _carry(before, after, len(before.orders), applied, _of_orders)
    return after


def _rows(table: pd.DataFrame, applied: Applied) -> pd.DataFrame:
    """The rows that stay, then the segment. Nothing is matched again."""
    if not len(table):
        return applied.segment
    rows = as_arrow(stack([take(table, _stays(len(table), applied)), applied.segment]))
    return framed(rows.combine_chunks() if rows.column(0).num_chunks > MOST_CHUNKS else rows)


def _stays(rows: int, applied: Applied) -> Ids:
    stays = np.ones(rows, dtype=bool)
    stays[applied.replaced] = False
    return stays


def _carry(before: State, after: State, rows: int, applied: Applied, carried: Callable[..., Coded]) -> None:
    """Gives a state the codes of the one before, if that has any and little has changed."""
    kept = before.codes.kept
    if kept is None or len(applied.segment) * FEW > rows:
        return
    lags, coded = kept
    after.codes.get(lags, lambda: carried(coded, before, after, applied, dict(lags)))


def _of_levels(coded: Coded, before: State, after: State, applied: Applied, lags: Mapping[str, int]) -> Coded:
    skus = arrow(applied.segment["sku"])
    of_segment = find(skus, coded.names)
    is_new = of_segment < 0
    new = skus.filter(pa.array(is_new)).unique()
    first = len(coded.names)
    of_segment[is_new] = first + find(skus.filter(pa.array(is_new)), new)
    known = _of_every_line(coded, len(before.orders))
    unknown = np.flatnonzero(known == -1)
    found = find(arrow(before.orders["sku"]).take(pa.array(unknown)), new)
    known[unknown] = np.where(found < 0, -1, first + found)
    stays = _stays(len(before.levels), applied)
    return _coded(
        pa.concat_arrays([coded.names, new]) if len(new) else coded.names,
        np.concatenate([coded.of_level[stays], of_segment]),
        known,
        after,
        lags,
    )


def _of_orders(coded: Coded, before: State, after: State, applied: Applied, lags: Mapping[str, int]) -> Coded:
    stays = _stays(len(before.orders), applied)
    added = find(arrow(applied.segment["sku"]), coded.names)
    known = np.concatenate([_of_every_line(coded, len(before.orders))[stays], added])
    return _coded(coded.names, coded.of_level, known, after, lags)


def _of_every_line(coded: Coded, lines: int) -> Ids:
    """For every order line of a state its code, -1 where no level has its SKU, NOT_ASKED where that is not known."""
    known = np.full(lines, NOT_ASKED, dtype=np.int64)
    known[coded.lines] = coded.of_line
    return known


def _coded(names: pa.Array, of_level: Ids, known: Ids, after: State, lags: Mapping[str, int]) -> Coded:
    """The codes of a state of whose order lines most are `known`."""
    lines = candidates(after.levels, after.orders, lags)
    of_line = known[lines]
    asked = np.flatnonzero(of_line == NOT_ASKED)
    if len(asked):
        of_line[asked] = find(arrow(after.orders["sku"]).take(pa.array(lines[asked])), names)
    return Coded(names=names, of_level=of_level, lines=lines, of_line=of_line)
