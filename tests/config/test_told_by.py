"""Which changes of a configuration have a cart's documents say something else, or go elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.config import load
from batch.settings import told_by

TEXT = """
[account]
name = "Test"
[remotes.shop]
url = "./shop"
attempts = 3
[[merchants.acme.inventory]]
name = "east"
remote = "shop"
files = "E*.csv"
format = "csv"
as_of = "column"
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF", warehouse = "WH" }
[[merchants.acme.inventory]]
name = "west"
remote = "shop"
files = "W*.csv"
format = "csv"
as_of = "column"
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF", warehouse = "WH" }
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "{number}.csv"
format = "csv"
send = "delta"
timezone = "UTC"
warehouses = ["EAST", "WEST"]
csv = { columns = { A = "sku", B = "quantity" } }
"""


def told(folder: Path, text: str) -> object:
    path = folder / "stockferry.toml"
    path.write_text(text, encoding="utf-8")
    return told_by(load(path), "acme", "front")


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ('url = "./shop"', 'url = "./another"', False),
        ('path = "front"', 'path = "back"', False),
        ('timezone = "UTC"', 'timezone = "Europe/Berlin"', False),
        ('{ A = "sku", B = "quantity" }', '{ B = "quantity", A = "sku" }', False),
        ('warehouses = ["EAST", "WEST"]', 'warehouses = ["EAST"]', False),
        ('send = "delta"', 'send = "delta"\ntrigger = "inventory-and-orders"', False),
        ('send = "delta"', 'send = "delta"\ncap = 7', False),
        ('format = "csv"\nsend = "delta"', 'format = "xml"\nsend = "delta"', False),
        ('name = "west"', 'name = "south"', False),
        ("attempts = 3", "attempts = 5", True),
        ('{number}.csv"', '{number}.txt"', True),
        ('send = "delta"', 'send = "delta"\nguard_from = 99', True),
        (
            '[[merchants.acme.inventory]]\nname = "east"',
            '[[merchants.acme.inventory]]\n# first\nname = "east"',
            True,
        ),
    ],
)
def test_what_decides_a_carts_documents(tmp_path: Path, before: str, after: str, *, same: bool) -> None:
    assert before in TEXT
    text = TEXT.replace(before, after)
    if "xml" in after:
        text = text.replace("csv = { columns", "xml = { fields")
    assert (told(tmp_path, TEXT) == told(tmp_path, text)) == same


def test_the_order_of_feeds_decides_nothing(tmp_path: Path) -> None:
    swapped = TEXT.replace('"east"', '"?"').replace('"west"', '"east"').replace('"?"', '"west"')
    assert told(tmp_path, TEXT) == told(tmp_path, swapped)


def test_a_cart_that_is_not_there_is_told_by_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, TEXT.replace("carts.front", "carts.back")) is None
