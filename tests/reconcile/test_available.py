from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from batch.model import AVAILABLE, LEVELS, ORDER_LINES, empty
from batch.reconcile.available import available

MakeFrame = Callable[..., pd.DataFrame]
Show = Callable[..., list[tuple[Any, ...]]]

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)

LOTS_SUMMED = """
    sku | warehouse | quantity | as_of | seq
    A   | EAST      | 7        | 09:00 | 1
    A   | WEST      | 5        | 10:00 | 2
"""


def test_orders_after_the_level_are_subtracted_and_no_others(
    levels: MakeFrame, order_lines: MakeFrame, shown: Show
) -> None:
    stock = levels("""
        sku | quantity | as_of
        A   | 12       | 09:00
    """)
    orders = order_lines("""
        order | sku | quantity | ordered_at | cancelled
        1     | A   | 1        | 08:59      | no
        2     | A   | 2        | 09:05      | no
        3     | A   | 4        | 09:10      | yes
    """)
    table = available(stock, orders, lags={})
    assert shown(table, "sku", "level", "ordered", "available", "as_of") == [("A", 12, 2, 10, "09:00")]


def test_orders_of_every_cart_are_subtracted(levels: MakeFrame, order_lines: MakeFrame) -> None:
    orders = order_lines("""
        feed | order | sku | quantity | ordered_at | cancelled
        web  | 1     | A   | 1        | 10:05      | no
        pos  | 1     | A   | 2        | 10:05      | no
    """)
    assert available(levels(LOTS_SUMMED), orders, lags={})["available"].tolist() == [9]


def test_warehouses_are_summed_and_the_earliest_as_of_is_told(
    levels: MakeFrame, order_lines: MakeFrame, shown: Show
) -> None:
    table = available(levels(LOTS_SUMMED), order_lines(), lags={})
    assert shown(table, "available", "as_of", "reported") == [(12, "09:00", 2)]


def test_feeds_are_summed(levels: MakeFrame, order_lines: MakeFrame) -> None:
    stock = levels("""
        feed | sku | quantity | as_of
        main | A   | 7        | 09:00
        3pl  | A   | 5        | 09:00
    """)
    assert available(stock, order_lines(), lags={})["available"].tolist() == [12]


def test_skus_come_in_the_order_of_their_bytes(levels: MakeFrame, order_lines: MakeFrame) -> None:
    names = ["b", "É", "a", "B", "00123", "NA", "1E+11", "a-", "中", "\U0001f600"]
    stock = levels([{"sku": name, "quantity": 1, "as_of": AT} for name in names])
    orders = order_lines([{"sku": "A", "quantity": 1, "ordered_at": AT}])
    assert available(stock, orders, lags={})["sku"].tolist() == sorted(names, key=str.encode)


def test_available_may_be_below_zero(levels: MakeFrame, order_lines: MakeFrame) -> None:
    orders = order_lines("""
        order | sku | quantity | ordered_at | cancelled
        1     | A   | 20       | 10:05      | no
    """)
    assert available(levels(LOTS_SUMMED), orders, lags={})["available"].tolist() == [-8]


def test_lines_of_unknown_skus_wait_for_their_level(
    levels: MakeFrame, order_lines: MakeFrame, shown: Show
) -> None:
    orders = order_lines("""
        order | sku | quantity | ordered_at | cancelled
        1     | B   | 2        | 10:05      | no
    """)
    assert shown(available(levels(LOTS_SUMMED), orders, lags={}), "sku", "available") == [("A", 12)]
    later = levels(
        LOTS_SUMMED
        + """
    B   | EAST      | 9        | 10:00 | 3
    """
    )
    assert shown(available(later, orders, lags={}), "sku", "available") == [("A", 12), ("B", 7)]


ORDERS_BY_WAREHOUSE = """
    order | sku | warehouse | quantity | ordered_at | cancelled
    1     | A   | EAST      | 1        | 10:05      | no
    2     | A   | WEST      | 2        | 10:05      | no
    3     | A   |           | 4        | 10:05      | no
"""


def test_only_chosen_warehouses_count_with_the_orders_that_name_them_or_none(
    levels: MakeFrame, order_lines: MakeFrame
) -> None:
    numbers = [
        available(levels(LOTS_SUMMED), order_lines(ORDERS_BY_WAREHOUSE), lags={}, warehouses=chosen)[
            "available"
        ].tolist()
        for chosen in (None, ("EAST",), ("WEST",), ("EAST", "WEST"), ("NORTH",))
    ]
    assert numbers == [[5], [2], [-1], [5], [0]]


def test_a_sku_outside_the_chosen_warehouses_is_known_and_zero(
    levels: MakeFrame, order_lines: MakeFrame, shown: Show
) -> None:
    table = available(levels(LOTS_SUMMED), order_lines(), lags={}, warehouses=("NORTH",))
    assert shown(table, "sku", "available", "as_of", "reported") == [("A", 0, "09:00", 2)]


def test_a_line_without_warehouse_is_compared_with_the_chosen_levels_only(
    levels: MakeFrame, order_lines: MakeFrame
) -> None:
    orders = order_lines("""
        order | sku | quantity | ordered_at | cancelled
        1     | A   | 1        | 09:30      | no
    """)
    numbers = [
        available(levels(LOTS_SUMMED), orders, lags={}, warehouses=chosen)["ordered"].tolist()
        for chosen in (None, ("EAST",), ("WEST",))
    ]
    assert numbers == [[1], [1], [0]]


def test_a_lag_reaches_back_before_every_level(levels: MakeFrame, order_lines: MakeFrame) -> None:
    orders = order_lines("""
        order | sku | quantity | ordered_at | cancelled
        1     | A   | 1        | 08:30      | no
    """)
    hour = 3_600_000_000
    assert available(levels(LOTS_SUMMED), orders, lags={"web": hour})["ordered"].tolist() == [1]


def test_an_attribute_is_that_of_the_latest_level_that_has_one(
    levels: MakeFrame, order_lines: MakeFrame, shown: Show
) -> None:
    stock = levels("""
        sku | warehouse | quantity | as_of | @upc
        A   | EAST      | 1        | 09:00 | old
        A   | WEST      | 1        | 10:00 | new
        A   | NORTH     | 1        | 11:00 |
        B   | EAST      | 1        | 09:00 |
    """)
    table = available(stock, order_lines(), lags={}, attributes=("upc", "title"))
    assert shown(table, "sku", "upc", "title") == [("A", "new", None), ("B", None, None)]


def test_nothing_known_is_nothing_available(order_lines: MakeFrame) -> None:
    orders = order_lines("""
        order | sku | quantity | ordered_at | cancelled
        1     | A   | 1        | 08:30      | no
    """)
    for lines in (orders, empty(ORDER_LINES)):
        table = available(empty(LEVELS), lines, lags={"web": 0})
        assert table.empty
        assert dict(table.dtypes) == dict(AVAILABLE)
