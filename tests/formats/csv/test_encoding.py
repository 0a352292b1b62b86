"""Character sets and byte order marks."""

from __future__ import annotations

import codecs

import pytest

from formats.csv import Csv
from formats.errors import Unreadable

TEXT = "ITEM,QTY\nGrün-€😀,1\nB,2\n"
FIELDS = {"sku": "ITEM", "quantity": "QTY"}


def skus(data: bytes, encoding: str = "utf-8", delimiter: str = ",") -> list[str]:
    return list(Csv().read(data, FIELDS, Csv.Reading(encoding=encoding, delimiter=delimiter)).cells["sku"])


@pytest.mark.parametrize("configured", ["utf-8", "latin-1", "utf-16", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_wins(mark: bytes, encoding: str, configured: str) -> None:
    assert skus(mark + TEXT.encode(encoding), configured) == ["Grün-€😀", "B"]


@pytest.mark.parametrize(
    "encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "cp037", "shift_jis"]
)
def test_an_encoding_is_decoded_by_option(encoding: str) -> None:
    sku = "在庫" if encoding == "shift_jis" else "Gr\xfcn"
    assert skus(f"ITEM,QTY\n{sku},1\n".encode(encoding), encoding) == [sku]


def test_a_second_mark_before_the_header_does_not_matter() -> None:
    assert skus(codecs.BOM_UTF8 * 2 + TEXT.encode()) == ["Grün-€😀", "B"]


def test_a_mark_at_the_start_of_a_value_stays() -> None:
    assert skus("ITEM,QTY\n\ufeffA,1\n".encode()) == ["\ufeffA"]
    assert skus("ITEM,QTY\n\ufeffA,1\n\nB,2\n".encode()) == ["\ufeffA", "B"]


def test_bytes_that_the_encoding_lacks_reject_their_row() -> None:
    table = Csv().read(b"ITEM,QTY\nA\x81,1\nB\x80,2\n", FIELDS, Csv.Reading(encoding="cp1252"))
    assert list(table.texts["sku"]) == ["B€"]
    assert list(table.rejects["value"]) == ["A\\x81"]
    assert list(table.rejects["reason"]) == [
        'not valid CP1252; if the file is latin-1, set encoding = "latin-1"'
    ]


def test_bad_bytes_after_a_mark_are_not_answered_with_a_setting() -> None:
    table = Csv().read(codecs.BOM_UTF8 + b"ITEM,QTY\nA\xff,1\n", FIELDS, Csv.Reading())
    assert list(table.rejects["reason"]) == [
        "not valid UTF-8, which the file's byte order mark promises; have it written in one encoding"
    ]


def test_half_a_character_of_utf16_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="the file is not in utf-16-le"):
        skus(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le") + b"x")


@pytest.mark.parametrize(
    ("delimiter", "character"),
    [
        ("tab", "\t"),
        ("\\t", "\t"),
        ("\t", "\t"),
        (";", ";"),
        ("|", "|"),
        ("^", "^"),
        ("\\", "\\"),
        (" ", " "),
        (".", "."),
    ],
)
def test_any_delimiter_of_one_character_is_read(delimiter: str, character: str) -> None:
    text = f'ITEM{character}QTY\nA{character}1\n\n"B{character}"{character}2\n'
    assert skus(text.encode(), delimiter=delimiter) == ["A", f"B{character}"]
