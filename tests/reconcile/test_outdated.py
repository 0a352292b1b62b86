"""A cart that is told everything is told the same, and the same SKUs are oversold, whether a few were looked at again or all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.config import Configuration, load
from batch.deliver import lines as telling
from batch.deliver.lines import lines_of
from batch.ledger.oversold import Every
from batch.model import State
from batch.reconcile.advance import with_levels, with_orders
from batch.reconcile.coded import kept_codes
from batch.reconcile.levels import apply_statements
from batch.reconcile.orders import apply_lines
from batch.store.memory import Memory, Origin
from batch.watch.below_zero import below_zero, lowest

MakeFrame = Callable[..., pd.DataFrame]

CONFIGURATION = """
[account]
name = "A"
[remotes.here]
url = "."
[[merchants.acme.inventory]]
name = "main"
remote = "here"
files = "*.csv"
format = "csv"
as_of = "column"
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF", warehouse = "WH" }
attributes = { upc = "UPC" }
[[merchants.acme.orders]]
name = "web"
remote = "here"
files = "*.csv"
format = "csv"
order_lag = "1h"
columns = { order = "order", sku = "sku", quantity = "qty", ordered_at = "at" }
[merchants.acme.carts.all]
remote = "here"
file_name = "{number}"
format = "csv"
send = "full"
[merchants.acme.carts.all.csv]
columns = { SKU = "sku", QTY = "quantity", AT = "as_of", UPC = "upc" }
[merchants.acme.carts.east]
remote = "here"
file_name = "east-{number}"
format = "csv"
send = "full"
warehouses = ["EAST"]
[merchants.acme.carts.reported]
remote = "here"
file_name = "reported-{number}"
format = "csv"
[merchants.acme.carts.changes]
remote = "here"
file_name = "changes-{number}"
format = "csv"
trigger = "inventory-and-orders"
"""

hours = st.integers(0, 23).map("{:02}:00".format)
skus = st.sampled_from(["A", "B", "C", "D", "É"])
places = st.sampled_from(["EAST", "WEST"])
statement = st.fixed_dictionaries(
    {
        "sku": skus,
        "warehouse": places,
        "quantity": st.sampled_from([-1, 0, 1, 9]),
        "as_of": hours,
        "@upc": st.one_of(st.none(), st.sampled_from(["1", "2"])),
    }
)
line = st.fixed_dictionaries(
    {
        "order": st.sampled_from(["1", "2", "3"]),
        "sku": skus,
        "warehouse": st.one_of(st.none(), places),
        "quantity": st.integers(1, 3),
        "ordered_at": hours,
        "stated_at": hours,
        "feed": st.sampled_from(["web", "gone"]),
        "cancelled": st.booleans(),
    }
)
level_files = st.tuples(st.just("levels"), st.lists(statement, max_size=5), st.sampled_from(["main", "gone"]))
order_files = st.tuples(st.just("orders"), st.lists(line, max_size=5), st.none())
steps = st.tuples(st.one_of(level_files, order_files), st.sampled_from(["all", "all", "east", ""]))


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    path: Path = tmp_path_factory.mktemp("account") / "stockferry.toml"
    path.write_text(CONFIGURATION)
    return load(path)


def told(configuration: Configuration, cart: str, state: State) -> pd.DataFrame:
    return lines_of(configuration, configuration.merchants["acme"].carts[cart], state, complete=True, since=0)


@pytest.fixture(scope="module")
def after(statements: MakeFrame, order_lines: MakeFrame) -> Callable[[State, Any], State]:
    def following(state: State, file: Any) -> State:
        kind, rows, feed = file
        seq = state.seq + 1
        if kind == "levels":
            applied = apply_statements(
                state.levels, statements(rows), feed=feed, seq=seq, zero_absent=False, coded=kept_codes(state)
            )
            return with_levels(state, applied)
        lines = order_lines([row | {"seq": seq, "touched": seq} for row in rows])
        return with_orders(state, apply_lines(state.orders, lines, np.ones(len(rows), np.int64)))

    return following


@examples(25)
@given(history=st.lists(steps, max_size=8))
def test_everything_is_the_same(
    configuration: Configuration, after: Callable[[State, Any], State], *, history: list[Any]
) -> None:
    state = State()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("batch.reconcile.outdated.FEW", 0)
        for file, cart in history:
            state = after(state, file)
            if cart:
                anew = State(seq=state.seq, levels=state.levels, orders=state.orders)
                assert told(configuration, cart, state).equals(told(configuration, cart, anew))


cuts = st.sampled_from([None, 0, 1, 10])


@examples(50)
@given(history=st.lists(st.tuples(steps, st.booleans(), st.integers(0, 2)), max_size=8), most=cuts)
def test_the_same_skus_are_oversold(
    configuration: Configuration,
    after: Callable[[State, Any], State],
    *,
    history: list[Any],
    most: int | None,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("batch.reconcile.news.FEW", 0)  # or a delta of few SKUs would look at all
        state, before = State(), None
        for (file, cart), counted, back in history:
            state = after(state, file)
            if cart:
                told(configuration, cart, state)
            elif back:
                changes = configuration.merchants["acme"].carts["changes"]
                lines_of(configuration, changes, state, complete=False, since=max(state.seq - back, 0))
            if counted:
                below = below_zero(configuration, "acme", state, before)
                anew = State(seq=state.seq, levels=state.levels, orders=state.orders)
                every = lowest(below_zero(configuration, "acme", anew, None), 100)
                assert lowest(below, 100) == every
                kept = most is None or len(every) <= most
                before = Every(seq=state.seq, pairs=every) if kept else None


def levels_of(numbers: range, as_of: str = "09:00", quantity: int = 5) -> Any:
    rows = [
        {"sku": f"S{n:03}", "warehouse": "EAST", "quantity": quantity, "as_of": as_of, "@upc": None}
        for n in numbers
    ]
    return "levels", rows, "main"


def test_after_a_few_changes_only_their_skus_are_looked_at(
    configuration: Configuration, after: Callable[[State, Any], State], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = after(State(), levels_of(range(100)))
    told(configuration, "all", before)
    looked_at: list[int] = []
    real = telling.available

    def watched(levels: pd.DataFrame, *about: Any, **more: Any) -> pd.DataFrame:
        looked_at.append(len(levels))
        return real(levels, *about, **more)

    monkeypatch.setattr(telling, "available", watched)
    order = {"order": "1", "sku": "S007", "warehouse": None, "quantity": 1, "ordered_at": "11:00"}
    state = after(after(before, levels_of(range(3, 5), "10:00", 8)), ("orders", [order], None))
    lines = told(configuration, "all", state).set_index("sku")["quantity"]
    assert looked_at == [3]
    assert [lines[f"S{n:03}"] for n in (2, 3, 4, 7, 8)] == [5, 8, 8, 4, 5]
    assert state.outdated.kept is None
    told(configuration, "all", after(state, levels_of(range(100, 101))))  # a SKU more
    told(configuration, "all", after(state, levels_of(range(20), "12:00")))  # too many
    assert looked_at == [3, 1, 101, 100]


def test_what_nobody_has_asked_for_in_a_cycle_goes_when_it_ends_and_counts_until_then(
    configuration: Configuration, after: Callable[[State, Any], State]
) -> None:
    before = after(State(), levels_of(range(100)))
    told(configuration, "all", before)
    state = after(before, levels_of(range(1), "10:00"))
    kept = state.outdated.kept
    assert kept is not None
    size, memory = state.size, Memory(10**9)
    memory.keep("acme", Origin(levels=(), orders=()), state)
    memory.trim(["acme"])
    assert state.outdated.kept is None
    assert state.size < size


def test_a_line_that_names_another_sku_changes_both(
    configuration: Configuration, after: Callable[[State, Any], State]
) -> None:
    state = after(State(), levels_of(range(100)))
    order = {"order": "1", "sku": "S007", "warehouse": None, "quantity": 1, "ordered_at": "11:00"}
    for sku, at in (("S007", "11:00"), ("S008", "12:00")):
        told(configuration, "all", state)
        state = after(state, ("orders", [order | {"sku": sku, "stated_at": at}], None))
        assert state.outdated.kept is not None
    lines = told(configuration, "all", state).set_index("sku")["quantity"]
    assert [lines["S007"], lines["S008"]] == [5, 4]


def test_a_new_sku_among_the_others_has_all_looked_at(
    configuration: Configuration, after: Callable[[State, Any], State]
) -> None:
    before = after(State(), levels_of(range(0, 100, 2)))
    told(configuration, "all", before)
    state = after(before, levels_of(range(3, 4), quantity=8))
    lines = told(configuration, "all", state).set_index("sku")["quantity"]
    assert (len(lines), lines["S003"], lines["S004"]) == (51, 8, 5)


@pytest.mark.parametrize(
    ("cart", "since"),
    [
        pytest.param("changes", 2, id="a delta of all that changed"),
        pytest.param("changes", 3, id="a delta that begins too late"),
        pytest.param("reported", 2, id="a delta that leaves out what was only sold"),
        pytest.param(None, 0, id="no delta"),
    ],
)
def test_what_a_cart_was_told_answers_only_for_what_it_is_about(
    configuration: Configuration, after: Callable[[State, Any], State], cart: str | None, since: int
) -> None:
    order = {"order": "1", "sku": "S007", "warehouse": None, "quantity": 9, "ordered_at": "11:00"}
    state = after(after(State(), levels_of(range(100))), levels_of(range(30, 31), "09:30", -2))
    for file in (("orders", [order], None), levels_of(range(20, 21), "10:00", -1)):
        state = after(state, file)
    if cart is not None:
        chosen = configuration.merchants["acme"].carts[cart]
        assert len(lines_of(configuration, chosen, state, complete=False, since=since))
    before = Every(seq=2, pairs=[("S007", -1), ("S020", -5), ("S030", -2)])
    below = lowest(below_zero(configuration, "acme", state, before), 10)
    assert below == [("S007", -4), ("S030", -2), ("S020", -1)]
