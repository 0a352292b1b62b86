"""Levels: lots are added up, a later statement replaces an earlier one, what a full file leaves out becomes zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import LEVELS, Counts, arrow, frame, stack, take, whole
from batch.reconcile.keys import Ids, last_of_each, number_keys, positions

PLACE = ("sku", "warehouse")
LEVEL_KEY = ("feed", "sku", "warehouse")


@dataclass(frozen=True, kw_only=True)
class Applied:
    """`segment`: the LEVELS that a file reported; `counts`: where its rows went."""

    segment: pd.DataFrame
    counts: Counts


def apply_statements(
    levels: pd.DataFrame,
    statements: pd.DataFrame,
    *,
    feed: str,
    seq: int,
    zero_absent: bool,
    kept: Sequence[str] = (),
) -> Applied:
    """What one file of `feed` changes.

    `levels`: LEVELS of the merchant. `statements`: STATEMENTS of the file plus attribute columns.
    `zero_absent`: the file lists all that the feed has, so a level that it leaves out becomes 0.
    `kept`: SKUs that the file names in rows that were rejected; they keep their last good level.
    """
    known = take(levels, np.asarray(pc.equal(arrow(levels["feed"]), feed).to_numpy(), dtype=bool))
    (stated, stored), bound = number_keys([statements, known], PLACE)
    lots = add_lots(statements, stated)
    keys = stated[lots.first]
    where = positions(stored, bound)[keys]
    older = (where >= 0) & (np.append(whole(known["as_of"]), 0)[where] > whole(lots.levels["as_of"]))
    segment = [take(lots.levels, ~older)]
    if zero_absent and len(statements):
        segment.append(_absent(known, stored, stated, kept, as_of=int(whole(statements["as_of"]).max())))
    rows_older = int(lots.rows[older].sum())
    return Applied(
        segment=stamp(stack(segment), feed=feed, seq=seq),
        counts=Counts(rows=len(statements), applied=len(statements) - rows_older, older=rows_older),
    )


def upsert(levels: pd.DataFrame, segment: pd.DataFrame) -> pd.DataFrame:
    """The levels after a segment: one row per (feed, sku, warehouse), the latest."""
    both = stack([levels, segment])
    (ids,), bound = number_keys([both], LEVEL_KEY)
    rows = last_of_each(ids, bound)
    return both if len(rows) == len(both) else take(both, rows)


@dataclass(frozen=True, kw_only=True)
class Lots:
    """`levels`: a row per (sku, warehouse); `first`: its first row in the file; `rows`: how many rows it had."""

    levels: pd.DataFrame
    first: Ids
    rows: Ids


def add_lots(statements: pd.DataFrame, ids: Ids) -> Lots:
    """Rows of one SKU and warehouse as one: quantities added, the latest as-of, attributes of the latest row."""
    quantity, as_of = whole(statements["quantity"]), whole(statements["as_of"])
    by_key = np.lexsort((np.arange(len(ids)), as_of, ids))
    starts = np.flatnonzero(np.diff(ids[by_key], prepend=-1))
    if len(starts) == len(ids):
        return Lots(levels=statements, first=np.arange(len(ids)), rows=np.ones(len(ids), np.int64))
    ends = np.append(starts[1:], len(ids)) - 1
    first = np.minimum.reduceat(by_key, starts)
    file_order = np.argsort(first)
    latest = take(statements, by_key[ends][file_order])
    sums = np.add.reduceat(quantity[by_key], starts)[file_order]
    lines = take(statements, first[file_order])["line"]
    return Lots(
        levels=latest.assign(quantity=pd.array(pa.array(sums), dtype=latest["quantity"].dtype), line=lines),
        first=first[file_order],
        rows=(ends - starts + 1)[file_order],
    )


def _absent(
    known: pd.DataFrame, stored: Ids, stated: Ids, kept: Sequence[str], *, as_of: int
) -> pd.DataFrame:
    """Levels that the file leaves out, as zero; those that are zero already have been told and stay."""
    named = pc.is_in(arrow(known["sku"]), value_set=pa.array(kept, pa.string()))
    gone = (
        ~np.isin(stored, stated)
        & ~np.asarray(named.to_numpy(), dtype=bool)
        & (whole(known["quantity"]) != 0)
        & (whole(known["as_of"]) <= as_of)
    )
    rows = take(known, gone)
    return frame(LEVELS, {**_columns(rows), "quantity": 0, "as_of": _instants(as_of, len(rows)), "line": None})


def stamp(rows: pd.DataFrame, *, feed: str, seq: int) -> pd.DataFrame:
    """Rows as LEVELS of this feed and intake."""
    columns = {name: column for name, column in _columns(rows).items() if name not in ("feed", "seq")}
    return frame(LEVELS, {**columns, "feed": feed, "seq": seq})


def _columns(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {str(name): rows[name] for name in rows.columns}


def _instants(microseconds: int, rows: int) -> npt.NDArray[np.datetime64]:
    return np.full(rows, microseconds, dtype="datetime64[us]")
