"""A state after what was applied to it. What had been found out about its SKUs goes on with it: its cost follows what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa

from batch.model import State, distinct, stack, take
from batch.reconcile.applied import Applied
from batch.reconcile.coded import Coded, candidates, find
from batch.reconcile.doubts import NEAR
from batch.reconcile.keys import FEW, Ids
from batch.reconcile.outdated import hand_on
from batch.reconcile.recognise import Recognised
from batch.reconcile.stretches import shared
from batch.remaining import Mask, remaining
from formats.frames import arrow, columns_of, joined, of_columns, only, picked

MOST_CHUNKS = 50
"""A file adds one to each column, and whatever looks at a column looks at all of them."""

NO_LEVEL = -1
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
    if NEAR in before.said and applied.recognised and not applied.recognised.has_new:
        after.said[NEAR] = before.said[NEAR]
    _carry(before, after, partial(_of_levels, before=before, after=after, applied=applied))
    hand_on(before, after, arrow(applied.segment["sku"]))
    return after


def with_orders(before: State, applied: Applied) -> State:
    """The state after a file of order lines; `before` itself where the file changes nothing."""
    if not len(applied.segment):
        return before
    after = replace(before, seq=before.seq + 1, orders=_rows(before.orders, applied))
    after.named.update(before.named)
    after.said.update(before.said)
    _carry(before, after, partial(_of_orders, before=before, after=after, applied=applied))
    hand_on(before, after, _spoken_of(before.orders, applied))
    return after


def _spoken_of(orders: pd.DataFrame, applied: Applied) -> pa.ChunkedArray:
    """The SKUs of order lines after a file, and of those that they take the place of."""
    gone = take(only(orders, ("sku",)), np.sort(applied.replaced))
    return arrow(stack([only(applied.segment, ("sku",)), gone])["sku"])


def _rows(table: pd.DataFrame, applied: Applied) -> pd.DataFrame:
    """The rows that stay, then the segment. Nothing is matched again."""
    if not len(table):
        return applied.segment
    rows = stack([remaining(table, _stays(len(table), applied)), applied.segment])
    if arrow(rows["sku"]).num_chunks <= MOST_CHUNKS:
        return rows
    return of_columns({name: _in_few_pieces(column) for name, column in columns_of(rows).items()})


def _in_few_pieces(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """One, if it can be; where a few values stand together, those that these share."""
    known = shared(column) if column.type == pa.string() else column
    return known if known is not column else joined(column)


def _stays(rows: int, applied: Applied) -> Mask:
    stays = np.ones(rows, dtype=bool)
    stays[applied.replaced] = False
    return stays


def _carry(before: State, after: State, recode: Callable[[Coded, Mapping[str, int]], Coded | None]) -> None:
    """Gives a state the codes of the one before, as `recode` makes them of these, if that has any and they are worth it."""
    kept = before.codes.kept
    if kept is None:
        return
    lags, coded = kept
    found = recode(coded, dict(lags))
    if found is not None:
        after.codes.get(lags, lambda: found)


def _of_levels(
    coded: Coded, lags: Mapping[str, int], *, before: State, after: State, applied: Applied
) -> Coded | None:
    """None where the file's SKUs have not been recognised by these codes."""
    recognised = applied.recognised
    if recognised is None or recognised.of is not coded:
        return None
    stays = np.flatnonzero(_stays(len(before.levels), applied))
    known = _now_known(_of_every_line(coded, len(before.orders)), recognised, before.orders)
    of_level = np.concatenate([recognised.before(stays), recognised.codes])
    return _with_lines(replace(coded, names=recognised.names, of_level=of_level), known, after, lags)


def _now_known(known: Ids, recognised: Recognised, orders: pd.DataFrame) -> Ids:
    """Codes of order lines after a file: lines of no known SKU may be of one that is new."""
    if not recognised.has_new:
        return known
    unknown, had = np.flatnonzero(known == NO_LEVEL), known >= 0
    if recognised.moved is not None:
        known[had] = recognised.moved[known[had]]
    known[unknown] = find(arrow(orders["sku"]).take(pa.array(unknown)), recognised.names)
    return known


def _of_orders(
    coded: Coded, lags: Mapping[str, int], *, before: State, after: State, applied: Applied
) -> Coded | None:
    """None where much has changed. Lines that stay are among those that may count if they were: no level has changed."""
    if len(applied.segment) * FEW > len(before.orders):
        return None
    stays = _stays(len(before.orders), applied)[coded.lines]
    lines = coded.lines[stays]
    lines -= np.searchsorted(np.sort(applied.replaced), lines)
    added = candidates(after.levels, applied.segment, lags)
    first = len(after.orders) - len(applied.segment)
    return replace(
        coded,
        lines=np.concatenate([lines, first + added]),
        of_line=np.concatenate(
            [coded.of_line[stays], coded.find(picked(arrow(applied.segment["sku"]), added))]
        ),
    )


def _of_every_line(coded: Coded, lines: int) -> Ids:
    """For every order line of a state its code, NO_LEVEL where no level has its SKU, NOT_ASKED where that is not known."""
    known = np.full(lines, NOT_ASKED, dtype=np.int64)
    known[coded.lines] = coded.of_line
    return known


def _with_lines(coded: Coded, known: Ids, after: State, lags: Mapping[str, int]) -> Coded:
    """The codes of a state: those of its levels are `coded`, of its order lines most are `known`."""
    lines = candidates(after.levels, after.orders, lags)
    of_line = known[lines]
    asked = np.flatnonzero(of_line == NOT_ASKED)
    if len(asked):
        of_line[asked] = coded.find(picked(arrow(after.orders["sku"]), lines[asked]))
    return replace(coded, lines=lines, of_line=of_line)
