"""What is odd about SKUs is the same sentence, whether everything is looked at or only what a file may have brought."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.model import State
from batch.reconcile import doubts
from batch.reconcile.advance import with_levels
from batch.reconcile.coded import code_of, kept_codes
from batch.reconcile.doubts import double_products_of, near_skus_of
from batch.reconcile.levels import apply_statements
from batch.reconcile.oddities import double_products, near_skus

MakeFrame = Callable[..., pd.DataFrame]

statement = st.fixed_dictionaries(
    {
        "sku": st.sampled_from(["A", "B", "b ", "C", "D"]),
        "warehouse": st.sampled_from(["EAST", "WEST"]),
        "quantity": st.just(1),
        "as_of": st.sampled_from(["08:00", "09:00", "10:00"]),
        "@upc": st.one_of(st.none(), st.sampled_from(["1", "1", "1", "2"])),
    }
)
files = st.lists(statement, max_size=5)


def stated(state: State, rows: pd.DataFrame) -> State:
    return with_levels(
        state,
        apply_statements(
            state.levels, rows, feed="main", seq=state.seq + 1, zero_absent=False, coded=kept_codes(state)
        ),
    )


@examples(30)
@given(history=st.lists(files, max_size=5), few=st.sampled_from([0, 1]), repeat=st.booleans())
def test_odd_skus_are_the_same(
    statements: MakeFrame, *, history: list[list[dict[str, Any]]], few: int, repeat: bool
) -> None:
    before = State()
    for each in (made for file in history for made in [file] * (1 + repeat)):
        code_of(before, {})
        rows = statements(each)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("batch.reconcile.recognise.FEW", few)
            patch.setattr("batch.reconcile.doubts.FEW", few)
            after = stated(before, rows)
            assert near_skus_of(after) == near_skus(after.levels)
            assert double_products_of(before, after, rows) == double_products(after.levels, rows)
        before = after


def test_what_a_file_cannot_have_brought_is_not_looked_for(statements: MakeFrame) -> None:
    rows = [
        {"sku": f"S{n}", "warehouse": "", "quantity": 1, "as_of": "09:00", "@upc": f"{n}"} for n in range(9)
    ]
    before = stated(State(), statements(rows))
    code_of(before, {})
    near_skus_of(before)
    double_products_of(State(), before, statements(rows))
    looked_at = []
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(doubts, "near_skus")
        patch.setattr(doubts, "double_products", lambda levels, _: looked_at.append(len(levels)) or "")
        for file in (rows, rows[3:4]):
            after = stated(before, statements([row | {"as_of": "10:00"} for row in file]))
            assert near_skus_of(after) == ""
            assert double_products_of(before, after, statements(file)) == ""
    assert looked_at == [1]


def test_a_upc_that_changes_in_an_export_of_the_same_order_is_seen(statements: MakeFrame) -> None:
    rows = [
        {"sku": f"S{n}", "warehouse": "", "quantity": 1, "as_of": "09:00", "@upc": f"{n}"} for n in range(9)
    ]
    before = stated(State(), statements(rows))
    assert double_products_of(State(), before, statements(rows)) == ""
    other = statements([row | {"@upc": "7", "as_of": "08:00"} for row in rows[:2]])  # older: not applied
    assert "S0 (0 and 7)" in double_products_of(before, before, other)
