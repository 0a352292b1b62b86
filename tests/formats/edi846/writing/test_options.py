"""What a cart's 846 can be configured to be."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from formats.edi846 import Edi846

PARTIES = {"sender": "ZZ/ACMEWHSE", "receiver": "01/007909411"}


def test_only_the_parties_must_be_named() -> None:
    options = Edi846.Writing(**PARTIES)
    assert Edi846().fields(options) == ("sku", "quantity")
    assert (options.release, options.usage, options.quantity, options.unit) == ("004010", "P", "33", "EA")


def test_fields_come_once_each_without_constants() -> None:
    products = {"UP": "upc", "SK": "sku", "VN": "sku", "MF": "=ACME"}
    assert Edi846().fields(Edi846.Writing(**PARTIES, products=products)) == ("upc", "sku", "quantity")


def test_the_repetition_separator_is_in_force_from_004030_on() -> None:
    assert Edi846.Writing(**PARTIES).separators().repetition is None
    assert Edi846.Writing(**PARTIES, release="004030VICS").separators().repetition == "^"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sender": "ACME"}, "qualifier and an id"),
        ({"sender": "ZZ/AC*ME"}, "delimiter"),
        ({"receiver": "ZZ/AC`ME"}, "character set"),
        ({"release": "004011"}, "004010"),
        ({"usage": "I"}, "usage"),
        ({"products": {"UP": "upc"}}, "products must name sku"),
        ({"products": {"SK": "sku", "UP": "quantity"}}, "QTY"),
        ({"products": {"SKU": "sku"}}, "SKU"),
        ({"products": {}}, "products"),
        ({"products": {"SK": "sku", "MF": "=A~B"}}, "delimiter"),
        ({"products": {"SK": "sku", "MF": "="}}, "1 to 48"),
        ({"quantity": "3"}, "quantity"),
        ({"unit": "EACH"}, "unit"),
        ({"delimiters": {"element": "~"}}, "four different"),
        ({"delimiters": {"element": "A"}}, "element"),
        ({"delimiters": {"element": "-"}}, "element"),
        ({"delimiters": {"component": "\n"}}, "component"),
        ({"lines_per_set": 10_001}, "lines_per_set"),
        ({"lines_per_set": 0}, "lines_per_set"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_cannot_be_written_cannot_be_configured(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Edi846.Writing(**{**PARTIES, **wrong})
