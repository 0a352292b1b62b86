"""A file changes the same, whether its SKUs are matched as texts or recognised as what is known already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.model import State
from batch.reconcile.advance import with_levels
from batch.reconcile.applied import Applied
from batch.reconcile.coded import code_of, kept_codes
from batch.reconcile.levels import apply_statements

MakeFrame = Callable[..., pd.DataFrame]

hours = st.integers(0, 23).map("{:02}:00".format)
skus = st.sampled_from(["A", "B", "C", "D", "E", "F", "É"])
places = st.sampled_from(["EAST", "WEST", ""])
statement = st.fixed_dictionaries(
    {"sku": skus, "warehouse": places, "quantity": st.integers(0, 3), "as_of": hours}
)
export = st.fixed_dictionaries(
    {
        "skus": st.lists(skus, min_size=1, unique=True).map(sorted),
        "warehouses": st.lists(places, min_size=1, max_size=2, unique=True),
        "by_sku": st.booleans(),
        "as_of": hours,
    }
)


def rows_of(made: dict[str, Any]) -> list[dict[str, Any]]:
    """An export, warehouse by warehouse or SKU by SKU."""
    pairs = [(sku, warehouse) for warehouse in made["warehouses"] for sku in made["skus"]]
    if made["by_sku"]:
        pairs.sort(key=lambda pair: pair[0])
    return [
        {"sku": sku, "warehouse": warehouse, "quantity": len(sku + warehouse) % 3, "as_of": made["as_of"]}
        for sku, warehouse in pairs
    ]


file = st.fixed_dictionaries(
    {
        "rows": st.one_of(st.lists(statement, max_size=8), export.map(rows_of)),
        "feed": st.sampled_from(["main", "main", "3pl"]),
        "zero_absent": st.booleans(),
        "whole_skus": st.booleans(),
        "kept": st.lists(skus, max_size=1),
    }
)


def applied(state: State, made: dict[str, Any], rows: pd.DataFrame, *, by_codes: bool) -> Applied:
    return apply_statements(
        state.levels,
        rows,
        feed=made["feed"],
        seq=state.seq + 1,
        zero_absent=made["zero_absent"],
        whole_skus=made["whole_skus"],
        kept=made["kept"],
        coded=kept_codes(state) if by_codes else None,
    )


@examples(25)
@given(
    history=st.lists(file, max_size=6),
    few=st.sampled_from([0, 1, 8]),
    run=st.sampled_from([2, 128]),
    in_runs=st.booleans(),
)
def test_a_file_changes_the_same_by_codes(
    statements: MakeFrame, *, history: list[dict[str, Any]], few: int, run: int, in_runs: bool
) -> None:
    state = State()
    for made in history:
        rows = statements(made["rows"])
        code_of(state, {})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("batch.reconcile.recognise.FEW", few)
            patch.setattr("batch.reconcile.levels.FEW", few)
            patch.setattr("batch.reconcile.recognise.RUN", run)
            patch.setattr("batch.reconcile.standing.FEW", 0 if in_runs else 8)
            by_codes = applied(state, made, rows, by_codes=True)
        by_texts = applied(state, made, rows, by_codes=False)
        assert by_codes.segment.equals(by_texts.segment)
        assert by_codes.replaced.tolist() == by_texts.replaced.tolist()
        assert by_codes.counts == by_texts.counts
        state = with_levels(state, by_codes)
        assert (coded := kept_codes(state)) is None or np.array_equal(
            np.asarray(coded.names)[coded.of_level], state.levels["sku"].to_numpy()
        )


def test_what_a_file_leaves_out_keeps_its_codes_be_it_zero_already_or_not(statements: MakeFrame) -> None:
    of_last = {"feed": "main", "zero_absent": True, "whole_skus": False, "kept": []}
    rows = [
        {"sku": sku, "warehouse": "EAST", "quantity": quantity, "as_of": "09:00"}
        for sku, quantity in {"A": 0, "B": 5, "C": 0, "D": 7}.items()
    ]
    state = with_levels(State(), applied(State(), of_last, statements(rows), by_codes=False))
    code_of(state, {})
    elsewhere = statements([row | {"warehouse": "WEST", "as_of": "10:00"} for row in rows])
    after = with_levels(state, applied(state, of_last, elsewhere, by_codes=True))
    coded = kept_codes(after)
    assert coded is not None
    assert after.levels["sku"].tolist() == [*"ABCD", *"BDAC"]
    assert coded.names.take(pa.array(coded.of_level)).to_pylist() == after.levels["sku"].tolist()


def test_an_export_in_the_order_of_the_last_is_not_matched(statements: MakeFrame) -> None:
    made = rows_of(
        {"skus": list("ABCDEF"), "warehouses": ["EAST", "WEST"], "by_sku": False, "as_of": "09:00"}
    )
    of_last = {"feed": "main", "zero_absent": True, "whole_skus": False, "kept": []}
    state = with_levels(State(), applied(State(), of_last, statements(made), by_codes=False))
    code_of(state, {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("batch.reconcile.recognise.RUN", 3)
        patch.delattr("batch.reconcile.standing.pack")
        patch.delattr("batch.reconcile.standing.number_keys")
        found = applied(state, of_last, statements(made[:9]), by_codes=True)
    assert found.replaced.tolist() == list(range(12))
    assert found.segment["quantity"].tolist()[9:] == [0, 0, 0]


@pytest.mark.parametrize(("skus", "replaced"), [("BCDEF", [1, 2, 3, 4, 5]), ("FEDCBA", [5, 4, 3, 2, 1, 0])])
def test_an_export_in_another_order_is(statements: MakeFrame, skus: str, replaced: list[int]) -> None:
    made = {"skus": list("ABCDEF"), "warehouses": ["EAST"], "by_sku": False, "as_of": "09:00"}
    of_last = {"feed": "main", "zero_absent": False, "whole_skus": False, "kept": []}
    state = with_levels(State(), applied(State(), of_last, statements(rows_of(made)), by_codes=False))
    code_of(state, {})
    rows = statements(rows_of(made | {"skus": list(skus)}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("batch.reconcile.recognise.FEW", 0)
        found = applied(state, of_last, rows, by_codes=True)
    assert found.recognised is not None
    assert found.replaced.tolist() == replaced
