"""Order lines: the latest statement of each line, and which of them the warehouse has not taken off yet."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.counts import Counts
from batch.model import ORDER_LINES, WAS, frame, take, whole
from batch.reconcile.applied import Applied, latest_of_each
from batch.reconcile.keys import FEW, Ids, encode, last_of_each, number_keys, pack, positions
from formats.frames import arrow, in_one, only

LINE_KEY = ("feed", "order", "line")
CONTENT = ("sku", "warehouse", "quantity", "ordered_at", "cancelled")
NO_TEXT = "\x00"
LEFT = r"^(?:(?P<seq>\d+)\t)?(?P<sku>.*)$"
"""A SKU in WAS, and the intake by which the line left it."""
WINDOW = 30 * 24 * 3600 * 1_000_000
"""Microseconds before the latest level for which order lines are kept, counted or not."""

Mask = npt.NDArray[np.bool_]
NEVER = np.iinfo(np.int64).max


class Verdict(IntEnum):
    """What becomes of an order line, in words for the operator."""

    COUNTED = 0
    CANCELLED = 1
    CONTAINED = 2
    UNKNOWN = 3

    @property
    def why(self) -> str:
        return _WHY[self]


_WHY = {
    Verdict.COUNTED: "ordered after the level was taken",
    Verdict.CANCELLED: "cancelled",
    Verdict.CONTAINED: "ordered before the level was taken: the warehouse has counted it",
    Verdict.UNKNOWN: "the warehouse has not reported this SKU",
}


def apply_lines(orders: pd.DataFrame, lines: pd.DataFrame, weights: Ids, done: Mask | None = None) -> Applied:
    """What one order file changes.

    `orders`, `lines`: ORDER_LINES; those of the file have their `seq` and `touched` already; `weights`: how many
    rows of the file each of them stands for; `done`: lines that are settled, and news only if they are known.
    A line stated again in the same
    file counts by its last statement; of files of one time the later name counts.
    """
    mine = _concerned(orders, lines)
    known = orders if len(mine) == len(orders) else take(orders, mine)
    (stated, stored), bound = number_keys([lines, known], LINE_KEY)
    last = last_of_each(stated, bound)
    where = positions(stored, bound)[stated[last]]
    again = np.flatnonzero(where >= 0)
    news = np.ones(len(last), dtype=bool) if done is None else ~done[last]
    news[again] = _is_later(take(lines, last[again]), take(known, where[again]))
    rows, where = last[news], where[news]
    total, applied = int(weights.sum()), int(weights[rows].sum())
    counts = Counts(rows=total, applied=applied, older=total - applied)
    added = lines if len(rows) == len(lines) else take(lines, rows)
    return Applied(segment=_touching(added, known, where), replaced=mine[where[where >= 0]], counts=counts)


def _concerned(orders: pd.DataFrame, lines: pd.DataFrame) -> Ids:
    """Positions of the order lines that the file may speak of: of a small file, those of its orders alone."""
    if len(lines) * FEW >= len(orders):
        return np.arange(len(orders))
    named = pc.is_in(arrow(orders["order"]), value_set=arrow(lines["order"]).unique())
    return np.flatnonzero(named.to_numpy())


def _is_later(lines: pd.DataFrame, known: pd.DataFrame) -> Mask:
    """Whether each line is stated later than what is known of it, row by row."""
    then, now = whole(known["stated_at"]), whole(lines["stated_at"])
    later = now > then
    tied = np.flatnonzero(now == then)
    if len(tied):
        mine, its = (arrow(take(part, tied)["stated_in"]) for part in (lines, known))
        later[tied] = np.asarray(pc.greater_equal(mine, its).to_numpy(), dtype=bool)
    return later


def _touching(lines: pd.DataFrame, orders: pd.DataFrame, where: Ids) -> pd.DataFrame:
    """Lines that say what is known already keep the intake that changed them last; those that name another SKU say which it was."""
    again = np.flatnonzero(where >= 0)
    if not len(again):
        return lines
    known, stated = take(orders, where[again]), take(lines, again)
    same = {name: _equal(stated[name], known[name]) for name in CONTENT}
    unchanged = np.logical_and.reduce(list(same.values()))
    touched = whole(lines["touched"]).copy()
    touched[again[unchanged]] = whole(known["touched"])[unchanged]
    columns = {**{name: lines[name] for name in ORDER_LINES}, "touched": touched}
    moves = ~same["sku"]
    if moves.any() or _any_has_moved(known):
        rows = np.full(len(lines), -1)
        rows[again] = np.arange(len(again))
        columns[WAS] = _was(known, stated, moves).take(pa.array(rows, mask=rows < 0))
    return frame(ORDER_LINES, columns)


def _any_has_moved(orders: pd.DataFrame) -> bool:
    return WAS in orders.columns and arrow(orders[WAS]).null_count < len(orders)


def _was(known: pd.DataFrame, stated: pd.DataFrame, moves: Mask) -> pa.Array:
    """What WAS is for lines that are stated again: what it was, and the SKU of those that name another now."""
    before = in_one(arrow(known[WAS])) if WAS in known.columns else pa.nulls(len(known), pa.string())
    seq = in_one(arrow(stated["seq"])).cast(pa.string())
    left = pc.binary_join_element_wise(seq, in_one(arrow(known["sku"])), "\t")
    both = pc.binary_join_element_wise(before, left, "\n")  # null where there was none before
    return _each_once(pc.if_else(pa.array(moves), pc.coalesce(both, left), before), arrow(stated["sku"]))


def _each_once(was: pa.Array, skus: pa.ChunkedArray) -> pa.Array:
    """The same with each SKU as of when it was left last, and without the one that the line names now: `skus`."""
    # by one thread: rows go on ascending
    left = _left(was).group_by(["row", "sku"], use_threads=False).aggregate([("seq", "max")])
    left = left.filter(pc.not_equal(left["sku"], skus.take(left["row"])))
    noted = pc.binary_join_element_wise(left["seq_max"].cast(pa.string()), left["sku"], "\t")
    texts = in_one(pc.coalesce(noted, left["sku"]))
    edges = np.searchsorted(left["row"].to_numpy(), np.arange(len(was) + 1)).astype(np.int32)
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(edges), texts), "\n")
    return pc.if_else(pa.array(np.diff(edges) > 0), joined, None)


def _left(was: pa.Array) -> pa.Table:
    """`row`, `sku` and `seq` of each SKU in WAS: the position of its line, and the intake by which it was left.

    An earlier release did not note that: null.
    """
    rows = np.flatnonzero(was.is_valid().to_numpy(zero_copy_only=False))
    each = pc.split_pattern(was.take(pa.array(rows)), "\n")
    parts = pc.extract_regex(pc.list_flatten(each), LEFT)
    seq = pc.struct_field(parts, "seq")
    return pa.table(
        {
            "row": rows[pc.list_parent_indices(each).to_numpy()],
            "sku": pc.struct_field(parts, "sku"),
            "seq": pc.if_else(pc.equal(seq, ""), None, seq).cast(pa.int64()),
        }
    )


def touched_skus(orders: pd.DataFrame, since: int) -> tuple[pa.ChunkedArray, Ids]:
    """The SKUs of the order lines that an intake after `since` changed, now and before it, and for each that intake."""
    fresh = take(orders, whole(orders["touched"]) > since)
    skus, touched = arrow(fresh["sku"]), whole(fresh["touched"])
    if not _any_has_moved(fresh):
        return skus, touched
    left = _left(in_one(arrow(fresh[WAS])))
    seq = np.asarray(
        pc.coalesce(in_one(left["seq"]), pa.array(touched[left["row"].to_numpy()])), dtype=np.int64
    )
    news = seq > since
    gone = left["sku"].filter(pa.array(news))
    return pa.chunked_array([*skus.chunks, *gone.chunks]), np.concatenate([touched, seq[news]])


def _equal(these: pd.Series, those: pd.Series) -> Mask:
    """Row by row; nulls are equal."""
    return np.asarray(pc.equal(_comparable(these), _comparable(those)).to_numpy(), dtype=bool)


def _comparable(column: pd.Series) -> pa.ChunkedArray:
    values = arrow(column)
    return values if values.null_count == 0 else pc.fill_null(values, NO_TEXT)


def open_lines(
    levels: pd.DataFrame, orders: pd.DataFrame, lags: Mapping[str, int], *, told: int | None
) -> pd.DataFrame:
    """The order lines that may still matter: old ones that the warehouse has long counted are left out.

    Cancelled lines are judged as if they were not, so that an old statement that comes in late finds them.
    `told`: the intake up to which every cart has been told that hears of changed lines; None if there is none.
    """
    done = settled(levels, orders, lags)
    if told is not None:
        done &= whole(orders["touched"]) <= told
    return take(orders, ~done) if done.any() else orders


def settled(levels: pd.DataFrame, orders: pd.DataFrame, lags: Mapping[str, int]) -> Mask:
    """Which order lines the warehouse has long counted: they need not be kept, nor taken up again."""
    done = np.zeros(len(orders), dtype=bool)
    if not len(orders) or not len(levels):
        return done
    old = np.flatnonzero(whole(orders["ordered_at"]) < int(whole(levels["as_of"]).max()) - WINDOW)
    if len(old):
        lines = take(orders, old)
        alive = {**{name: lines[name] for name in ORDER_LINES}, "cancelled": np.zeros(len(old), dtype=bool)}
        done[old] = judge(levels, frame(ORDER_LINES, alive), lags) == Verdict.CONTAINED
    return done


def upsert_lines(orders: pd.DataFrame, *segments: pd.DataFrame) -> pd.DataFrame:
    """The order lines after segments (each one row per line): one row per (feed, order, line), the latest."""
    return latest_of_each((orders, *segments), LINE_KEY)


def judge(
    levels: pd.DataFrame,
    orders: pd.DataFrame,
    lags: Mapping[str, int],
    codes: tuple[Ids, Ids] | None = None,
) -> npt.NDArray[np.int8]:
    """A `Verdict` per order line.

    `levels`: LEVELS, `orders`: ORDER_LINES; `lags`: feed → `order_lag` in microseconds (absent: 0);
    `codes`: of the SKUs of levels and of lines, where they have been encoded already.
    A line that names a warehouse is compared with the earliest as-of there, one that does not (or whose
    warehouse has not reported the SKU) with the earliest as-of of the SKU.
    """
    verdicts = np.full(len(orders), Verdict.CANCELLED, dtype=np.int8)
    live = np.flatnonzero(~np.asarray(arrow(orders["cancelled"]).to_numpy(), dtype=bool))
    of_level, of_line = codes or encode([levels["sku"], orders["sku"]])[1]
    lines = take(only(orders, ("feed", "warehouse", "ordered_at")), live)
    taken = _taken_at(levels, lines, of_level, of_line[live])
    recent = whole(lines["ordered_at"]) > taken - _lag(lines["feed"], lags)
    verdicts[live] = np.where(
        taken == NEVER, Verdict.UNKNOWN, np.where(recent, Verdict.COUNTED, Verdict.CONTAINED)
    )
    return verdicts


def _taken_at(levels: pd.DataFrame, lines: pd.DataFrame, of_level: Ids, of_line: Ids) -> Ids:
    """For each line the instant (microseconds) of the level it is compared with; NEVER for an unknown SKU."""
    as_of = whole(levels["as_of"])
    taken = _earliest(of_level, as_of, of_line)
    named = np.flatnonzero(arrow(lines["warehouse"]).is_valid().to_numpy())
    if not len(named):
        return taken
    _, warehouses = encode([levels["warehouse"], lines["warehouse"].iloc[named]])
    places, _ = pack([np.concatenate([of_level, of_line[named]]), np.concatenate(warehouses)])
    there = _earliest(places[: len(levels)], as_of, places[len(levels) :])
    taken[named] = np.where(there == NEVER, taken[named], there)
    return taken


def _earliest(keys: Ids, as_of: Ids, wanted: Ids) -> Ids:
    """For each key wanted the earliest as-of (microseconds) among the levels that have it; else NEVER."""
    bound = max(int(keys.max(initial=-1)), int(wanted.max(initial=-1))) + 1
    earliest = np.full(bound, NEVER, dtype=np.int64)
    np.minimum.at(earliest, keys, as_of)
    return earliest[wanted]


def _lag(feeds: pd.Series, lags: Mapping[str, int]) -> Ids:
    names = arrow(feeds)
    found = pc.index_in(names, value_set=pa.array(list(lags), pa.string()))
    values = np.array([*lags.values(), 0], dtype=np.int64)
    return values[np.asarray(pc.fill_null(found, len(lags)).to_numpy(), dtype=np.int64)]
