"""What holds for every document: two readers agree, nothing else is raised, what was written is read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pandas as pd
import pytest
from examples import examples
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from formats.contract import INT64, TEXT, RawTable
from formats.errors import FormatError
from formats.xml import Xml
from formats.xml.paths import parse_path
from formats.xml.reading import read, read_document
from formats.xml.reading.careful import read_carefully
from formats.xml.reading.columnar import read_columns
from formats.xml.reading.found import Found
from formats.xml.reading.source import load
from formats.xml.reading.tags import IrregularError

PATHS = ["sku", "stock/qty", "@id", "stock/@unit", "note", "."]
PLAIN = [
    "A",
    "0",
    "é",
    "\U0001f600",
    " ",
    "\n",
    "\t",
    "\r\n",
    "\r",
    "&amp;",
    "&lt;",
    "&#38;lt;",
    "&amp;#38;",
    "'",
    '"',
    "]",
]
BLANK = ["&#10;", "&#x20;", "&#13;", "&#x9;", "&#0032;"]
ODD = [">", "<![CDATA[ <&#10;\n]]>", "<!-- <sku>x</sku> &#10; -->", "<?p <item>?>", "\ue000", "&#xE001;"]


def made_of(*pieces: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=4).map("".join)


plain_text = made_of(*PLAIN, *BLANK)
odd_text = made_of(*PLAIN, *BLANK, *ODD)
simple_text = made_of(*PLAIN, *ODD[:1], *ODD[3:])
characters = st.characters(codec="utf-8", exclude_categories=["Cs"]).filter(
    lambda character: character in "\t\n\r" or (character >= " " and character not in "\ufffe\uffff")
)
any_text = st.text(characters | st.sampled_from("<>&\"' \n\r\t]"), max_size=8)


def attribute(name: str, text: str, quote: str, gap: str = "") -> str:
    value = text.replace("<", "&lt;").replace(quote, "&quot;" if quote == '"' else "&apos;")
    return f" {name}{gap}={quote}{value}{quote}"


@st.composite
def element(
    draw: Any, name: str, inside: st.SearchStrategy[str], texts: st.SearchStrategy[str], *, odd: bool
) -> str:
    names = ["id", "unit", "x:id", "grid"] if odd else ["id", "unit", "grid"]
    chosen = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
    quotes = st.sampled_from("\"'" if odd else '"')
    gaps = st.sampled_from(["", " "] if odd else [""])
    attributes = "".join(attribute(key, draw(texts), draw(quotes), draw(gaps)) for key in chosen)
    prefix = draw(st.sampled_from(["", "x:"]))
    content = draw(inside)
    if not content and draw(st.booleans()):
        return f"<{prefix}{name}{attributes}/>"
    blank = draw(st.sampled_from(["", "\n", " "]))
    return f"<{prefix}{name}{attributes}{blank}>{content}</{prefix}{name}>"


@st.composite
def documents(draw: Any, *, odd: bool, texts: st.SearchStrategy[str]) -> bytes:
    gap = st.sampled_from(["", "\n  ", " ", "\r\n", *(["<!-- c -->"] if odd else [])])
    leaves = st.sampled_from(["sku", "note", "skus", *(["item"] if odd else [])])
    leaf = leaves.flatmap(lambda name: element(name, texts, texts, odd=odd))
    stock = element(
        "stock",
        st.lists(st.sampled_from(["qty", "q"]), max_size=2, unique=not odd).flatmap(
            lambda names: st.tuples(*(element(name, texts, texts, odd=odd) for name in names)).map("".join)
        ),
        texts,
        odd=odd,
    )
    parts = st.lists(leaf | stock, max_size=3, unique_by=None if odd else lambda part: part[:6]).map("".join)
    item = element("item", parts, texts, odd=odd)
    other = element("other", leaf, texts, odd=odd)
    records = "".join(draw(st.lists(item | other, max_size=6).flatmap(lambda many: _spaced(many, gap))))
    if odd and draw(st.booleans()):
        records = f"<group>{records}</group>{draw(item)}"
    head = draw(st.sampled_from(["", '<?xml version="1.0"?>\n<!-- <item/> -->', "\n"]))
    return f'{head}<root xmlns:x="urn:x" xmlns="urn:d">{records}</root>\n'.encode()


def _spaced(parts: list[str], gap: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(gap, min_size=len(parts), max_size=len(parts)).map(
        lambda gaps: [text for pair in zip(parts, gaps, strict=True) for text in pair]
    )


def tried(document: bytes, paths: list[str], piece: int, record: tuple[str, ...] = ("item",)) -> Found | None:
    try:
        return read_columns(document, record, [parse_path(path) for path in paths], piece=piece)
    except IrregularError:
        return None


def assert_same(quick: Found, careful: Found) -> None:
    assert [column.to_pylist() for column in quick.columns] == [
        column.to_pylist() for column in careful.columns
    ]
    assert quick.positions.tolist() == careful.positions.tolist()
    assert quick.absent == careful.absent
    assert not careful.refused
    assert not careful.nested


def assert_agreed(document: bytes, paths: list[str], piece: int, record: tuple[str, ...]) -> None:
    quick = tried(document, paths, piece, record)
    event("columnar" if quick else "careful")
    if quick:
        assert_same(quick, read_carefully(document, record, [parse_path(path) for path in paths]))


some_paths = st.lists(st.sampled_from(PATHS), min_size=1, max_size=3, unique=True)
pieces = st.sampled_from([100, 300, 1 << 20])
records = st.sampled_from([("item",), ("root", "item"), ("group", "item")])


@settings(examples(80), suppress_health_check=[HealthCheck.too_slow])
@given(documents(odd=False, texts=plain_text), some_paths, pieces, records)
@example(
    b'<root xmlns:x="urn:x"><item></item><other id=""><sku>A</sku></other>' + b" " * 40 + b"</root>",
    ["sku"],
    100,
    ("group", "item"),
)
@example(
    b"<root><item><note>" + b"A" * 30 + b"</note><item></item></item>" + b" " * 60 + b"</root>",
    ["sku"],
    100,
    ("item",),
)
def test_both_readers_agree_on_plain_documents(
    document: bytes, paths: list[str], piece: int, record: tuple[str, ...]
) -> None:
    assert_agreed(load(document), paths, piece, record)


@settings(examples(50), suppress_health_check=[HealthCheck.too_slow])
@given(documents(odd=True, texts=odd_text), some_paths, pieces, records)
def test_both_readers_agree_on_odd_documents(
    document: bytes, paths: list[str], piece: int, record: tuple[str, ...]
) -> None:
    assert_agreed(load(document), paths, piece, record)


@settings(examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(documents(odd=True, texts=simple_text), some_paths)
def test_values_are_those_of_another_parser(document: bytes, paths: list[str]) -> None:
    checked = load(document)
    found = read_carefully(checked, ("item",), [parse_path(path) for path in paths])
    expected = [by_element_tree(item, paths) for item in outermost(ET.fromstring(document))]
    rows = zip(*(column.to_pylist() for column in found.columns), strict=True)
    assert list(rows) == [row for row in expected if row is not None]
    assert len(found.refused) == sum(row is None for row in expected)


def outermost(element: ET.Element) -> list[ET.Element]:
    if short(element.tag) == "item":
        return [element]
    return [item for child in element for item in outermost(child)]


def short(name: str) -> str:
    return name.rpartition("}")[2]


def by_element_tree(item: ET.Element, paths: list[str]) -> tuple[str | None, ...] | None:
    row = []
    for text in paths:
        path = parse_path(text)
        places = [item]
        for step in path.steps:
            places = [child for place in places for child in place if short(child.tag) == step]
        if path.attribute is None:
            values = [None if len(place) else laid_out(place.text or "") for place in places]
        else:
            values = [
                v for place in places for name, v in place.attrib.items() if short(name) == path.attribute
            ]
        if len(values) > 1 or None in values:
            return None
        row.append(values[0] if values else None)
    return tuple(row)


def laid_out(text: str) -> str:
    return text.strip(" \t\r\n") if "\n" in text else text


@examples(40)
@given(
    st.binary(max_size=60),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"<?xml ", b"<a>"]),
)
def test_bytes_that_are_no_document_are_refused_and_nothing_else(data: bytes, head: bytes) -> None:
    assert isinstance(attempt(head + data), RawTable | FormatError)


@settings(examples(50), suppress_health_check=[HealthCheck.too_slow])
@given(
    documents(odd=True, texts=odd_text),
    st.integers(0, 2000),
    st.integers(0, 4),
    st.sampled_from([b"", b"<", b">", b"&", b'"', b"\0", b"<!DOCTYPE a>", b"\xc3", b"&#0;", b"<![CDATA["]),
)
@example(b"<root><item><sku>&#x110000;</sku></item></root>", 0, 0, b"")
@example(b"<root><item><sku><![CDATA[&#99999999999999999999;]]>&#10;</sku></item></root>", 0, 0, b"")
@example(b"<root><item><sku>&#" + b"0" * 5000 + b"65;</sku></item></root>", 0, 0, b"")
@example(b"<root><item><sku>&#" + b"0" * 5000 + b"10;</sku><!-- --></item></root>", 0, 0, b"")
def test_a_damaged_document_is_read_or_refused_and_nothing_else(
    document: bytes, at: int, removed: int, put: bytes
) -> None:
    at %= len(document)
    assert isinstance(attempt(document[:at] + put + document[at + removed :]), RawTable | FormatError)


def attempt(data: bytes) -> RawTable | FormatError:
    try:
        return read(data, {"sku": "sku"}, "item")
    except FormatError as error:
        return error


@settings(examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(documents(odd=True, texts=odd_text))
def test_every_record_is_a_row_or_a_reject(document: bytes) -> None:
    items = outermost(ET.fromstring(document))
    found = read_document(load(document), ("item",), [parse_path("sku")])
    assert len(found.columns[0]) + len(found.refused) == len(items)
    assert len(found.positions) == len(found.columns[0])


rows = st.lists(
    st.fixed_dictionaries(
        {
            "sku": any_text.filter(bool),
            "quantity": st.integers(-(2**63), 2**63 - 1),
            "title": st.none() | any_text,
            "upc": st.none() | any_text,
        }
    ),
    max_size=5,
)
shapes = st.sampled_from(
    [
        {"sku": "sku", "quantity": "quantity", "title": "title", "upc": "upc"},
        {"@sku": "sku", "stock/qty": "quantity", "stock/@upc": "upc", "title": "title", "title/@lang": "=en"},
        {".": "title", "@upc": "upc", "@g:id": "sku", "@quantity": "quantity", "@d": "=W&B \n<'\">"},
        {"g:id": "sku", "a/b/c": "quantity", "a/b/@d": "title", "a/e": "=X"},
        {"a/upc": "upc", "a/title": "title", "a/@site": "=X", "b/@sku": "sku", "b": "quantity"},
    ]
)


@examples(50)
@given(rows, shapes, st.sampled_from([None, "urn:x", "http://example.com/a?b=c#d"]), any_text)
def test_what_was_written_is_read(
    lines: list[dict[str, Any]], fields: dict[str, str], namespace: str | None, constant: str
) -> None:
    frame = to_frame(lines)
    xml = Xml()
    options = xml.Writing(
        fields=fields, namespace=namespace, attributes={"xmlns:g": "urn:g", "note": constant}
    )
    document = xml.write(frame, options, None)
    back = xml.read_back(document, options)
    wanted = frame[list(xml.fields(options))].astype(TEXT).fillna("")
    pd.testing.assert_frame_equal(back, wanted)
    assert document.count(b"\n") == 3 + len(lines)


def to_frame(lines: list[dict[str, Any]]) -> pd.DataFrame:
    dtypes = {"sku": TEXT, "quantity": INT64, "title": TEXT, "upc": TEXT}
    return pd.DataFrame(
        {name: pd.Series([line[name] for line in lines], dtype=dtype) for name, dtype in dtypes.items()}
    )


@pytest.mark.parametrize("piece", [200, 500, 1 << 20])
def test_records_that_differ_in_what_they_hold_are_read_the_quick_way(piece: int) -> None:
    shapes = [
        "<item id='1'><sku>A{}</sku></item>".replace("'", '"'),
        "<item><stock unit='EA'><qty>{}</qty></stock><sku>B</sku></item>".replace("'", '"'),
        "<item/>",
    ]
    body = "\n".join(shapes[number % 3].format(number) for number in range(50))
    document = f"<r><head><sku>no</sku></head>{body}<foot/></r>".encode()
    quick = tried(document, PATHS[:4], piece)
    assert quick is not None
    assert_same(quick, read_carefully(document, ("item",), [parse_path(path) for path in PATHS[:4]]))
    assert len(quick.positions) == 50
    assert np.all(np.diff(quick.positions) > 0)
