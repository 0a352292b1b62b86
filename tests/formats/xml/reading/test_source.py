from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from formats.errors import Unreadable
from formats.xml.reading.source import line_numbers, load

DOCUMENT = '<?xml version="1.0" encoding="{}"?><r><item><sku>Größe</sku></item></r>'


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("ISO-8859-1", "iso-8859-1"),
        ("windows-1252", "cp1252"),
    ],
)
def test_every_encoding_becomes_utf_8(declared: str, codec: str) -> None:
    text = DOCUMENT.format(declared)
    assert load(text.encode(codec)) == text.encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (gzip.compress(b"<r/>", mtime=0), "this is a gzip file, not XML; unpack it first"),
        (b"PK\x03\x04...", "this is a zip file, not XML; unpack it first"),
        (b'<?xml version="1.0" encoding="EBCDIC-US"?><r/>', "the encoding 'EBCDIC-US' is not read"),
        (b"\xff\xfe<\0r", "byte 4 is not UTF-16-LE: truncated data"),
        (b"\xff\xfe\x00\xd8", "byte 2 is not UTF-16-LE"),
        (b"<r>\n <a>\n</r>", "line 3, column 3: not well-formed XML: mismatched tag; found 'r>'"),
        (b"<r>\n  <item>", "line 2, column 9: the file ends too early .*have it sent again"),
        (b"<r><item", "ends too early"),
        (b"<r><![CDATA[x", "ends too early"),
        (b"<r>\n\xe9</r>", "line 2, column 1: not well-formed XML: a byte that is not UTF-8"),
        (b"<r>&nbsp;</r>", "undefined entity; found '&nbsp;"),
        (b"<r><x:a/></r>", "unbound prefix"),
        (b"<r>\x01</r>", "not well-formed"),
        (b"<r/><r/>", "junk after document element"),
        (b"ITEM,QTY\nA,1\n", "line 1, column 1: not well-formed XML: syntax error; found 'ITEM,QTY"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        load(data)


LAUGHS = """<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>"""


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE r>",
        LAUGHS,
        "<!DOCTYPE r SYSTEM 'file://{secret}'>",
        "<!DOCTYPE r [<!ENTITY c SYSTEM 'file://{secret}'>]>",
        "<!DOCTYPE r [<!ENTITY % p SYSTEM 'file://{secret}'> %p;]>",
        "<!-- " + "x" * 100_000 + " -->\n<!DOCTYPE r PUBLIC 'p' 'http://127.0.0.1:9/dtd'>",
    ],
)
def test_any_doctype_is_refused_and_nothing_is_loaded(doctype: str, codec: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.dtd"
    secret.write_text("<!ENTITY c 'stolen'>")
    document = doctype.replace("{secret}", str(secret)) + "<r><item>&c;</item></r>"
    with pytest.raises(Unreadable, match=r"line [12], column .*a DOCTYPE is not accepted") as refused:
        load(document.encode(codec))
    assert "stolen" not in str(refused.value)


def test_lines_end_in_lf_cr_or_both() -> None:
    document = b"a\nb\r\nc\rd\r\r\ne\r"
    positions = np.array([document.index(letter) for letter in b"abcde"], np.int64)
    assert line_numbers(document, positions).tolist() == [1, 2, 3, 4, 6]


def test_lines_are_counted_across_pieces_and_beyond_65535() -> None:
    document = b"x" * ((1 << 20) - 1) + b"\r\n" + b"\n" * 70_000 + b"<"
    assert line_numbers(document, np.array([len(document) - 1])).tolist() == [70_002]
