"""Stretches of the same text are found without looking at every text by itself."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import groupby
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.model import frame
from batch.reconcile.available import match
from batch.reconcile.places import in_warehouses
from batch.reconcile.stretches import MOST_STRETCHES, shared, stretches_of
from formats.contract import INT64, TEXT
from formats.frames import PIECE, held

names = st.sampled_from(["", "A", "AA", "AB", "BA", "ABAB", "ÄA", "EAST", "WEST"])
runs = st.lists(st.tuples(names, st.integers(1, 5)), max_size=12)


def rows_of(found: list[tuple[str, slice]]) -> list[str]:
    """The text of each row, if stretches lie one after another."""
    texts: list[str] = []
    for text, rows in found:
        assert rows.start == len(texts) < rows.stop
        texts += [text] * (rows.stop - rows.start)
    return texts


@given(st.lists(runs, max_size=3), st.integers(0, 2))
def test_every_row_is_in_the_stretch_of_its_text(chunks: list[list[tuple[str, int]]], skipped: int) -> None:
    parts = [[text for text, times in chunk for _ in range(times)] for chunk in chunks]
    arrays = [pa.array(["x"] * skipped + part, pa.string()).slice(skipped) for part in parts]
    found = stretches_of(pa.chunked_array(arrays, pa.string()))
    assert found is not None
    whole = [text for part in parts for text in part]
    assert rows_of(found) == whole
    assert len(found) == len(list(groupby(whole)))


@pytest.mark.parametrize(
    "texts",
    [
        ["EAST", "WEST"] * 40,
        ["A", "AA"] * 40,
        ["A", None],
        [text for row in range(70) for text in ["EAST" if row % 2 else "WEST"] * 3],
    ],
)
def test_many_stretches_and_nulls_are_not_worth_it(texts: list[str | None]) -> None:
    assert stretches_of(pa.chunked_array([pa.array(texts, pa.string())])) is None


def test_as_many_as_there_may_be_are_found() -> None:
    texts = [f"{row:02}" for row in range(MOST_STRETCHES) for _ in range(3)]
    found = stretches_of(pa.chunked_array([pa.array(texts)]))
    assert found is not None
    assert rows_of(found) == texts


@pytest.mark.parametrize("warehouses", [None, ["EAST", "WEST"]])
def test_levels_say_the_same_in_whatever_order_they_come(
    levels: Callable[..., pd.DataFrame],
    order_lines: Callable[..., pd.DataFrame],
    warehouses: list[str] | None,
) -> None:
    rows = [
        f"S{sku:03} | {place} | {sku % 7} | 09:00"
        for place in ("", "EAST", "NORTH", "WEST")
        for sku in range(99)
    ]
    told = frame(
        {"sku": TEXT, "quantity": INT64},
        {"sku": pa.array([f"S{sku:03}" for sku in range(1, 99)]), "quantity": pa.array([9] * 98)},
    )
    orders = order_lines("""
        order | line | sku  | warehouse | quantity | ordered_at
        1     | 1    | S004 | EAST      | 2        | 09:30
        2     | 1    | S005 |           | 3        | 09:30
    """)

    def places(rows: list[str]) -> dict[str, Any]:
        stock = levels("sku | warehouse | quantity | as_of\n" + "\n".join(rows))
        matched = match(stock, orders, lags={}, feeds=None, warehouses=warehouses)
        found = in_warehouses(told, stock, matched)
        return {name: column.to_pylist() for name, column in found.items()}

    shuffled = random.Random(846).sample(rows, len(rows))
    assert stretches_of(pa.chunked_array([pa.array([row.split(" | ")[1] for row in shuffled])])) is None
    assert places(rows) == places(shuffled)
    assert list(places(rows)) == (warehouses or ["EAST", "NORTH", "WEST"])


def test_long_stretches_of_a_text_share_a_few_of_it() -> None:
    texts = ["EAST"] * 3 * PIECE + ["", "WEST"] + ["EAST"] * PIECE
    column = pa.chunked_array([texts[: PIECE + 1], texts[PIECE + 1 :]])
    found = shared(column)
    found.validate(full=True)
    assert found.equals(column)
    assert held([found]) < held([column]) * 2 // 3


def test_what_is_short_or_has_many_stretches_is_left_as_it_is() -> None:
    for texts in (["EAST"] * PIECE, ["EAST", "WEST"] * PIECE, ["EAST", None] * PIECE):
        column = pa.chunked_array([texts])
        assert shared(column) is column
