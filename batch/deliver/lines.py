"""The lines that a cart is told, from what is known of its merchant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pandas as pd

from batch.advise.advice import AS_OF, FIELDS, Basis, advise, with_changed
from batch.config import Cart, Configuration
from batch.errors import DocumentRefused
from batch.model import State, whole
from batch.reconcile.available import Matched, available, match
from batch.reconcile.coded import code_of_counted
from batch.reconcile.news import about_news, about_skus, news_of
from batch.reconcile.places import in_warehouses
from batch.settings import counted_orders, counts_orders, feeds_of, lags_of, options_of, rules_of
from batch.spare import give_back
from formats import registry
from formats.contract import INT64, QUANTITY_IN
from formats.frames import arrow


@dataclass(frozen=True, kw_only=True)
class Question:
    """All that decides the quantities that a cart's rules begin with: carts that agree in it have them in common.

    `since`: only SKUs reported after this intake; None: every SKU. `orders_too`: also those that an order line changed
    after it. The others are the arguments of `available`.
    """

    since: int | None
    orders_too: bool
    lags: tuple[tuple[str, int], ...]
    feeds: tuple[str, ...]
    warehouses: tuple[str, ...] | None
    attributes: tuple[str, ...]


def lines_of(
    configuration: Configuration, cart: Cart, state: State, *, complete: bool, since: int
) -> pd.DataFrame:
    """The advice for a cart: FIELDS, its attributes, and a column `QUANTITY_IN` + warehouse where it tells these.

    `complete`: every SKU; otherwise those reported after the intake `since`. Empty if there are none.

    Raises:
        DocumentRefused: the cart's documents tell quantities per warehouse, and nobody knows any.
    """
    fields = registry.writer(cart.format).fields(cart.writing)
    question = Question(
        since=None if complete else since,
        orders_too=counts_orders(cart),
        lags=tuple(lags_of(configuration.merchants[cart.merchant]).items()),
        feeds=feeds_of(configuration, cart.merchant),
        warehouses=cart.warehouses,
        attributes=tuple(dict.fromkeys(field for field in fields if field not in FIELDS)),
    )
    kept = state.complete if complete else state.found

    def made() -> Basis:
        basis = _basis(state, question, keep=_tells_places(configuration, cart.merchant))
        give_back(len(basis.sku))
        return basis

    basis = kept.get(question, made)
    zone = cart.timezone if AS_OF in fields else None
    lines = advise(basis, rules_of(cart), merchant=cart.merchant, cart=cart.id, zone=zone)
    if len(lines) and options_of(cart).by_warehouse():
        return _with_places(cart, lines, state, question)
    return lines


def told_about(configuration: Configuration, merchant: str, state: State, since: int | None) -> Basis | None:
    """What the rules of the cart that was told last began with, from all warehouses; None without one.

    Of all SKUs, or, if `since` is an intake, at least of those that a level or an order line changed after it.
    """
    lags, feeds = tuple(lags_of(configuration.merchants[merchant]).items()), feeds_of(configuration, merchant)
    for question, basis in filter(None, (state.complete.kept, state.found.kept)):
        covers = question.since is None or (
            since is not None and question.orders_too and question.since <= since
        )
        if covers and (question.lags, question.feeds, question.warehouses) == (lags, feeds, None):
            return cast("Basis", basis)
    return None


def _tells_places(configuration: Configuration, merchant: str) -> bool:
    """Whether one of the merchant's carts is told quantities per warehouse."""
    carts = configuration.merchants[merchant].carts.values()
    return any(options_of(cart).by_warehouse() for cart in carts)


def _basis(state: State, question: Question, *, keep: bool) -> Basis:
    """What the rules begin with. `keep`: some cart will ask what of it is where."""
    since = question.since
    lags = dict(question.lags)
    if since is None and (renewed := _renewed(state, question)) is not None:
        return renewed
    known = state if since is None else about_news(state, since, lags, orders_too=question.orders_too)
    return _made(known, question, _matched(known, question, keep=keep and known is state))


def _renewed(state: State, question: Question) -> Basis | None:
    """What the state before began with, and the SKUs that files have spoken of since as they are now; None without that."""
    kept = state.outdated.kept
    if kept is None or kept[0] != question:
        return None
    outdated = kept[1]
    changed = about_skus(state, outdated.skus.unique(), dict(question.lags))
    state.outdated.drop()
    return with_changed(outdated.value, _made(changed, question, None))


def _made(known: State, question: Question, matched: Matched | None) -> Basis:
    since, lags = question.since, dict(question.lags)
    figures = available(
        known.levels,
        counted_orders(known.orders, lags),
        lags=lags,
        feeds=question.feeds,
        warehouses=question.warehouses,
        matched=matched,
        attributes=question.attributes,
        touched_since=since if question.orders_too else None,
    )
    chosen = figures if since is None else news_of(figures, since, orders_too=question.orders_too)
    return Basis(
        sku=arrow(chosen["sku"]),
        available=whole(chosen["available"]),
        as_of=arrow(chosen["as_of"]),
        attributes={name: arrow(chosen[name]) for name in question.attributes},
    )


def _matched(state: State, question: Question, *, keep: bool) -> Matched:
    """The levels and order lines that count. `keep`: with the state, for the next who asks."""
    key = (question.lags, question.feeds, question.warehouses)

    def make() -> Matched:
        lags = dict(question.lags)
        orders = counted_orders(state.orders, lags)
        return match(
            state.levels,
            orders,
            lags=lags,
            feeds=question.feeds,
            warehouses=question.warehouses,
            coded=code_of_counted(state, orders, lags),
        )

    return cast("Matched", state.matches.get(key, make)) if keep else make()


def _with_places(cart: Cart, lines: pd.DataFrame, state: State, question: Question) -> pd.DataFrame:
    places = in_warehouses(lines, state.levels, _matched(state, question, keep=True))
    if not places:
        raise DocumentRefused(
            f"cart {cart.merchant}/{cart.id}: its documents tell quantities per warehouse, and no level names one; "
            "map columns.warehouse in the inventory feed, or leave out the cart's location"
        )
    return lines.assign(
        **{QUANTITY_IN + name: pd.array(column, dtype=INT64) for name, column in places.items()}
    )
