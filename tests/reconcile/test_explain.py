from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from batch.model import State
from batch.reconcile.explain import explain
from batch.reconcile.rules import CartRules

MakeFrame = Callable[..., pd.DataFrame]

LEVELS = """
    sku | warehouse | quantity | as_of | line | seq
    A   | EAST      | 12       | 09:00 | 14   | 1
    A   | WEST      | 0        | 09:30 |      | 2
    B   | EAST      | 3        | 09:00 | 15   | 1
"""
ORDERS = """
    order | sku | warehouse | quantity | ordered_at | cancelled | seq
    7     | A   |           | 1        | 08:59      | no        | 3
    8     | A   | EAST      | 2        | 09:05      | no        | 3
    9     | A   |           | 4        | 09:10      | yes       | 3
    5     | X   |           | 4        | 09:10      | no        | 3
"""


@pytest.fixture
def state(levels: MakeFrame, order_lines: MakeFrame) -> State:
    return State(seq=3, levels=levels(LEVELS), orders=order_lines(ORDERS))


def test_every_level_has_its_place_and_its_line_and_one_zeroed_by_absence_has_none(state: State) -> None:
    terms = explain(state, "A", lags={}, carts={}).levels
    assert [
        (term.warehouse, term.quantity, f"{term.as_of:%H:%M}", term.seq, term.line) for term in terms
    ] == [
        ("EAST", 12, "09:00", 1, 14),
        ("WEST", 0, "09:30", 2, None),
    ]


def test_every_order_line_says_whether_it_counts_and_why(state: State) -> None:
    terms = explain(state, "A", lags={}, carts={}).orders
    assert [(term.order, term.quantity, term.counted, term.why) for term in terms] == [
        ("7", 1, False, "ordered before the level was taken: the warehouse has counted it"),
        ("8", 2, True, "ordered after the level was taken"),
        ("9", 4, False, "cancelled"),
    ]


def test_the_terms_add_up_to_what_is_available(state: State) -> None:
    why = explain(state, "A", lags={}, carts={})
    assert why.available == 10
    assert sum(term.quantity for term in why.levels) - sum(t.quantity for t in why.orders if t.counted) == 10


def test_every_cart_has_its_steps(state: State) -> None:
    carts = {"web": CartRules(buffer=6, minimum_level=5), "west": CartRules(warehouses=("WEST",))}
    assert explain(state, "A", lags={}, carts=carts).carts == {
        "web": [("available", 10), ("buffer", 4), ("not below 0", 4), ("minimum_level", 0)],
        "west": [("available in WEST", 0), ("not below 0", 0)],
    }


def test_a_sku_known_from_orders_alone_is_explained_too(state: State) -> None:
    why = explain(state, "X", lags={}, carts={"web": CartRules()})
    assert why.available == 0
    assert [term.why for term in why.orders] == ["the warehouse has not reported this SKU"]
    assert why.carts == {"web": [("available", 0), ("not below 0", 0)]}


def test_a_sku_that_nobody_named_has_no_explanation(state: State) -> None:
    assert explain(state, "a", lags={}, carts={}) is None
