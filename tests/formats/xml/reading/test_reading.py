from __future__ import annotations

import pytest

from formats.contract import REJECTS, TEXT, RawTable
from formats.errors import Unreadable
from formats.xml.reading import read

STOCK = {"sku": "sku", "quantity": "stock/qty", "unit": "stock/@unit"}


def rows(table: RawTable) -> list[tuple[str | None, ...]]:
    return [
        tuple(None if value is None else value for value in row)
        for row in zip(
            *(table.cells[name].array.__arrow_array__().to_pylist() for name in table.cells), strict=True
        )
    ]


def wrapped(body: str, comment: bool) -> bytes:
    """The same records, as either reader takes them."""
    return f"<inventory>{'<!-- careful -->' if comment else ''}{body}</inventory>".encode()


either = pytest.mark.parametrize("comment", [False, True], ids=["columnar", "careful"])


@either
def test_a_field_is_an_element_or_an_attribute_at_its_path(comment: bool) -> None:
    body = """
      <item><sku>A</sku><stock unit="EA"><qty>4</qty></stock></item>
      <item><stock unit="CS"><qty>2</qty></stock><sku>B</sku></item>
    """
    table = read(wrapped(body, comment), STOCK, "item")
    assert rows(table) == [("A", "4", "EA"), ("B", "2", "CS")]
    assert table.lines.tolist() == [2, 3]
    assert table.columns == STOCK
    assert [dtype == TEXT for dtype in table.cells.dtypes] == [True] * 3
    assert table.rejects.dtypes.to_dict() == REJECTS
    assert table.warnings == ()


@either
def test_what_is_missing_is_null_and_what_is_empty_is_empty(comment: bool) -> None:
    body = '<item><sku>A</sku></item><item><sku/><stock unit=""><qty></qty></stock></item>'
    assert rows(read(wrapped(body, comment), STOCK, "item")) == [("A", None, None), ("", "", "")]


@either
def test_text_stays_what_it_is(comment: bool) -> None:
    texts = ["NA", "00123", "1E+11", " A ", "A&amp;B", "&#x41;", "&amp;lt;", "nan", "1.50"]
    body = "".join(f"<item><sku>{text}</sku></item>" for text in texts)
    read_as = [row[0] for row in rows(read(wrapped(body, comment), {"sku": "sku"}, "item"))]
    assert read_as == ["NA", "00123", "1E+11", " A ", "A&B", "A", "&lt;", "nan", "1.50"]


@either
def test_layout_is_dropped_from_elements_only(comment: bool) -> None:
    body = '<item id=" A\n B "><sku>\n    A  1\n  </sku></item><item id="C"><sku>&#10;A </sku></item>'
    table = read(wrapped(body, comment), {"id": "@id", "sku": "sku"}, "item")
    assert rows(table) == [(" A  B ", "A  1"), ("C", "\nA ")]


def test_cdata_and_comments_are_text_and_nothing() -> None:
    document = b"<r><item><sku>A<![CDATA[<&#10;]]><!-- no -->B<?no?>C</sku></item></r>"
    assert rows(read(document, {"sku": "sku"}, "item")) == [("A<&#10;BC",)]


@either
def test_a_namespace_or_prefix_is_ignored(comment: bool) -> None:
    document = wrapped("<g:item g:id='A' ><g:sku>B</g:sku></g:item>".replace("'", '"'), comment)
    document = document.replace(b"<inventory>", b'<inventory xmlns:g="urn:g" xmlns="urn:d">')
    assert rows(read(document, {"id": "@id", "sku": "x:sku"}, "item")) == [("A", "B")]


@either
def test_a_record_can_be_named_with_what_stands_above_it(comment: bool) -> None:
    body = "<list><item><item>A</item></item><item><item>B</item></item></list>"
    assert rows(read(wrapped(body, comment), {"sku": "item"}, "list/item")) == [("A",), ("B",)]


def test_order_lines_take_what_stands_above_them() -> None:
    document = b"""<orders>
      <order id="1001"><placed>2026-11-02T09:05:00Z</placed>
        <lines><line sku="A" qty="1"/><line sku="B" qty="2"/></lines></order>
      <order id="1002"><placed>2026-11-02T09:06:00Z</placed>
        <lines><line sku="A" qty="3"/></lines></order>
    </orders>"""
    fields = {"order": "../../@id", "ordered_at": "../../placed", "sku": "@sku", "quantity": "@qty"}
    table = read(document, fields, "line")
    assert rows(table) == [
        ("1001", "2026-11-02T09:05:00Z", "A", "1"),
        ("1001", "2026-11-02T09:05:00Z", "B", "2"),
        ("1002", "2026-11-02T09:06:00Z", "A", "3"),
    ]
    assert table.lines.tolist() == [3, 3, 5]


def test_the_text_of_a_record_itself_is_a_dot() -> None:
    document = b'<r><qty sku="A">4</qty><qty sku="B">5</qty></r>'
    assert rows(read(document, {"sku": "@sku", "quantity": "."}, "qty")) == [("A", "4"), ("B", "5")]


def test_a_path_that_occurs_twice_makes_a_reject() -> None:
    document = b"""<r>
      <item><sku>A</sku><qty>1</qty></item>
      <item><sku>B</sku><qty>2</qty><qty>3</qty></item>
      <item><sku>C</sku><sku>D</sku><qty>4</qty></item>
    </r>"""
    table = read(document, {"sku": "sku", "quantity": "qty"}, "item")
    assert rows(table) == [("A", "1")]
    assert table.rejects[["line", "column", "value"]].values.tolist() == [
        [3, "qty", "2 | 3"],
        [4, "sku", "C | D"],
    ]
    assert table.rejects["sku"].array.__arrow_array__().to_pylist() == ["B", None]
    assert "occurs 2 times" in table.rejects["reason"][0]


def test_an_element_that_holds_others_is_no_text() -> None:
    document = b"<r><item><sku>A</sku><stock><qty>5</qty><held>2</held></stock></item></r>"
    table = read(document, {"sku": "sku", "quantity": "stock"}, "item")
    assert len(table.cells) == 0
    assert table.rejects.iloc[0][["column", "value", "sku"]].tolist() == ["stock", "52", "A"]


def test_a_record_within_a_record_is_part_of_it_and_said() -> None:
    document = b"<r><item><sku>A</sku><parts><item><sku>B</sku></item></parts></item></r>"
    table = read(document, {"sku": "sku"}, "item")
    assert rows(table) == [("A",)]
    assert "1 elements named like the record 'item' stand inside one" in table.warnings[0]


@pytest.mark.parametrize("comment", [b"", b"<!-- c -->"])
def test_lines_are_true_beyond_65535(comment: bytes) -> None:
    document = b"<r>\n" + comment + b"<item>\n<sku>A</sku>\n</item>\n" * 40_000 + b"</r>"
    table = read(document, {"sku": "sku"}, "item")
    assert table.lines[[0, 1, -1]].tolist() == [2, 5, 119_999]


@pytest.mark.parametrize("document", [b"<items/>", b"<items><head/></items>", b"<r><version>1</version></r>"])
def test_a_document_without_records_is_an_empty_table(document: bytes) -> None:
    table = read(document, STOCK, "item")
    assert table.cells.shape == (0, 3)
    assert [dtype == TEXT for dtype in table.cells.dtypes] == [True] * 3
    assert len(table.lines) == 0


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("Item", "no element 'Item' in it, but there is 'item'"),
        ("items", "there is 'item'"),
        ("stock/item", "no 'stock/item' in it, but there is 'r/item'"),
    ],
)
def test_a_record_that_is_likely_another_is_refused(record: str, said: str) -> None:
    document = b"<r><item><sku>A</sku></item><item><sku>B</sku></item></r>"
    with pytest.raises(Unreadable, match=said):
        read(document, {"sku": "sku"}, record)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "Qty",
            "line 2: no record has 'Qty'; did you mean 'stock/qty'.* Records have: @id, sku, stock/@unit, stock/qty",
        ),
        ("stock/quantity", "did you mean 'stock/qty'"),
        ("SKU", "did you mean 'sku'"),
        ("warehouse", "no record has 'warehouse'; correct the path"),
        ("../@Date", r"did you mean '\.\./@date'"),
    ],
)
def test_a_path_that_no_record_has_is_refused(path: str, said: str) -> None:
    document = b'<r date="d">\n<item id="1"><sku>A</sku><stock unit="EA"><qty>1</qty></stock></item></r>'
    with pytest.raises(Unreadable, match=said):
        read(document, {"sku": "sku", "x": path}, "item")


@pytest.mark.parametrize("path", ["", "a//b", "/a", "a/", "@", "..", "@a/b", "a b", "a/@b/c", "<", "a/../b"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(Unreadable, match=r"field sku: .* is not a path; allowed"):
        read(b"<r/>", {"sku": path}, "item")


def test_depth_and_size_have_limits() -> None:
    deep = b"<r><item><sku>A</sku></item>" + b"<a>" * 300 + b"</a>" * 300 + b"</r>"
    large = b"<r><item><sku><![CDATA[" + b"A" * 11_000_000 + b"]]></sku></item></r>"
    for document in (deep, large):
        with pytest.raises(Unreadable, match="goes beyond what is read"):
            read(document, {"sku": "sku"}, "item")
