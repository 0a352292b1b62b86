"""What is looked up because a file is small gives what looking at everything gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.reconcile.applied import Applied
from batch.reconcile.coded import code, unknown_of_few
from batch.reconcile.levels import apply_statements
from batch.reconcile.orders import apply_lines

MakeFrame = Callable[..., pd.DataFrame]

HOURS = st.integers(0, 23).map("{:02}:00".format)
SKUS = st.sampled_from(["A", "B", "C", "D"])
PLACES = st.sampled_from(["EAST", "WEST", ""])


def rows(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries(columns), max_size=8)


def distinct(found: list[dict[str, Any]], *key: str) -> list[dict[str, Any]]:
    return list({tuple(row[name] for name in key): row for row in found}.values())


level_rows = rows(
    sku=SKUS,
    warehouse=PLACES,
    quantity=st.integers(0, 3),
    as_of=HOURS,
    feed=st.sampled_from(["main", "other"]),
)
statement_rows = rows(sku=SKUS, warehouse=PLACES, quantity=st.integers(0, 3), as_of=HOURS)
order_rows = rows(
    order=st.sampled_from(["1", "2", "3"]),
    line=st.sampled_from(["1", "2", None]),
    sku=SKUS,
    quantity=st.integers(1, 3),
    ordered_at=HOURS,
    stated_at=HOURS,
    feed=st.sampled_from(["web", "shop"]),
    cancelled=st.booleans(),
)


def both_ways(module: str, act: Callable[[], Any]) -> list[Any]:
    """Looked up whatever its size, and never looked up."""
    found = []
    for few in (0, 1 << 40):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(f"batch.reconcile.{module}.FEW", few)
            found.append(act())
    return found


def assert_same(one: Applied, other: Applied) -> None:
    pd.testing.assert_frame_equal(one.segment, other.segment)
    assert sorted(one.replaced.tolist()) == sorted(other.replaced.tolist())
    assert one.counts == other.counts


@given(known=level_rows, stated=statement_rows, whole_skus=st.booleans(), kept=st.lists(SKUS, max_size=2))
def test_levels_that_a_small_file_speaks_of(
    levels: MakeFrame,
    statements: MakeFrame,
    *,
    known: list[dict[str, Any]],
    stated: list[dict[str, Any]],
    whole_skus: bool,
    kept: list[str],
) -> None:
    before, file = levels(distinct(known, "feed", "sku", "warehouse")), statements(stated)

    def act() -> Applied:
        return apply_statements(
            before, file, feed="main", seq=2, zero_absent=False, whole_skus=whole_skus, kept=kept
        )

    assert_same(*both_ways("levels", act))


@given(known=order_rows, stated=order_rows)
def test_order_lines_that_a_small_file_speaks_of(
    order_lines: MakeFrame, known: list[dict[str, Any]], stated: list[dict[str, Any]]
) -> None:
    orders = order_lines(distinct(known, "feed", "order", "line"))
    lines = order_lines([{**row, "seq": 2, "touched": 2} for row in stated])

    def act() -> Applied:
        return apply_lines(orders, lines, np.ones(len(lines), dtype=np.int64))

    assert_same(*both_ways("orders", act))


@given(known=level_rows, stated=order_rows)
def test_skus_that_nobody_has_reported(
    levels: MakeFrame, order_lines: MakeFrame, known: list[dict[str, Any]], stated: list[dict[str, Any]]
) -> None:
    before, lines = levels(distinct(known, "feed", "sku", "warehouse")), order_lines(stated)
    lags = {"web": 3_600_000_000}
    one, other = both_ways("coded", lambda: code(before, lines, lags=lags))
    assert (one.lines == other.lines).all()
    assert (one.of_line == other.of_line).all()
    assert (unknown_of_few(before, lines, lags=lags) == one.unknown).all()
