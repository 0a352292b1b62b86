"""What is really sent: each odd file ends in rows that are used, rejects with their place, or a quarantined file.

Never a traceback, never a loss: every row of a readable file is in one bucket, every file is in the archive.
"""

from __future__ import annotations

from typing import Any

import pytest

HEAD = "SKU,QTY,AS_OF\n"
SOUND = "A-1,12,2026-11-20T09:00:00Z\n"


def take(workshop: Any, data: bytes) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """Runs the file beside a sound earlier one: its record, its rejects, and what stderr said."""
    workshop.put("wms/INV_0.csv", HEAD + "A-1,5,2026-11-20T08:00:00Z\nKEPT,1,2026-11-20T08:00:00Z\n")
    workshop.run(now="2026-11-20T08:30:00Z")
    workshop.put("wms/INV_1.csv", data)
    done = workshop.ferry("run", "--json", "--now", "2026-11-20T12:00:00Z")
    assert "Traceback" not in done.err
    (file,) = done.json["files"]
    buckets = ("applied", "older", "duplicate", "ignored", "rejected")
    assert file["rows"] == sum(file[bucket] for bucket in buckets)
    assert done.code == (0 if file["status"] == "applied" else 1)
    rejects = workshop.ferry("rejects", "--json", "--file", "2").json
    assert len(rejects) == file["rejected"]
    return file, rejects, done.err


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        pytest.param(b"", "quarantined", "empty", id="an empty file"),
        pytest.param(HEAD.encode(), "held", "no rows", id="a header only"),
        pytest.param(
            b"SKU,QTTY,AS_OF\nA-1,1,2026-11-20T09:00:00Z\n", "quarantined", "QTTY", id="a missing column"
        ),
        pytest.param(
            (HEAD + SOUND).replace(",", ";").encode(), "quarantined", "delimiter", id="another delimiter"
        ),
        pytest.param(
            b"SKU,QTY,QTY,AS_OF\nA-1,1,2,2026-11-20T09:00:00Z\n",
            "quarantined",
            "more than once",
            id="a doubled header",
        ),
        pytest.param((HEAD + SOUND).encode("utf-16-le"), "quarantined", "UTF-16", id="UTF-16 without a mark"),
        pytest.param(
            b"SKU,QTY,AS_OF\nA-1,x,y\nB-2,,\n", "quarantined", "none of its 2 rows", id="no row of use"
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_put_aside_with_the_reason(
    workshop: Any, data: bytes, status: str, said: str
) -> None:
    file, _, err = take(workshop, data)
    assert file["status"] == status
    assert said in file["reason"]
    assert "INV_1.csv" in err
    explained = workshop.ferry("explain", "acme", "A-1", "--json").json
    assert explained["available"] == 5


@pytest.mark.parametrize(
    ("row", "place"),
    [
        pytest.param("B-2,,2026-11-20T09:00:00Z", (3, "QTY", ""), id="a blank quantity"),
        pytest.param("B-2,12.5,2026-11-20T09:00:00Z", (3, "QTY", "12.5"), id="a fraction"),
        pytest.param("B-2,n/a,2026-11-20T09:00:00Z", (3, "QTY", "n/a"), id="no number"),
        pytest.param("B-2,1e3,2026-11-20T09:00:00Z", (3, "QTY", "1e3"), id="an exponent"),
        pytest.param("B-2,-,2026-11-20T09:00:00Z", (3, "QTY", "-"), id="a dash"),
        pytest.param(
            "B-2,9223372036854775808,2026-11-20T09:00:00Z", (3, "QTY", "9223372036854775808"), id="2^63"
        ),
        pytest.param("B-2,1,31/02/2026", (3, "AS_OF", "31/02/2026"), id="no such day"),
        pytest.param("B-2,1", (3, "", "B-2,1"), id="a row that is short"),
        pytest.param(
            "B-2,1,2026-11-20T09:00:00Z,9", (3, "", "B-2,1,2026-11-20T09:00:00Z,9"), id="a row that is long"
        ),
        pytest.param(
            '"B-2,1,2026-11-20T09:00:00Z', (3, "", '"B-2,1,2026-11-20T09:00:00Z'), id="an open quote"
        ),
        pytest.param(",1,2026-11-20T09:00:00Z", (3, "SKU", ""), id="no SKU"),
        pytest.param("B\x00,1,2026-11-20T09:00:00Z", (3, "SKU", "B\x00"), id="a NUL"),
    ],
)
def test_a_row_that_cannot_be_used_is_a_reject_with_its_place_and_the_rest_goes_on(
    workshop: Any, row: str, place: tuple[int, str, str]
) -> None:
    file, rejects, _ = take(workshop, (HEAD + SOUND + row + "\nC-3,7,2026-11-20T09:00:00Z\n").encode())
    assert (file["status"], file["rows"], file["applied"], file["rejected"]) == ("applied", 3, 2, 1)
    (reject,) = rejects
    line, column, value = place
    assert (reject["line"], reject["value"]) == (line, value)
    assert not column or reject["column"] == column
    assert reject["reason"]
    assert "A-1,12\n" in workshop.last("front")
    assert "C-3,7\n" in workshop.last("front")


def test_a_byte_that_is_not_utf_8_costs_its_row_only(workshop: Any) -> None:
    file, rejects, _ = take(workshop, (HEAD + SOUND).encode() + b"caf\xe9,1,2026-11-20T09:00:00Z\n")
    assert (file["applied"], file["rejected"]) == (1, 1)
    assert rejects[0]["line"] == 3
    assert "xe9" in rejects[0]["value"]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param((HEAD + SOUND).encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param((HEAD + SOUND).encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param((HEAD + SOUND).replace("\n", "\r\n").encode(), id="CR LF"),
        pytest.param((HEAD + "\n\n" + SOUND + "\n").encode(), id="blank lines"),
        pytest.param(b'"SKU","QTY","AS_OF"\n"A-1","12","2026-11-20T09:00:00Z"\n', id="quoted"),
    ],
)
def test_what_is_merely_unusual_is_read(workshop: Any, data: bytes) -> None:
    file, _, _ = take(workshop, data)
    assert (file["status"], file["applied"]) == ("applied", 1)
    assert "A-1,12\n" in workshop.last("front")


def test_skus_are_text_whatever_they_look_like(workshop: Any) -> None:
    names = ["NA", "null", "00123", "123", "1E+11", "true", "-", "a b"]
    rows = "".join(f"{name},{number},2026-11-20T09:00:00Z\n" for number, name in enumerate(names))
    file, _, _ = take(workshop, (HEAD + rows).encode())
    assert file["applied"] == len(names)
    for number, name in enumerate(names):
        assert f"{name},{number}\n" in workshop.last("front")


def test_a_sku_that_was_rejected_is_not_zeroed_by_a_full_file(workshop: Any) -> None:
    take(workshop, (HEAD + SOUND + "KEPT,oops,2026-11-20T09:00:00Z\n").encode())
    assert workshop.ferry("explain", "acme", "KEPT", "--json").json["available"] == 1


XML_FEED = """
[account]
name = "Test"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
[[merchants.acme.inventory]]
remote = "wms"
files = "*"
ready = "rename"
{feed}
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "front_{{number:04}}.csv"
format = "csv"
"""

XML = 'format = "xml"\nrecord = "item"\nas_of = "modified"\ncolumns = { sku = "sku", quantity = "qty" }'
EDI = 'format = "edi846"\n'


@pytest.mark.parametrize(
    ("feed", "data", "said"),
    [
        pytest.param(XML, b"<stock><item><sku>A</sku><qty>1</qty></item>", "line 1", id="XML that is cut"),
        pytest.param(XML, b"<stock><item><sku>A</qty></item></stock>", "line 1", id="XML with crossed tags"),
        pytest.param(
            XML,
            b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><stock><item><sku>&x;</sku></item></stock>',
            "DOCTYPE",
            id="XML with an entity",
        ),
        pytest.param(EDI, b"ISA*00*          *00*          *ZZ*A", "", id="an 846 that is cut"),
        pytest.param(EDI, b"hello", "ISA", id="no 846 at all"),
    ],
)
def test_a_damaged_document_is_quarantined_with_its_place(
    bare: Any, feed: str, data: bytes, said: str
) -> None:
    shop = bare(XML_FEED.format(feed=feed))
    shop.put("wms/stock", data)
    done = shop.ferry("run", "--json", "--now", "2026-11-20T12:00:00Z")
    (file,) = done.json["files"]
    assert (done.code, file["status"]) == (1, "quarantined")
    assert said in file["reason"]
    assert file["reason"] in done.err
    assert "Traceback" not in done.err
