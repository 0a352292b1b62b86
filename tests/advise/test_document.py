"""Where a document that was read back is not what was meant."""

from __future__ import annotations

import pyarrow as pa
import pytest

from batch.advise.document import first_difference
from formats.contract import Columns
from formats.frames import of_columns


def columns(text: str) -> Columns:
    """`sku=A,B quantity=1,2` → the columns; `-` is null."""
    named = (column.split("=") for column in text.split())
    return {
        name: pa.array([None if cell == "-" else cell for cell in cells.split(",")]) for name, cells in named
    }


@pytest.mark.parametrize(
    ("meant", "found", "difference"),
    [
        ("sku=A,B quantity=1,2", "quantity=1,2 sku=A,B", ""),
        ("sku=A,B title=-,t", "sku=A,B title=,t", ""),
        (
            "sku=A,B quantity=1,2",
            "sku=A,B quantity=1,3",
            "SKU 'B', field quantity: '2' was meant, '3' is in it",
        ),
        ("sku=A title=t", "sku=A", "SKU 'A', field title: 't' was meant, '' is in it"),
        ("sku=A", "sku=A title=t", "SKU 'A', field title: '' was meant, 't' is in it"),
        ("upc=1,2", "upc=1,3", "line 2, field upc: '2' was meant, '3' is in it"),
        ("sku=A,B", "sku=A", "2 lines were meant, 1 are in it"),
    ],
)
def test_the_first_difference_is_told(meant: str, found: str, difference: str) -> None:
    assert first_difference(columns(meant), of_columns(columns(found))) == difference


def test_a_quantity_is_compared_as_text() -> None:
    meant = {"sku": pa.array(["A"]), "quantity": pa.chunked_array([pa.array([7])])}
    assert not first_difference(meant, of_columns(columns("sku=A quantity=7")))
    assert first_difference(meant, of_columns(columns("sku=A quantity=07")))
