"""Records that are alike: the quickest reader says what the careful one says, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from formats.alike import LONGEST, MOST_KINDS, UnlikeError
from formats.errors import FormatError
from formats.xml.paths import parse_path
from formats.xml.reading import read
from formats.xml.reading.alike import read_alike
from formats.xml.reading.careful import read_carefully
from formats.xml.reading.found import Found
from formats.xml.reading.source import line_numbers, load

PATHS = ["sku", "stock/qty", "@id", "stock/@unit", "note", "."]
ITEM, ROOT_ITEM = ("item",), ("root", "item")


def tried(
    document: bytes, paths: list[str], piece: int = 1 << 19, record: tuple[str, ...] = ITEM
) -> Found | None:
    try:
        return read_alike(document, record, [parse_path(path) for path in paths], piece=piece, smallest=0)
    except UnlikeError:
        return None


def assert_agreed(document: bytes, paths: list[str], piece: int, record: tuple[str, ...] = ITEM) -> bool:
    """Whether the quickest reader took it; then the careful one must take it as well, and find the same."""
    quick = tried(document, paths, piece, record)
    if quick is None:
        return False
    careful = read_carefully(load(document), record, [parse_path(path) for path in paths])
    assert [column.to_pylist() for column in quick.columns] == [
        column.to_pylist() for column in careful.columns
    ]
    assert quick.positions.tolist() == careful.positions.tolist()
    assert quick.lines is not None
    assert quick.lines.tolist() == line_numbers(document, careful.positions).tolist()
    assert (quick.absent, quick.refused, quick.nested) == (careful.absent, careful.refused, careful.nested)
    return True


TEXTS = st.lists(
    st.sampled_from(["A", "00", "é", "\U0001f600", " ", "&amp;", "&lt;", "&#10;", "&gt;", "'", "]", "-"]),
    max_size=4,
).map("".join)
ODD = st.sampled_from(
    ["\n", "\r", "\t", '"', ">", "&#38;", "&#x41;", "<!-- -->", "<![CDATA[x]]>", "\ufffd", "<b/>"]
)
SHAPES = [
    "<item><sku>{}</sku><note>{}</note></item>",
    "<item><sku>{}</sku><note/></item>",
    "<item><note>{}</note></item>",
    '<item id="{}"><sku>{}</sku><stock unit="{}"><qty>{}</qty></stock></item>',
    '<item id="{}"><sku>{}</sku></item><other><sku>{}</sku></other>',
    "<item><sku>{}</sku><image>{}</image><image>{}</image></item>",
    "<item>{}</item>",
    "<x:item><x:sku>{}</x:sku></x:item>",
]


DAMAGE = [
    *(
        b"",
        b"<",
        b">",
        b"&",
        b"&am",
        b'"',
        b"\0",
        b"\x7f",
        b"/",
        b"\n",
        b"y:",
        b"]]>",
        b"\xc3",
        b"\xef\xbf\xbf",
        b"\xed\xa0\x80",
    ),
    *(b"<!--", b"-->", b"<?p", b"<x/>", b"<item>", b"</item>", b"</root><root>", b' xmlns="u"'),
]


@st.composite
def documents(draw: Any, *, odd: bool) -> bytes:
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
    gap = draw(st.sampled_from(["", "\n  ", "\r\n"]))
    texts = TEXTS | ODD if odd else TEXTS
    parts = [
        shape.format(*(draw(texts).replace('"', "&quot;") for _ in range(shape.count("{}"))))
        for shape in draw(st.lists(st.sampled_from(shapes), min_size=2, max_size=9))
    ]
    head = draw(st.sampled_from(["", '<?xml version="1.0" encoding="UTF-8"?>\n<!-- <item/> -->', "\r\n"]))
    return f'{head}<root xmlns:x="urn:x" xmlns="urn:d">{gap}{gap.join(parts)}{gap}</root>\n'.encode()


some_paths = st.lists(st.sampled_from(PATHS), min_size=1, max_size=3, unique=True)
pieces = st.sampled_from([300, 1000, 1 << 19])
relaxed = settings(examples(80), suppress_health_check=[HealthCheck.too_slow])


@relaxed
@given(documents(odd=False), some_paths, pieces, st.sampled_from([ITEM, ROOT_ITEM, ("group", "item")]))
def test_it_agrees_with_the_careful_reader(
    document: bytes, paths: list[str], piece: int, record: tuple[str, ...]
) -> None:
    event("alike" if assert_agreed(document, paths, piece, record) else "not alike")


@relaxed
@given(documents(odd=True), some_paths, pieces)
def test_it_agrees_on_odd_documents_or_says_nothing(document: bytes, paths: list[str], piece: int) -> None:
    event("alike" if assert_agreed(document, paths, piece) else "not alike")


@relaxed
@given(
    documents(odd=False),
    st.integers(0, 2000),
    st.integers(0, 4),
    st.sampled_from(DAMAGE),
)
def test_a_damaged_document_is_taken_only_if_the_careful_reader_takes_it(
    document: bytes, at: int, removed: int, put: bytes
) -> None:
    at %= len(document)
    damaged = document[:at] + put + document[at + removed :]
    try:
        taken = assert_agreed(damaged, ["sku", "note"], 1 << 19)
    except FormatError as error:
        raise AssertionError(f"taken, though it cannot be read: {error}") from error
    event("alike" if taken else "not alike")


def body(*records: str) -> bytes:
    return f"<root>{''.join(records)}</root>".encode()


def items(*skus: str) -> list[str]:
    return [f"<item><sku>{sku}</sku></item>" for sku in skus]


@pytest.mark.parametrize(
    "document",
    [
        body(*items("A")),
        body(*items("A", "B")),
        body("<item><sku>A</sku></item>", "<item><sku/></item>", "<item></item>", *items("B", "C")),
        body(
            '<item id="1"><sku>A</sku></item>\n',
            '<item id="&quot;"><sku>é&amp;</sku></item>\n',
            '<item id=""/>',
        ),
        b"<root>\r\n" + b"\r\n".join(record.encode() for record in items(*"ABC")) + b"\r\n</root>",
        b"<g:root xmlns:g='urn:g'><g:item><g:sku>A</g:sku></g:item><g:item><g:sku>B</g:sku></g:item></g:root>",
    ],
)
def test_what_programs_write_is_taken(document: bytes) -> None:
    assert assert_agreed(document, ["sku", "@id"], 1 << 19)


@pytest.mark.parametrize(
    "document",
    [
        body(*items("A", "B\n", "C")),
        body(*items("A", "B>", "C")),
        body(*items("A", "&#65;", "C")),
        body(*items("A", "<![CDATA[B]]>", "C")),
        body(*items("A", "B"), "<!-- <item> -->", *items("C")),
        body(*items("A", "B"), "</root><root>", *items("C")),
        body(*items("A", "B"), "<item><sku>C</sku><sku>D</sku></item>", *items("E")),
        body(*items("A", "B"), "<item><sku>C<b/></sku></item>", *items("E")),
        body(*items("A", "B"), "<item><item><sku>C</sku></item></item>", *items("E")),
        body(*items("A", "B"), "<item id='1'><sku>C</sku></item>", *items("E")),
        body(*items("A", "B"), '<item xmlns="urn:e"><sku>C</sku></item>', *items("E")),
        b"\xef\xbb\xbf" + body(*items("A", "B", "C")),
        b"<!DOCTYPE root>" + body(*items("A", "B", "C")),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + body(*items("A", "B", "C")),
        body(*items("A", "B", "C"))[:-1],
        body(*items("A", "B", "C")) + b"<root/>",
        b"<root><!-- " + body(*items("A", "B", "C"))[6:],
        b"<root><a>" + body(*items("A", "B"), "</a><b>", *items("C"), "</b>")[6:],
    ],
)
def test_the_rest_is_left_to_others(document: bytes) -> None:
    assert tried(document, ["sku"]) is None


def test_too_many_kinds_are_left_to_others() -> None:
    kinds = [f"<item><sku>A</sku><k{number}/></item>" for number in range(MOST_KINDS + 1)]
    assert tried(body(*kinds[1:], *items("B")), ["sku"]) is not None
    assert tried(body(*kinds, *items("B")), ["sku"]) is None


@pytest.mark.parametrize(
    "records",
    [
        ["<other/>" * 20_000, *items("A", "B")],
        [*items("A", "B"), "<other/>" * 20_000],
        items("A" * (LONGEST + 1), "B", "C"),
    ],
    ids=["much before them", "much after them", "a long one"],
)
def test_what_is_not_mostly_records_is_left_to_others(records: list[str]) -> None:
    assert tried(body(*records), ["sku"]) is None


def test_a_large_feed_is_read_that_way() -> None:
    document = body(*items(*map(str, range(9000))))
    table = read(document, {"sku": "sku"}, "item")
    assert table.cells["sku"].tolist() == [str(number) for number in range(9000)]
    assert set(table.lines) == {1}
    assert len(document) > 1 << 16


@pytest.mark.parametrize("wrong", ["\uffff", "\ufffe", "\x01", "&nbsp;", "<b>", "]]>", "\ud7ff<"])
def test_what_no_value_may_have_is_found_in_a_record_that_is_like_the_others(wrong: str) -> None:
    good = "".join(f"<item><sku>A{number}</sku><note>x</note></item>" for number in range(20))
    found = [
        tried(f"<root>{records}</root>".encode(), ["sku", "note"])
        for records in (good, good.replace("A10", f"A{wrong}10"))
    ]
    assert [each is not None for each in found] == [True, False]


def test_a_comment_that_names_the_record_is_no_record() -> None:
    others = "".join(f"<other>{number}</other>\n" for number in range(60))
    text = f"<!-- <item/> stands for a product -->\n<root>\n{others}<item><sku>A</sku></item>\n</root>"
    assert not assert_agreed(text.encode(), ["sku"], 1 << 19)
    assert read(text.encode(), {"sku": "sku"}, "item").lines.tolist() == [63]
