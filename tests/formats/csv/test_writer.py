"""Cart documents byte for byte, what cannot be written, and what is noticed when they are read back."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from formats.contract import INT64, TEXT, Envelope
from formats.csv import Csv, writer
from formats.errors import Unreadable, Unwritable

ENVELOPE = Envelope(number=1, written_at=datetime(2026, 1, 2, tzinfo=UTC), complete=True)
ALL = {"SKU": "sku", "Qty": "quantity", "Site": "=W,1", "Title": "title"}


def lines(*rows: tuple[str | None, int | None, str | None]) -> pd.DataFrame:
    sku, quantity, title = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame(
        {
            "sku": pd.array(sku, dtype=TEXT),
            "quantity": pd.array(quantity, dtype=INT64),
            "title": pd.array(title, dtype=TEXT),
        }
    )


def write(frame: pd.DataFrame, **options: Any) -> bytes:
    return Csv().write(frame, Csv.Writing(**options), ENVELOPE)


SAMPLE = lines(("A-1", 12, None), ('5" pipe', 0, "x,y"), (" c ", -3, "1\n2"), ("NA", 10**15, "ü€"))


@pytest.mark.parametrize(
    ("options", "document"),
    [
        ({}, 'sku,quantity\nA-1,12\n"5"" pipe",0\n c ,-3\nNA,1000000000000000\n'),
        ({"header": False}, 'A-1,12\n"5"" pipe",0\n c ,-3\nNA,1000000000000000\n'),
        (
            {"columns": ALL},
            (
                'SKU,Qty,Site,Title\nA-1,12,"W,1",\n"5"" pipe",0,"W,1","x,y"\n c ,-3,"W,1","1\n2"\n'
                'NA,1000000000000000,"W,1",ü€\n'
            ),
        ),
        (
            {"columns": ALL, "delimiter": ";", "newline": "\r\n"},
            (
                'SKU;Qty;Site;Title\r\nA-1;12;W,1;\r\n"5"" pipe";0;W,1;x,y\r\n c ;-3;W,1;"1\n2"\r\n'
                "NA;1000000000000000;W,1;ü€\r\n"
            ),
        ),
        (
            {"columns": {"T": "title", "S": "sku"}, "quote": "all", "delimiter": "tab"},
            '"T"\t"S"\n""\t"A-1"\n"x,y"\t"5"" pipe"\n"1\n2"\t" c "\n"ü€"\t"NA"\n',
        ),
        (
            {"columns": {"a,b": "sku", 'c"': "sku"}},
            '"a,b","c"""\nA-1,A-1\n"5"" pipe","5"" pipe"\n c , c \nNA,NA\n',
        ),
        ({"columns": {"T": "title"}}, 'T\n""\n"x,y"\n"1\n2"\nü€\n'),
    ],
)
def test_a_document_is_written_byte_for_byte(options: dict[str, Any], document: str) -> None:
    assert write(SAMPLE, **options).decode() == document


@pytest.mark.parametrize(
    ("encoding", "bom", "document"),
    [
        ("utf-8", True, codecs.BOM_UTF8 + "sku\nü\n".encode()),
        ("utf-8-sig", False, codecs.BOM_UTF8 + "sku\nü\n".encode()),
        ("utf-8-sig", True, codecs.BOM_UTF8 + "sku\nü\n".encode()),
        ("cp1252", False, b"sku\n\xfc\n"),
        ("utf-16-le", False, "sku\nü\n".encode("utf-16-le")),
        ("utf-16-be", True, codecs.BOM_UTF16_BE + "sku\nü\n".encode("utf-16-be")),
        ("utf-16", False, "sku\nü\n".encode("utf-16")),
        ("utf-16", True, "sku\nü\n".encode("utf-16")),
    ],
)
def test_a_document_is_written_in_the_encoding_asked_for(encoding: str, bom: bool, document: bytes) -> None:
    assert write(lines(("ü", 1, None)), columns={"sku": "sku"}, encoding=encoding, bom=bom) == document


@pytest.mark.parametrize(
    ("sku", "encoding"),
    [("\ufeffA", "utf-8"), ("ÿþA", "latin-1"), ("ï»¿A", "cp1252"), ("\ufeff", "utf-16-le")],
)
@pytest.mark.parametrize("bom", [True, False])
def test_a_first_value_that_would_pass_for_a_byte_order_mark_is_quoted(
    sku: str, encoding: str, bom: bool
) -> None:
    options = Csv.Writing(header=False, encoding=encoding, bom=bom and encoding.startswith("utf"))
    document = Csv().write(lines((sku, 1, None), ("B", 2, None)), options, ENVELOPE)
    assert list(Csv().read_back(document, options)["sku"]) == [sku, "B"]
    assert document.count('"'.encode(encoding)) >= 2


@pytest.mark.parametrize(("header", "document"), [(True, b"sku,quantity\n"), (False, b"")])
def test_no_lines_give_the_header_alone(header: bool, document: bytes) -> None:
    options = Csv.Writing(header=header)
    assert Csv().write(lines(), options, ENVELOPE) == document
    back = Csv().read_back(document, options)
    assert (list(back.columns), len(back), list(back.dtypes)) == (["sku", "quantity"], 0, [TEXT, TEXT])


def test_pieces_join_without_a_seam() -> None:
    count = 2 * writer.ROWS_AT_ONCE + 1
    document = write(lines(*((f"S{at}", at, None) for at in range(count))))
    assert document == b"sku,quantity\n" + b"".join(b"S%d,%d\n" % (at, at) for at in range(count))


@pytest.mark.parametrize(
    ("row", "options", "message"),
    [
        (("", 1, None), {}, "SKU '', field sku: a line without sku cannot be written (value '')"),
        ((None, 1, None), {}, "SKU '', field sku: a line without sku cannot be written (value '')"),
        (
            ("B", None, None),
            {},
            "SKU 'B', field quantity: a line without quantity cannot be written (value '')",
        ),
        (
            ("B", 1, "x\0"),
            {"columns": ALL},
            "SKU 'B', field title: a NUL character cannot be written as CSV (value 'x\\x00')",
        ),
        (
            ("B", 1, "5 €"),
            {"columns": ALL, "encoding": "latin-1"},
            (
                "SKU 'B', field title: latin-1 has no character '€'; set another encoding or correct the value"
                " (value '5 €')"
            ),
        ),
        (
            ("B", 1, None),
            {"columns": {"U": "upc"}},
            "SKU '', field upc: there is no such field; columns may name sku, quantity, title (value '')",
        ),
    ],
)
@pytest.mark.parametrize("rows_at_once", [1, 2, writer.ROWS_AT_ONCE])
def test_what_csv_cannot_carry_is_unwritable(
    *,
    row: tuple[str | None, int | None, str | None],
    options: dict[str, Any],
    message: str,
    rows_at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "ROWS_AT_ONCE", rows_at_once)
    with pytest.raises(Unwritable) as caught:
        write(lines(("A", 1, None), ("C", 2, None), row), **options)
    assert str(caught.value) == message


@pytest.mark.parametrize("header", [True, False])
def test_a_document_reads_back_as_text(header: bool) -> None:
    options = Csv.Writing(columns={**ALL, "Code": "sku"}, header=header, newline="\r\n", encoding="utf-16")
    back = Csv().read_back(Csv().write(SAMPLE, options, ENVELOPE), options)
    assert list(back.dtypes) == [TEXT, TEXT, TEXT]
    assert back.to_dict("list") == {
        "sku": ["A-1", '5" pipe', " c ", "NA"],
        "quantity": ["12", "0", "-3", "1000000000000000"],
        "title": ["", "x,y", "1\n2", "ü€"],
    }


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "the file is empty"),
        (
            b"SKU,Qty,Code\nA,WEB,A\n",
            "line 1: the header is ('SKU', 'Qty', 'Code'), not ('SKU', 'Site', 'Code')",
        ),
        (b"SKU,Site,Code\nA,WEB,A\nB,web,B\n", "line 3: column 'Site' has 'web', not 'WEB'"),
        (b"SKU,Site,Code\nA,WEB,A\n\nB,WEB,C\n", "line 4: column 'Code' has 'C', not 'B'"),
        (b"SKU,Site,Code\nA,WEB\n", "line 2: 2 fields, the header has 3 (value 'A,WEB')"),
        (b'SKU,Site,Code\nA,WEB,"A\n', "line 2: a quoted value is opened and not closed (value 'A,WEB,\"A')"),
    ],
)
def test_a_document_that_is_not_ours_is_unreadable(document: bytes, message: str) -> None:
    options = Csv.Writing(columns={"SKU": "sku", "Site": "=WEB", "Code": "sku"})
    with pytest.raises(Unreadable) as caught:
        Csv().read_back(document, options)
    assert str(caught.value) == message
