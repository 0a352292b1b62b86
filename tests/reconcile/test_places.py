"""Quantities per warehouse: from levels and orders, within what the cart is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch.model import frame
from batch.reconcile.available import match
from batch.reconcile.places import at_most, in_warehouses
from formats.contract import INT64, TEXT

MakeFrame = Callable[..., pd.DataFrame]


def told(**quantities: int) -> pd.DataFrame:
    return frame(
        {"sku": TEXT, "quantity": INT64},
        {"sku": pa.array(list(quantities)), "quantity": pa.array(list(quantities.values()), pa.int64())},
    )


def places(
    lines: pd.DataFrame, levels: pd.DataFrame, orders: pd.DataFrame, **how: Any
) -> dict[str, list[Any]]:
    matched = match(levels, orders, lags={}, **{"feeds": None, "warehouses": None, **how})
    found = in_warehouses(lines, levels, matched)
    return {name: column.to_pylist() for name, column in found.items()}


def test_a_warehouse_has_its_level_less_the_orders_that_name_it(
    levels: MakeFrame, order_lines: MakeFrame
) -> None:
    stock = levels("""
        sku | warehouse | quantity | as_of
        A   | WEST      | 7        | 09:00
        A   | EAST      | 5        | 09:00
        B   | EAST      | 3        | 09:00
    """)
    orders = order_lines("""
        order | line | sku | warehouse | quantity | ordered_at
        1     | 1    | A   | EAST      | 2        | 09:30
        2     | 1    | A   | WEST      | 1        | 08:30
    """)
    assert places(told(A=10, B=3), stock, orders) == {"EAST": [3, 3], "WEST": [7, None]}


def test_orders_without_a_warehouse_and_a_buffer_come_off_the_fullest(
    levels: MakeFrame, order_lines: MakeFrame
) -> None:
    stock = levels("""
        sku | warehouse | quantity | as_of
        A   | EAST      | 5        | 09:00
        A   | WEST      | 7        | 09:00
    """)
    orders = order_lines("""
        order | line | sku | warehouse | quantity | ordered_at
        1     | 1    | A   |           | 4        | 09:30
    """)
    assert places(told(A=8), stock, orders) == {"EAST": [5], "WEST": [3]}
    assert places(told(A=6), stock, orders) == {"EAST": [5], "WEST": [1]}
    assert places(told(A=0), stock, orders) == {"EAST": [0], "WEST": [0]}


def test_an_oversold_warehouse_offers_nothing_and_its_lack_is_taken_from_the_others(
    levels: MakeFrame, order_lines: MakeFrame
) -> None:
    stock = levels("""
        sku | warehouse | quantity | as_of
        A   | EAST      | -2       | 09:00
        A   | WEST      | 7        | 09:00
    """)
    none = order_lines("order | line | sku | warehouse | quantity | ordered_at")
    assert places(told(A=5), stock, none) == {"EAST": [0], "WEST": [5]}


def test_stock_without_a_warehouse_is_in_no_column_and_only_chosen_warehouses_are(
    levels: MakeFrame, order_lines: MakeFrame
) -> None:
    stock = levels("""
        sku | warehouse | quantity | as_of
        A   |           | 4        | 09:00
        A   | EAST      | 5        | 09:00
        A   | WEST      | 7        | 09:00
    """)
    none = order_lines("order | line | sku | warehouse | quantity | ordered_at")
    assert places(told(A=16), stock, none) == {"EAST": [5], "WEST": [7]}
    assert places(told(A=5), stock, none, warehouses=["EAST"]) == {"EAST": [5]}


rows = st.lists(st.lists(st.integers(0, 50), min_size=4, max_size=4), min_size=1, max_size=8)


@given(quantity=rows, data=st.data())
def test_no_row_has_more_than_its_total_and_none_loses_more_than_it_must(
    quantity: list[list[int]], data: st.DataObject
) -> None:
    totals = data.draw(st.lists(st.integers(0, 120), min_size=len(quantity), max_size=len(quantity)))
    before = np.array(quantity)
    after = at_most(before, np.array(totals))
    assert (after >= 0).all()
    assert (after <= before).all()
    assert after.sum(axis=1).tolist() == np.minimum(before.sum(axis=1), totals).tolist()


def taken_off(quantity: list[int], total: int) -> list[int]:
    """The same, one after the other."""
    excess, left = sum(quantity) - total, list(quantity)
    for place in sorted(range(len(quantity)), key=lambda place: -quantity[place]):
        off = min(max(excess, 0), quantity[place])
        left[place], excess = left[place] - off, excess - off
    return left


@given(quantity=rows, data=st.data())
def test_the_fullest_is_first_to_lose(quantity: list[list[int]], data: st.DataObject) -> None:
    totals = data.draw(st.lists(st.integers(0, 120), min_size=len(quantity), max_size=len(quantity)))
    after = at_most(np.array(quantity), np.array(totals))
    assert after.tolist() == [taken_off(*row) for row in zip(quantity, totals, strict=True)]


stock = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(["", "EAST", "NORTH", "WEST"]), st.integers(-3, 9)),
    unique_by=lambda row: row[:2],
    min_size=1,
)
sold = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["", "EAST", "WEST", "GONE"]), st.integers(1, 4))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stock, sold, st.lists(st.sampled_from("ABCD"), unique=True, min_size=1))
def test_each_cell_is_its_level_less_what_was_sold_there(
    levels: MakeFrame,
    order_lines: MakeFrame,
    stock: list[tuple[str, str, int]],
    sold: list[tuple[str, str, int]],
    asked: list[str],
) -> None:
    left = {(sku, place): quantity for sku, place, quantity in stock}
    for sku, place, quantity in sold:
        if (sku, place) in left:
            left[sku, place] -= quantity
    kept = sorted({place for _, place, _ in stock} - {""})
    expected = {
        place: [max(left[sku, place], 0) if (sku, place) in left else None for sku in asked] for place in kept
    }
    table = "\n".join(f"{sku} | {place} | {quantity} | 09:00" for sku, place, quantity in stock)
    orders = "\n".join(
        f"{row} | 1 | {sku} | {place} | {n} | 09:30" for row, (sku, place, n) in enumerate(sold)
    )
    found = places(
        told(**dict.fromkeys(asked, 1000)),
        levels(f"sku | warehouse | quantity | as_of\n{table}"),
        order_lines(f"order | line | sku | warehouse | quantity | ordered_at\n{orders}"),
    )
    assert found == expected
