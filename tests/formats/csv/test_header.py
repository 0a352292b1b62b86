"""Finding the columns, and saying what to do when they are not there."""

from __future__ import annotations

from typing import Any

import pytest

from formats.csv import Csv
from formats.errors import Unreadable


def header_error(data: str | bytes, *names: str, **options: Any) -> str:
    data = data.encode() if isinstance(data, str) else data
    with pytest.raises(Unreadable) as caught:
        Csv().read(data, {name: name for name in names}, Csv.Reading(**options))
    return str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"\n", b" \t\r\n\r\r\n  ", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff\xfe\n\0"]
)
def test_nothing_but_blanks_is_an_empty_file(data: bytes) -> None:
    assert header_error(data, "ITEM") == "the file is empty"


def test_blanks_around_names_do_not_matter() -> None:
    table = Csv().read(b' ITEM ,"QTY\t"\nA,1\n', {"sku": "ITEM", "quantity": " QTY"}, Csv.Reading())
    assert table.texts.to_dict("list") == {"sku": ["A"], "quantity": ["1"]}
    assert table.columns == {"sku": "ITEM", "quantity": "QTY"}


def test_a_missing_column_is_named_with_the_nearest_and_all() -> None:
    assert header_error("Item,QTY_AVAIL,WH\n", "ITEM", "QTY", "WH") == (
        "line 1: the header has no column 'ITEM' (nearest: 'Item'), 'QTY' (nearest: 'QTY_AVAIL'); "
        "it has 'Item', 'QTY_AVAIL', 'WH'; correct the name in columns or in the file"
    )


def test_a_long_header_is_shortened() -> None:
    message = header_error(",".join(f"COLUMN{at}" for at in range(500)), "XYZ")
    assert "… (500 columns)" in message
    assert len(message) < 500


@pytest.mark.parametrize(("other", "setting"), [(";", '";"'), ("\t", '"tab"'), ("|", '"|"')])
def test_another_delimiter_is_recognised(other: str, setting: str) -> None:
    assert f"set delimiter = {setting}" in header_error(f"ITEM{other}QTY\nA{other}1\n", "ITEM", "QTY")


def test_a_comma_is_recognised_where_another_delimiter_is_set() -> None:
    assert 'set delimiter = ","' in header_error("ITEM,QTY\n", "ITEM", "QTY", delimiter=";")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_recognised(encoding: str) -> None:
    assert f'set encoding = "{encoding}"' in header_error("ITEM,QTY\nA,1\n".encode(encoding), "ITEM", "QTY")


@pytest.mark.parametrize(
    ("data", "what"), [(b"PK\x03\x04\x14\0", "an Excel workbook"), (b"\x1f\x8b\x08\0", "a gzip file")]
)
def test_a_file_that_is_no_text_is_recognised(data: bytes, what: str) -> None:
    assert f"it is {what}" in header_error(data, "ITEM")


def test_an_eight_bit_header_is_recognised() -> None:
    assert 'set encoding = "cp1252"' in header_error("Größe,QTY\n".encode("cp1252"), "Größe")


def test_a_utf8_header_is_recognised_where_another_encoding_is_set() -> None:
    assert 'set encoding = "utf-8"' in header_error("Größe,QTY\n", "Größe", encoding="cp1252")


def test_undecodable_names_that_nobody_asks_for_do_not_matter() -> None:
    table = Csv().read(b"ITEM,Gr\xf6\xdfe\nA,1\n", {"sku": "ITEM"}, Csv.Reading())
    assert list(table.texts["sku"]) == ["A"]


def test_a_wanted_column_that_occurs_twice_is_refused_with_its_positions() -> None:
    assert header_error("QTY,ITEM, QTY\n", "QTY") == (
        "line 1: the header has 'QTY' more than once, as columns 1 and 3; rename one"
    )


def test_the_place_of_the_header_is_its_line() -> None:
    assert header_error("\n\r\n\nITEM\n", "QTY").startswith("line 4: ")


def test_an_endless_first_line_is_no_header() -> None:
    assert (
        header_error(b"x," * 2_000_000, "ITEM")
        == "line 1: a header of 4000000 bytes is none; check the line ends"
    )


@pytest.mark.parametrize("data", ['ITEM,"QTY\nA,1\n', '"ITEM"x,QTY\n'])
def test_broken_quotes_in_the_header_are_unreadable(data: str) -> None:
    assert header_error(data, "ITEM").endswith("in the header; have the file written anew")
