from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from formats.contract import INT64, TEXT, Envelope
from formats.errors import Unreadable, Unwritable
from formats.registry import get
from formats.xml import Xml

ENVELOPE = Envelope(number=1, written_at=datetime(2026, 11, 2, 9, tzinfo=UTC), complete=True)
RICH = {
    "namespace": "http://example.com/inventory",
    "attributes": {"version": '1 & "2"', "xmlns:g": "urn:g"},
    "record": "record",
    "fields": {
        "@id": "sku",
        "stock/qty": "quantity",
        "stock/@unit": "=EA",
        "title": "title",
        "title/@lang": "=en",
        "g:site": "=W&B",
        "upc/@code": "upc",
    },
}


def lines(*rows: tuple[Any, ...]) -> pd.DataFrame:
    columns = {"sku": TEXT, "quantity": INT64, "title": TEXT, "upc": TEXT}
    padded = [(*row, None, None)[:4] for row in rows]
    return pd.DataFrame(
        {
            name: pd.Series([row[at] for row in padded], dtype=dtype)
            for at, (name, dtype) in enumerate(columns.items())
        }
    )


def write(frame: pd.DataFrame, **options: Any) -> bytes:
    return Xml().write(frame, Xml.Writing(**options), ENVELOPE)


def test_the_registry_knows_it() -> None:
    assert get("xml").name == "xml"


def test_the_plain_document_is_this() -> None:
    assert write(lines(("A-1", 12), ("B", 0))) == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b"<inventory>\n"
        b"  <item><sku>A-1</sku><quantity>12</quantity></item>\n"
        b"  <item><sku>B</sku><quantity>0</quantity></item>\n"
        b"</inventory>\n"
    )


def test_the_rich_document_is_this() -> None:
    document = write(
        lines(("A<1>", 12, 'a "b" & \r\n\tü', "4"), ("B\t\n\"'", -3, None, None), ("C", 0, "")), **RICH
    )
    assert document.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<inventory xmlns="http://example.com/inventory" version="1 &amp; &quot;2&quot;" xmlns:g="urn:g">\n'
        '  <record id="A&lt;1&gt;"><stock unit="EA"><qty>12</qty></stock>'
        '<title lang="en">a "b" &amp; &#13;&#10;\tü</title><g:site>W&amp;B</g:site><upc code="4"></upc></record>\n'
        '  <record id="B&#9;&#10;&quot;\'"><stock unit="EA"><qty>-3</qty></stock><g:site>W&amp;B</g:site></record>\n'
        '  <record id="C"><stock unit="EA"><qty>0</qty></stock><title lang="en"></title><g:site>W&amp;B</g:site></record>\n'
        "</inventory>\n"
    )


def test_a_document_may_have_no_record() -> None:
    document = write(lines())
    assert document == b'<?xml version="1.0" encoding="UTF-8"?>\n<inventory>\n</inventory>\n'
    assert Xml().read_back(document, Xml.Writing()).shape == (0, 2)


def test_many_stretches_make_one_document() -> None:
    frame = lines(*((f"S{number}", number, "x" if number % 3 else None) for number in range(200_001)))
    options = Xml.Writing(fields={"sku": "sku", "title": "title", "quantity": "quantity"})
    back = Xml().read_back(Xml().write(frame, options, ENVELOPE), options)
    pd.testing.assert_frame_equal(back, frame[["sku", "title", "quantity"]].astype(TEXT).fillna(""))


@pytest.mark.parametrize("sku", ["", None])
def test_an_empty_sku_is_not_written(sku: str | None) -> None:
    with pytest.raises(Unwritable, match="an empty SKU"):
        write(lines(("A", 1), (sku, 2)))


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_a_character_that_xml_lacks_is_not_written(character: str) -> None:
    frame = lines(("A", 1, "fine \uffee"), ("B", 2, f"bad{character}"))
    with pytest.raises(
        Unwritable, match="SKU 'B', field title: a character that XML cannot carry"
    ) as refused:
        write(frame, fields={"sku": "sku", "title": "title"})
    assert refused.value.value == f"bad{character}"


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(Unwritable, match="field colour: there is no such field; there are sku, quantity"):
        write(lines(("A", 1)), fields={"sku": "sku", "colour": "colour"})


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("inventory", "inventario", "the root's name"),
        ("example.com", "example.org", "the root's name"),
        ("urn:g", "urn:h", "the root's namespaces"),
        ("1 &amp; ", "2 &amp; ", "the root's attributes"),
        ("W&amp;B", "WEB", "g:site: 'WEB', not 'W&B'"),
        ('lang="en"', 'lang="de"', "title/@lang: 'de', not 'en'"),
        ("<g:site>W&amp;B</g:site>", "", "g:site: missing"),
        ("<qty>1</qty>", "<qty>1</qty><qty>1</qty>", "occurs 2 times"),
    ],
)
def test_a_document_that_says_something_else_is_noticed(was: str, becomes: str, said: str) -> None:
    document = write(lines(("A", 1, "t")), **RICH).decode()
    assert was in document
    with pytest.raises(Unreadable, match=said):
        Xml().read_back(document.replace(was, becomes).encode(), Xml.Writing(**RICH))


def test_a_field_in_two_places_must_agree() -> None:
    options = Xml.Writing(fields={"@id": "sku", "sku": "sku"})
    document = Xml().write(lines(("A", 1)), options, ENVELOPE)
    assert Xml().read_back(document, options)["sku"].tolist() == ["A"]
    with pytest.raises(Unreadable, match="another place of sku"):
        Xml().read_back(document.replace(b'id="A"', b'id="B"'), options)
