"""Levels: lots are added up, a later statement replaces an earlier one, what a full file leaves out becomes zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.counts import Counts
from batch.model import LEVELS, frame, stack, take, whole
from batch.reconcile.applied import Applied, latest_of_each
from batch.reconcile.coded import Coded, candidates
from batch.reconcile.keys import FEW, Ids
from batch.reconcile.recognise import Recognised, of_segment, recognise
from batch.reconcile.standing import stand
from formats.frames import arrow, columns_of, once_each, only, picked

LEVEL_KEY = ("feed", "sku", "warehouse")

Sold = Callable[[pd.DataFrame], npt.NDArray[np.bool_]]


def nothing_sold(levels: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Of none of them."""
    return np.zeros(len(levels), dtype=bool)


def sold_by(orders: pd.DataFrame, lags: Mapping[str, int]) -> Sold:
    """Of which levels (LEVELS) order lines may count that were placed after the earliest of these levels."""

    def sold(levels: pd.DataFrame) -> npt.NDArray[np.bool_]:
        lines = candidates(levels, orders, lags) if len(levels) else np.empty(0, np.int64)
        if not len(lines):
            return nothing_sold(levels)
        return _is_one_of(levels["sku"], picked(arrow(orders["sku"]), lines).unique())

    return sold


def apply_statements(
    levels: pd.DataFrame,
    statements: pd.DataFrame,
    *,
    feed: str,
    seq: int,
    zero_absent: bool,
    whole_skus: bool = False,
    kept: Sequence[str] = (),
    file_as_of: datetime | None = None,
    coded: Coded | None = None,
    sold: Sold = nothing_sold,
) -> Applied:
    """What one file of `feed` changes.

    `levels`: LEVELS of the merchant. `statements`: STATEMENTS of the file plus attribute columns.
    `zero_absent`: the file lists all that the feed has, so a level that it leaves out becomes 0.
    `whole_skus`: it lists all that there is of the SKUs it names, so their level in another warehouse becomes 0.
    `kept`: SKUs that the file names in rows that were rejected; they keep their last good level. `file_as_of`: of
    the file as a whole, if it has one: with it, a file without rows leaves out everything. `coded`: the SKUs of the
    levels as numbers, if somebody has asked for these before. `sold`: of which levels order lines may count that would not
    as of later.
    """
    recognised = recognise(arrow(statements["sku"]), coded) if coded else None
    mine = _concerned(levels, statements, feed, recognised, every=zero_absent)
    known = levels if len(mine) == len(levels) else take(levels, mine)
    standing = stand(known, statements, recognised, mine)
    lots = add_lots(statements, standing.stated)
    where = standing.where[lots.first]
    older = _is_older(lots.levels, known, where)
    segment = stamp(take(lots.levels, ~older), feed=feed, seq=seq)
    replaced, zeroed = where[~older & (where >= 0)], np.empty(0, dtype=np.int64)
    latest = _latest(statements, file_as_of)
    if (zero_absent or whole_skus) and latest is not None:
        absent = _absent(known, standing.left_out, kept, statements, every=zero_absent)
        zeroes, which = _zeroes(take(known, absent), sold, as_of=latest, seq=seq)
        segment = stack([segment, zeroes]) if len(zeroes) else segment
        zeroed = absent[which]
    rows_older = int(lots.rows[older].sum())
    return Applied(
        segment=segment,
        replaced=mine[np.concatenate([replaced, zeroed])],
        counts=Counts(rows=len(statements), applied=len(statements) - rows_older, older=rows_older),
        recognised=of_segment(recognised, lots.first[~older], mine[zeroed]) if recognised else None,
    )


def _concerned(
    levels: pd.DataFrame, statements: pd.DataFrame, feed: str, recognised: Recognised | None, *, every: bool
) -> Ids:
    """Positions of the feed's levels; of a small file's SKUs alone, unless it speaks of every SKU."""
    if every or len(statements) * FEW >= len(levels):
        return np.flatnonzero(_is_of(levels, feed))
    if recognised is None:
        named = pc.is_in(arrow(levels["sku"]), value_set=arrow(statements["sku"]).unique())
        return np.flatnonzero(_is_of(levels, feed) & named.to_numpy())
    rows = recognised.levels()
    return rows[_is_of(take(only(levels, ("feed",)), rows), feed)]


def _is_of(levels: pd.DataFrame, feed: str) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.equal(arrow(levels["feed"]), feed).to_numpy(), dtype=bool)


def _is_older(levels: pd.DataFrame, known: pd.DataFrame, where: Ids) -> npt.NDArray[np.bool_]:
    """Which levels are of an instant before that of the known one that they are about: `where` that is, -1 for none."""
    is_known: npt.NDArray[np.bool_] = where >= 0
    if not is_known.any():
        return is_known
    if _bound(pc.max, known) <= _bound(pc.min, levels):  # the usual case, in which no two are compared
        return np.zeros(len(levels), dtype=bool)
    return is_known & (whole(known["as_of"]).take(where, mode="clip") > whole(levels["as_of"]))


def _bound(of: Callable[[pa.ChunkedArray], pa.TimestampScalar], levels: pd.DataFrame) -> int:
    """The least or latest as-of of levels, in microseconds."""
    return int(of(once_each(arrow(levels["as_of"]))).value)


def _latest(statements: pd.DataFrame, file_as_of: datetime | None) -> int | None:
    """The instant (microseconds) up to which the file speaks; None if it does not say."""
    if len(statements):
        return int(whole(statements["as_of"]).max())
    return None if file_as_of is None else round(file_as_of.timestamp() * 1_000_000)


def upsert(levels: pd.DataFrame, *segments: pd.DataFrame) -> pd.DataFrame:
    """The levels after segments (each one row per key): one row per (feed, sku, warehouse), the latest."""
    return latest_of_each((levels, *segments), LEVEL_KEY)


@dataclass(frozen=True, kw_only=True)
class Lots:
    """`levels`: a row per (sku, warehouse); `first`: its first row in the file; `rows`: how many rows it had."""

    levels: pd.DataFrame
    first: Ids
    rows: Ids


def add_lots(statements: pd.DataFrame, ids: Ids) -> Lots:
    """Rows of one SKU and warehouse as one: quantities added, the latest as-of, attributes of the latest row."""
    if np.bincount(ids).max(initial=0) <= 1:
        return Lots(levels=statements, first=np.arange(len(ids)), rows=np.broadcast_to(np.int64(1), len(ids)))
    quantity, as_of = whole(statements["quantity"]), whole(statements["as_of"])
    by_key = np.lexsort((as_of, ids))  # stable: of equal as-ofs the later row stays later
    starts = np.flatnonzero(np.diff(ids[by_key], prepend=-1))
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
    known: pd.DataFrame, left_out: Ids, kept: Sequence[str], statements: pd.DataFrame, *, every: bool
) -> Ids:
    """Which of the levels that a file leaves out it says 0 of thereby: every one, or those of SKUs that it names."""
    skus = take(only(known, ("sku",)), left_out)["sku"]
    is_absent = ~_is_one_of(skus, kept)
    if not every:
        is_absent &= _is_one_of(skus, arrow(statements["sku"]).combine_chunks())
    return left_out[is_absent]


def _zeroes(left_out: pd.DataFrame, sold: Sold, *, as_of: int, seq: int) -> tuple[pd.DataFrame, Ids]:
    """The levels that a full file leaves out, as 0, and which of them.

    Those that are 0 already are only confirmed, unless an order line may count no longer by that.
    """
    taken, is_zero = whole(left_out["as_of"]), whole(left_out["quantity"]) == 0
    is_later = np.where(is_zero, taken < as_of, taken <= as_of)
    is_confirmed = is_zero & is_later
    is_confirmed[is_confirmed] = ~sold(take(left_out, is_confirmed))
    to_zero, to_confirm = np.flatnonzero(is_later & ~is_confirmed), np.flatnonzero(is_confirmed)
    zeroed = _zero(take(left_out, to_zero), as_of, {"seq": seq, "line": None})
    return stack([zeroed, _zero(take(left_out, to_confirm), as_of, {})]), np.concatenate(
        [to_zero, to_confirm]
    )


def _zero(rows: pd.DataFrame, as_of: int, changed: Mapping[str, int | None]) -> pd.DataFrame:
    at = np.full(len(rows), as_of, dtype="datetime64[us]")
    return frame(LEVELS, {**columns_of(rows), "quantity": 0, "as_of": at, **changed})


def _is_one_of(column: pd.Series, values: Sequence[str] | pa.Array) -> npt.NDArray[np.bool_]:
    known = pa.array(values, pa.string())
    return np.asarray(pc.is_in(arrow(column), value_set=known).to_numpy(), dtype=bool)


def stamp(rows: pd.DataFrame, *, feed: str, seq: int) -> pd.DataFrame:
    """Rows as LEVELS of this feed and intake."""
    columns = {name: column for name, column in columns_of(rows).items() if name not in ("feed", "seq")}
    return frame(LEVELS, {**columns, "feed": feed, "seq": seq})
