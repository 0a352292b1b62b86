"""What a delta is about: SKUs that were reported, or sold, since a cart was last told."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import State, take, whole
from batch.reconcile.coded import Coded, code_of, known_code
from batch.reconcile.keys import FEW, Ids
from batch.reconcile.orders import touched_skus
from formats.frames import arrow

Mask = npt.NDArray[np.bool_]


def news_of(available: pd.DataFrame, watermark: int, *, orders_too: bool = False) -> pd.DataFrame:
    """The SKUs (AVAILABLE) with a level reported after the watermark, changed or not.

    `orders_too`: also those that an order line changed after it.
    """
    news = whole(available["reported"]) > watermark
    if orders_too:
        news |= whole(available["touched"]) > watermark
    return take(available, news)


def about_news(state: State, since: int, lags: Mapping[str, int], *, orders_too: bool) -> State:
    """What is known of the SKUs that a delta is about, and nothing of the others: its cost follows what changed.

    All there is, where it is about most of them.
    `since`: the watermark. `lags`: order feed → `order_lag` in microseconds. `orders_too`: as in `news_of`.
    """
    is_news = _after(state.levels["seq"], since)
    coded = known_code(state, lags)
    if coded is None and np.count_nonzero(is_news) * FEW > len(is_news):
        coded = code_of(state, lags)  # most of them will be asked for in any case
    touched = _after(state.orders["touched"], since) if orders_too else np.zeros(len(state.orders), bool)
    sold = touched_skus(state.orders, since)[0] if touched.any() else pa.chunked_array([], pa.string())
    if coded is not None:
        return _of_codes(state, is_news, touched, coded.find(sold), coded)
    reported = arrow(state.levels["sku"]).filter(pa.array(is_news))
    skus = pa.chunked_array([*reported.chunks, *sold.chunks], pa.string()).unique()
    return State(seq=state.seq, levels=_of_skus(state.levels, skus), orders=_of_skus(state.orders, skus))


def _after(column: pd.Series, since: int) -> Mask:
    return np.asarray(pc.greater(arrow(column), since).to_numpy(), dtype=bool)


def about_skus(state: State, skus: pa.Array, lags: Mapping[str, int]) -> State:
    """What is known of these SKUs, all that counts at least; nothing of the others."""
    coded = known_code(state, lags)
    if coded is None:
        return State(seq=state.seq, levels=_of_skus(state.levels, skus), orders=_of_skus(state.orders, skus))
    found = coded.find(pa.chunked_array([skus]))
    asked = np.zeros(len(coded.names) + 1, dtype=bool)
    asked[found[found >= 0]] = True
    return _of_asked(state, asked, np.zeros(len(state.orders), dtype=bool), coded)


def _of_skus(table: pd.DataFrame, skus: pa.Array) -> pd.DataFrame:
    return take(table, pc.is_in(arrow(table["sku"]), value_set=skus).to_numpy())


def _of_codes(state: State, is_news: Mask, touched: Mask, sold: Ids, coded: Coded) -> State:
    """The same, of SKUs that are coded already, `sold`: those of the lines that are `touched`; others that do not count are left out."""
    asked = np.zeros(len(coded.names) + 1, dtype=bool)  # and one for lines of no known SKU, whose code is -1
    asked[coded.of_level[is_news]] = True
    asked[sold] = True
    asked[-1] = False
    if np.count_nonzero(asked) * 2 >= len(coded.names):
        return state  # `news_of` picks from all that has been found out as cheaply
    return _of_asked(state, asked, touched.copy(), coded)


def _of_asked(state: State, asked: Mask, lines: Mask, coded: Coded) -> State:
    """The levels whose code is `asked` for; the order lines whose code is, and `lines`."""
    lines[coded.lines[asked[coded.of_line]]] = True
    return State(
        seq=state.seq, levels=take(state.levels, asked[coded.of_level]), orders=take(state.orders, lines)
    )
