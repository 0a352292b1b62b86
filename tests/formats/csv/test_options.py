"""What a feed and a cart may set, and how a wrong setting is answered."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from formats import registry
from formats.csv import Csv


def test_the_registry_knows_csv() -> None:
    assert isinstance(registry.get("csv"), Csv)
    assert not Csv.complete


@pytest.mark.parametrize("delimiter", ["", ",,", "a", "7", '"', "\n", "\r", "\0", "§", "tabs"])
def test_a_delimiter_that_cannot_be_meant_is_refused(delimiter: str) -> None:
    for model in (Csv.Reading, Csv.Writing):
        with pytest.raises(ValidationError, match='one character such as ","'):
            model(delimiter=delimiter)


@pytest.mark.parametrize(
    "encoding", ["utf8000", "", "base64", "rot13", "idna", "punycode", "unicode_escape", "undefined", "a\0"]
)
def test_an_encoding_that_is_none_is_refused(encoding: str) -> None:
    with pytest.raises(ValidationError, match="is no character set"):
        Csv.Reading(encoding=encoding)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"columns": {}}, "at least one column must name a field"),
        ({"columns": {"Site": "=WEB"}}, "at least one column must name a field"),
        ({"columns": {" ": "sku"}}, "both a header and a field need a name"),
        ({"columns": {"A": "sku", "B": ""}}, "both a header and a field need a name"),
        ({"columns": {"Größe": "sku"}, "encoding": "ascii"}, "'Größe' cannot be written in ascii"),
        ({"columns": {"A": "sku", "B": "=€"}, "encoding": "latin-1"}, "'€' cannot be written in latin-1"),
        ({"columns": {"A": "sku", "B": "=\0"}}, "NUL character"),
        ({"encoding": "cp1252", "bom": True}, "cp1252 has no byte order mark"),
        ({"quote": "none"}, "'minimal' or 'all'"),
        ({"newline": "\r"}, "Input should be"),
        ({"quotes": "all"}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_written_is_refused_beforehand(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Csv.Writing(**settings)


def test_fields_come_in_order_once_and_without_constants() -> None:
    csv = Csv()
    assert csv.fields(csv.Writing()) == ("sku", "quantity")
    options = csv.Writing(
        columns={"Qty": "quantity", "Site": "=WEB", "SKU": "sku", "Code": "sku", "UPC": "upc"}
    )
    assert csv.fields(options) == ("quantity", "sku", "upc")
