"""Carts that ask the same of a state have its levels and order lines matched once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from batch.config import Configuration, load
from batch.deliver import lines
from batch.model import State
from formats.contract import QUANTITY_IN

MakeFrame = Callable[..., pd.DataFrame]

FRONT = """
[account]
name = "Sample"

[remotes.shop]
url = "./shop"

[[merchants.acme.inventory]]
name = "main"
remote = "shop"
files = "*.csv"
format = "csv"
as_of = "modified"
columns = { sku = "ITEM", quantity = "QTY", warehouse = "WH" }

[[merchants.acme.orders]]
name = "web"
remote = "shop"
files = "*.csv"
format = "csv"
columns = { order = "a", sku = "b", quantity = "c", ordered_at = "d" }

[merchants.acme.carts.front]
remote = "shop"
file_name = "{number}"
format = "csv"
send = "full"
"""
DEPOT = """
[merchants.acme.carts.depot]
remote = "shop"
file_name = "{cart}-{number}"
format = "edi846"

[merchants.acme.carts.depot.edi846]
sender = "ZZ/ACMEWHSE"
receiver = "ZZ/DEPOT"
location = "sdq"
"""


@pytest.fixture
def state(levels: MakeFrame, order_lines: MakeFrame) -> State:
    stock = levels("""
        feed | sku | warehouse | quantity | as_of
        main | A   | EAST      | 5        | 09:00
        main | A   | WEST      | 7        | 09:00
        main | B   | EAST      | 3        | 09:00
    """)
    orders = order_lines("""
        feed | order | line | sku | warehouse | quantity | ordered_at
        web  | 1     | 1    | A   |           | 4        | 09:30
    """)
    return State(seq=1, levels=stock, orders=orders)


def configured(folder: Path, text: str) -> Configuration:
    (folder / "stockferry.toml").write_text(text)
    return load(folder / "stockferry.toml")


@pytest.fixture
def matched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An entry for each time that something is matched."""
    times: list[str] = []

    def noted(*given: Any, **how: Any) -> Any:
        times.append("matched")
        return match(*given, **how)

    match = lines.match
    monkeypatch.setattr(lines, "match", noted)
    return times


def told(configuration: Configuration, state: State, cart: str) -> dict[str, list[Any]]:
    asked = configuration.merchants["acme"].carts[cart]
    found = lines.lines_of(configuration, asked, state, complete=True, since=0)
    return {name: found[name].tolist() for name in found.columns if name.startswith("quantity")}


@pytest.mark.parametrize("order", [("front", "depot"), ("depot", "front"), ("depot", "depot")])
def test_a_cart_that_tells_what_is_where_has_it_from_what_was_matched_before(
    tmp_path: Path, state: State, matched: list[str], order: tuple[str, str]
) -> None:
    configuration = configured(tmp_path, FRONT + DEPOT)
    found = {cart: told(configuration, state, cart) for cart in order}
    assert found["depot"]["quantity"] == [8, 3]
    assert found["depot"][QUANTITY_IN + "EAST"] == [5, 3]
    assert found["depot"][QUANTITY_IN + "WEST"][0] == 3
    assert matched == ["matched"]
