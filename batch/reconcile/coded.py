"""SKUs as numbers: found once for a state, and used by all that asks about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import FEW_OF_MANY, State, whole
from batch.reconcile import hashed
from batch.reconcile.ascending import is_ascending
from batch.reconcile.keys import FEW, WORTH_A_LOOK, Ids, encode
from formats.frames import arrow, in_one


@dataclass(frozen=True, kw_only=True)
class Coded:
    """The SKUs of levels and of the order lines that may count.

    `names`: code → SKU, each once; `ascends`: they are in order. `of_level`: the code of every level. `lines`: the positions, ascending, of the
    order lines that are not cancelled and not older than every level; `of_line`: the code of each of these, -1 where
    no level has its SKU.
    """

    names: pa.Array
    ascends: bool
    of_level: Ids
    lines: Ids
    of_line: Ids

    def find(self, skus: pa.ChunkedArray) -> Ids:
        """The code of each SKU; -1 for one that no level has."""
        return find(skus, self.names, ascending=self.ascends)

    @property
    def unknown(self) -> Ids:
        """The positions of the order lines whose SKU the warehouse has not reported, and that would count if it had."""
        return self.lines[self.of_line < 0]

    @property
    def parts(self) -> tuple[Any, ...]:
        """All that it takes memory for."""
        return (self.names, self.of_level, self.lines, self.of_line)


def code(levels: pd.DataFrame, orders: pd.DataFrame, *, lags: Mapping[str, int]) -> Coded:
    """Codes the SKUs of `levels` (LEVELS) and `orders` (ORDER_LINES); `lags`: order feed → `order_lag` in microseconds."""
    names, (of_level,) = encode([levels["sku"]])
    lines = candidates(levels, orders, lags)
    skus = arrow(orders["sku"]).take(pa.array(lines))
    return Coded(
        names=names,
        ascends=is_ascending(names),
        of_level=of_level,
        lines=lines,
        of_line=find(skus, names),
    )


def code_of(state: State, lags: Mapping[str, int]) -> Coded:
    """What `code` makes of a state; made once and kept with it."""
    return cast(
        "Coded",
        state.codes.get(tuple(lags.items()), lambda: code(state.levels, state.orders, lags=lags)),
    )


def kept_codes(state: State) -> Coded | None:
    """The codes that are kept with a state, of whichever lags: these decide only which order lines are among them."""
    kept = state.codes.kept
    return None if kept is None else cast("Coded", kept[1])


def known_code(state: State, lags: Mapping[str, int]) -> Coded | None:
    """The codes of a state, if somebody has asked for them before."""
    kept = state.codes.kept
    return cast("Coded", kept[1]) if kept is not None and kept[0] == tuple(lags.items()) else None


def code_of_counted(state: State, orders: pd.DataFrame, lags: Mapping[str, int]) -> Coded | None:
    """The codes of a state and the `orders` that count, if these are all of its order lines."""
    return code_of(state, lags) if orders is state.orders else None


def unknown_of_few(levels: pd.DataFrame, lines: pd.DataFrame, *, lags: Mapping[str, int]) -> Ids:
    """What `code(levels, lines).unknown` is, for few lines beside many levels: these are looked through, not coded."""
    these = candidates(levels, lines, lags)
    skus, known = arrow(lines["sku"]).take(pa.array(these)), arrow(levels["sku"])
    reported = known.filter(pc.is_in(known, value_set=skus.unique())).unique()
    return these[find(skus, reported) < 0]


def find(skus: pa.ChunkedArray, names: pa.Array, *, ascending: bool = False) -> Ids:
    """Where each SKU stands among `names`, each of which is there once; -1 for none. `ascending`: they are known to be in order."""
    if len(skus) * FEW >= len(names):
        return _find_many(skus, names)
    few = in_one(skus).dictionary_encode()
    of_few = _find_few(few.dictionary, names, ascending=ascending)
    return np.asarray(of_few[few.indices.to_numpy()], dtype=np.int64)


def _find_few(few: pa.Array, names: pa.Array, *, ascending: bool) -> Ids:
    """The same of texts that are there once: by halving, which finds them where names ascend; else others are looked for in all."""
    is_halved = len(few) * FEW_OF_MANY <= len(names)
    found = _halved(few, names) if is_halved else np.full(len(few), -1)
    others = np.flatnonzero(found < 0)
    if len(others) and not (is_halved and ascending):
        standing = index_of(names, few.take(pa.array(others)))
        is_asked = standing >= 0
        found[others[standing[is_asked]]] = np.flatnonzero(is_asked)
    return found


def _halved(few: pa.Array, names: pa.Array) -> Ids:
    """Where the texts stand, if names ascend; -1 where another one stands there."""
    at = np.minimum(np.asarray(pc.search_sorted(names, few), dtype=np.int64), len(names) - 1)
    is_there = pc.equal(names.take(pa.array(at)), few).to_numpy(zero_copy_only=False)
    return np.where(is_there, at, -1)


def _find_many(skus: pa.ChunkedArray, names: pa.Array) -> Ids:
    many = len(skus) >= WORTH_A_LOOK
    first = hashed.first_of_each([pa.chunked_array([names]), skus]) if many else None
    if first is None:
        return index_of(skus, names)
    found = first[len(names) :].astype(np.int64)
    found[found >= len(names)] = -1
    return found


def index_of(texts: pa.Array | pa.ChunkedArray, among: pa.Array) -> Ids:
    """Where each text, null too, stands among others that are there once; -1 for none."""
    found = pc.fill_null(pc.index_in(texts, value_set=among), -1)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def candidates(levels: pd.DataFrame, orders: pd.DataFrame, lags: Mapping[str, int]) -> Ids:
    """Where the lines are that may count."""
    wanted = ~np.asarray(arrow(orders["cancelled"]).to_numpy(), dtype=bool)
    if len(levels):
        oldest = pc.min(arrow(levels["as_of"])).value - max(lags.values(), default=0)
        wanted &= whole(orders["ordered_at"]) > oldest
    return np.flatnonzero(wanted)
