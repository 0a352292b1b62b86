"""A cart's rules: each one small function from quantities to quantities, in the order in which they apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from batch.reconcile.keys import Ids


@dataclass(frozen=True, kw_only=True)
class CartRules:
    """What a cart's configuration says about its quantities; 0 and None switch a rule off."""

    warehouses: tuple[str, ...] | None = None
    buffer: int = 0
    cap: int | None = None
    minimum_level: int = 0


def subtract_buffer(quantity: Ids, rules: CartRules) -> Ids:
    """Some are kept back."""
    return quantity - rules.buffer


def cut_at_cap(quantity: Ids, rules: CartRules) -> Ids:
    """Never more than the cap."""
    return quantity if rules.cap is None else np.minimum(quantity, rules.cap)


def raise_to_zero(quantity: Ids, rules: CartRules) -> Ids:  # noqa: ARG001 - every rule has this signature
    """A cart is never told less than 0."""
    return np.maximum(quantity, 0)


def apply_minimum_level(quantity: Ids, rules: CartRules) -> Ids:
    """Below the minimum level the cart is told 0, at or above it the true quantity."""
    return np.where(quantity < rules.minimum_level, 0, quantity)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A named rule, and whether a cart has it switched on."""

    name: str
    apply: Callable[[Ids, CartRules], Ids]
    on: Callable[[CartRules], bool]


RULES = (
    Rule(name="buffer", apply=subtract_buffer, on=lambda rules: rules.buffer != 0),
    Rule(name="cap", apply=cut_at_cap, on=lambda rules: rules.cap is not None),
    Rule(name="not below 0", apply=raise_to_zero, on=lambda rules: True),  # noqa: ARG005 - always on
    Rule(name="minimum_level", apply=apply_minimum_level, on=lambda rules: rules.minimum_level > 0),
)


def steps(quantity: Ids, rules: CartRules) -> list[tuple[str, Ids]]:
    """Every rule that the cart has, with the quantities after it. Starts with what is available."""
    name = "available" if rules.warehouses is None else f"available in {', '.join(rules.warehouses)}"
    result = [(name, quantity)]
    for rule in RULES:
        if rule.on(rules):
            result.append((rule.name, rule.apply(result[-1][1], rules)))
    return result


def told(quantity: Ids, rules: CartRules) -> Ids:
    """What the cart is told: the quantities after the last rule."""
    return steps(quantity, rules)[-1][1]
