from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from batch.counts import Counts
from batch.model import ORDER_LINES, State, empty
from batch.reconcile.advance import with_orders
from batch.reconcile.orders import Verdict, apply_lines, judge, upsert_lines

MakeFrame = Callable[..., pd.DataFrame]
Show = Callable[..., list[tuple[Any, ...]]]

MINUTE = 60_000_000


def applied(orders: pd.DataFrame, lines: pd.DataFrame) -> tuple[pd.DataFrame, Counts]:
    applied = apply_lines(orders, lines, np.ones(len(lines), dtype=np.int64))
    assert with_orders(State(orders=orders), applied).orders.equals(upsert_lines(orders, applied.segment))
    return upsert_lines(orders, applied.segment), applied.counts


def verdicts(levels: pd.DataFrame, orders: pd.DataFrame, **lags: int) -> list[str]:
    return [Verdict(code).name for code in judge(levels, orders, lags)]


TWO_LINES = """
    order | line | sku | quantity | ordered_at | stated_at | cancelled
    7     | l1   | A   | 2        | 09:05      | 09:10     | no
    7     | l2   | B   | 1        | 09:05      | 09:10     | no
"""


def test_a_later_statement_of_a_line_replaces_the_earlier_one(order_lines: MakeFrame, shown: Show) -> None:
    before = order_lines(TWO_LINES)
    file = order_lines("""
        order | line | sku | quantity | ordered_at | stated_at | cancelled
        7     | l1   | A   | 5        | 09:05      | 09:20     | no
    """)
    after, counts = applied(before, file)
    assert shown(after, "order", "line", "quantity") == [("7", "l1", 5), ("7", "l2", 1)]
    assert counts == Counts(rows=1, applied=1)


def test_a_statement_from_an_earlier_file_that_comes_in_late_is_older(
    order_lines: MakeFrame, shown: Show
) -> None:
    before = order_lines(TWO_LINES)
    file = order_lines("""
        order | line | sku | quantity | ordered_at | stated_at | cancelled
        7     | l1   | A   | 5        | 09:05      | 09:00     | no
    """)
    after, counts = applied(before, file)
    assert shown(after, "line", "quantity") == [("l1", 2), ("l2", 1)]
    assert counts == Counts(rows=1, older=1)


def test_a_statement_of_the_same_time_replaces(order_lines: MakeFrame, shown: Show) -> None:
    before = order_lines(TWO_LINES)
    file = order_lines("""
        order | line | sku | quantity | ordered_at | stated_at | cancelled
        7     | l1   | A   | 5        | 09:05      | 09:10     | no
    """)
    assert shown(applied(before, file)[0], "line", "quantity") == [("l1", 5), ("l2", 1)]


def test_a_line_stated_twice_in_one_file_counts_by_its_last_statement(
    order_lines: MakeFrame, shown: Show
) -> None:
    file = order_lines("""
        order | line | sku | quantity | ordered_at | cancelled
        7     | l1   | A   | 5        | 09:05      | no
        7     | l1   | A   | 3        | 09:05      | no
    """)
    after, counts = applied(empty(ORDER_LINES), file)
    assert shown(after, "line", "quantity") == [("l1", 3)]
    assert counts == Counts(rows=2, applied=1, older=1)


def test_rows_that_were_added_up_to_one_line_are_all_accounted_for(order_lines: MakeFrame) -> None:
    file = order_lines("""
        order | line | sku | quantity | ordered_at | cancelled
        7     | A    | A   | 5        | 09:05      | no
        7     | B    | B   | 3        | 09:05      | no
    """)
    assert apply_lines(empty(ORDER_LINES), file, np.array([3, 1])).counts == Counts(rows=4, applied=4)


def test_the_same_order_number_in_two_feeds_is_two_orders(order_lines: MakeFrame, shown: Show) -> None:
    before = order_lines(TWO_LINES)
    file = order_lines("""
        feed | order | line | sku | quantity | ordered_at | cancelled
        pos  | 7     | l1   | A   | 5        | 09:05      | no
    """)
    assert shown(applied(before, file)[0], "feed", "line", "quantity") == [
        ("pos", "l1", 5),
        ("web", "l1", 2),
        ("web", "l2", 1),
    ]


AT_NINE = """
    sku | warehouse | quantity | as_of
    A   | EAST      | 12       | 09:00
"""


def test_a_line_is_counted_only_if_it_was_ordered_after_the_level_was_taken(
    levels: MakeFrame, order_lines: MakeFrame
) -> None:
    orders = order_lines("""
        order | sku | quantity | ordered_at | cancelled
        1     | A   | 1        | 08:59      | no
        2     | A   | 1        | 09:00      | no
        3     | A   | 2        | 09:05      | no
        4     | A   | 4        | 09:10      | yes
        5     | X   | 1        | 09:10      | no
    """)
    assert verdicts(levels(AT_NINE), orders) == ["CONTAINED", "CONTAINED", "COUNTED", "CANCELLED", "UNKNOWN"]


def test_a_feed_with_an_order_lag_counts_lines_from_so_long_before_the_level(
    levels: MakeFrame, order_lines: MakeFrame
) -> None:
    orders = order_lines("""
        feed | order | sku | quantity | ordered_at | cancelled
        slow | 1     | A   | 1        | 08:49      | no
        slow | 2     | A   | 1        | 08:50      | no
        slow | 3     | A   | 1        | 08:51      | no
        web  | 4     | A   | 1        | 08:51      | no
        else | 5     | A   | 1        | 08:51      | no
    """)
    assert verdicts(levels(AT_NINE), orders, slow=10 * MINUTE, web=0) == [
        "CONTAINED",
        "CONTAINED",
        "COUNTED",
        "CONTAINED",
        "CONTAINED",
    ]


def test_a_line_that_names_a_warehouse_is_compared_with_the_level_there_others_with_the_earliest(
    levels: MakeFrame, order_lines: MakeFrame
) -> None:
    stock = levels("""
        feed | sku | warehouse | quantity | as_of
        main | A   | EAST      | 12       | 09:00
        main | A   | WEST      | 12       | 10:00
        3pl  | A   | WEST      | 12       | 09:45
        main | B   | NORTH     | 12       | 08:00
    """)
    orders = order_lines("""
        order | sku | warehouse | quantity | ordered_at | cancelled
        1     | A   | EAST      | 1        | 09:30      | no
        2     | A   | WEST      | 1        | 09:30      | no
        3     | A   | WEST      | 1        | 09:50      | no
        4     | A   |           | 1        | 09:30      | no
        5     | A   | NORTH     | 1        | 09:30      | no
        6     | A   | NORTH     | 1        | 08:30      | no
    """)
    assert verdicts(stock, orders) == ["COUNTED", "CONTAINED", "COUNTED", "COUNTED", "COUNTED", "CONTAINED"]


def test_every_verdict_has_words_for_the_operator() -> None:
    assert len({verdict.why for verdict in Verdict}) == len(Verdict)
    assert all(verdict.why for verdict in Verdict)
