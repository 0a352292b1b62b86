from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from formats.xml import Xml


@pytest.mark.parametrize("record", ["item", "inventory/item", "g:item"])
def test_a_record_is_a_name_or_a_path(record: str) -> None:
    assert Xml.Reading(record=record).record == record


@pytest.mark.parametrize("record", ["", ".", "@id", "../item", "a//b", "1st", "a b", "/item"])
def test_what_names_no_element_is_no_record(record: str) -> None:
    with pytest.raises(ValidationError, match="allowed"):
        Xml.Reading(record=record)


def test_a_record_is_required() -> None:
    with pytest.raises(ValidationError, match="record"):
        Xml.Reading()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"root": "1st"}, "not a name that XML allows"),
        ({"record": "a b"}, "not a name that XML allows"),
        ({"record": "a><b"}, "not a name that XML allows"),
        ({"attributes": {"a=": "x"}}, "not a name that XML allows"),
        ({"attributes": {"a": "\x00"}}, "cannot carry"),
        ({"fields": {"sku": "sku", "site": "=\x01"}}, "cannot carry"),
        ({"fields": {}}, "no path is given a field"),
        ({"fields": {"sku": "=A"}}, "no path is given a field"),
        ({"fields": {"a b": "sku"}}, "is not a path"),
        ({"fields": {"../@id": "sku"}}, "outside the record"),
        ({"fields": {"a": "sku", "a/b": "quantity"}}, "cannot hold both"),
        ({"fields": {".": "sku", "b": "quantity"}}, "cannot hold both"),
        ({"fields": {"g:sku": "sku"}}, "prefix is not declared"),
        (
            {"fields": {"g:a": "sku", "a": "quantity"}, "attributes": {"xmlns:g": "urn:g"}},
            "only by their prefix",
        ),
        (
            {"fields": {"g:a/b": "sku", "a/c": "quantity"}, "attributes": {"xmlns:g": "urn:g"}},
            "otherwise than",
        ),
        ({"fields": {"@xmlns:g": "sku"}}, "declaration"),
        ({"attributes": {"xmlns": "urn:x"}}, "as namespace"),
        ({"attributes": {"xmlns:g": ""}}, "needs a URI"),
        ({"namespace": ""}, "is not a URI"),
        ({"namespace": "not a uri"}, "is not a URI"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_options_that_cannot_be_written_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Xml.Writing(**options)


def test_fields_are_listed_once_without_constants() -> None:
    options = Xml.Writing(fields={"@sku": "sku", "site": "=WEB", "id": "sku", "stock/qty": "quantity"})
    assert Xml().fields(options) == ("sku", "quantity")
