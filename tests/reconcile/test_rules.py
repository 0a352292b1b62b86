from __future__ import annotations

import numpy as np
import pytest

from batch.reconcile.rules import CartRules, steps, told


def after(quantity: int, **rules: object) -> int:
    return int(told(np.array([quantity]), CartRules(**rules))[0])


@pytest.mark.parametrize(
    ("rules", "available", "sent"),
    [
        ({}, 7, 7),
        ({}, 0, 0),
        ({}, -3, 0),
        ({"minimum_level": 5}, 4, 0),
        ({"minimum_level": 5}, 5, 5),
        ({"minimum_level": 5}, 6, 6),
        ({"minimum_level": 1}, -3, 0),
        ({"buffer": 2}, 7, 5),
        ({"buffer": 2}, 1, 0),
        ({"cap": 10}, 11, 10),
        ({"cap": 10}, 9, 9),
        ({"cap": 0}, 9, 0),
        ({"buffer": 2, "cap": 10}, 11, 9),
        ({"buffer": 2, "minimum_level": 5}, 6, 0),
        ({"buffer": 2, "minimum_level": 5}, 7, 5),
        ({"cap": 4, "minimum_level": 5}, 100, 0),
    ],
)
def test_a_cart_is_told(rules: dict[str, int], available: int, sent: int) -> None:
    assert after(available, **rules) == sent


def test_every_rule_that_a_cart_has_is_recorded_in_the_order_in_which_it_applies() -> None:
    rules = CartRules(warehouses=("EAST", "WEST"), buffer=3, cap=8, minimum_level=9)
    assert [(name, quantity.tolist()) for name, quantity in steps(np.array([20, 2]), rules)] == [
        ("available in EAST, WEST", [20, 2]),
        ("buffer", [17, -1]),
        ("cap", [8, -1]),
        ("not below 0", [8, 0]),
        ("minimum_level", [0, 0]),
    ]


def test_rules_that_a_cart_has_not_are_not_recorded() -> None:
    assert [name for name, _ in steps(np.array([20]), CartRules())] == ["available", "not below 0"]


def test_two_carts_of_a_merchant_both_get_the_total() -> None:
    available = np.array([10])
    assert [told(available, rules).tolist() for rules in (CartRules(), CartRules())] == [[10], [10]]
    assert available.tolist() == [10]
