"""Writing an 846: exact bytes, laws, and what cannot be written."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from formats.contract import INT64, TEXT, Envelope
from formats.edi846 import Edi846
from formats.errors import FormatError, Unwritable
from formats.x12.characters import EXTENDED
from formats.x12.dictionary import RELEASES

PARTIES = {"sender": "ZZ/ACMEWHSE", "receiver": "01/007909411"}
AT = datetime(2026, 3, 4, 21, 6, 7, tzinfo=ZoneInfo("America/Los_Angeles"))


def frame(rows: list[tuple[str | None, int | None, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sku": pd.Series([row[0] for row in rows], dtype=TEXT),
            "quantity": pd.Series([row[1] for row in rows], dtype=INT64),
            "upc": pd.Series([row[2] for row in rows], dtype=TEXT),
        }
    )


def write(lines: pd.DataFrame, *, number: int = 42, **options: Any) -> bytes:
    envelope = Envelope(number=number, written_at=AT, complete=True)
    return Edi846().write(lines, Edi846.Writing(**PARTIES, **options), envelope)


def read_back(document: bytes, **options: Any) -> pd.DataFrame:
    return Edi846().read_back(document, Edi846.Writing(**PARTIES, **options))


THREE = frame([("A-1", 12, "000000000017"), ("A-2", 0, None), ("A-3", 7, "")])

GOLDEN_4010 = b"""\
ISA*00*          *00*          *ZZ*ACMEWHSE       *01*007909411      *260304*2106*U*00401*000000042*0*P*>~
GS*IB*ACMEWHSE*007909411*20260304*2106*42*X*004010~
ST*846*0001~
BIA*00*SI*42*20260304*210607~
LIN*1*SK*A-1*UP*000000000017~
QTY*33*12*EA~
LIN*2*SK*A-2~
QTY*33*0*EA~
LIN*3*SK*A-3~
QTY*33*7*EA~
CTT*3~
SE*10*0001~
GE*1*42~
IEA*1*000000042~
"""

GOLDEN_5010 = (
    b"ISA|00|          |00|          |ZZ|ACMEWHSE       |01|007909411      |260304|2106|^|00501|000000042|0|T|:!"
    b"GS|IB|ACMEWHSE|007909411|20260304|2106|42|X|005010VICS!"
    b"ST|846|0001!BIA|00|DD|42|20260304|210607!"
    b"LIN|1|UP|000000000017|VN|A-1|MF|Acme!QTY|17|12|UN!LIN|2|VN|A-2|MF|Acme!QTY|17|0|UN!CTT|2!SE|8|0001!"
    b"ST|846|0002!BIA|00|DD|42-2|20260304|210607!"
    b"LIN|1|VN|A-3|MF|Acme!QTY|17|7|UN!CTT|1!SE|6|0002!"
    b"GE|2|42!IEA|1|000000042!"
)


def test_golden_004010() -> None:
    assert write(THREE, products={"SK": "sku", "UP": "upc"}, line_break=True) == GOLDEN_4010


def test_without_line_breaks_nothing_stands_between_segments() -> None:
    assert write(THREE, products={"SK": "sku", "UP": "upc"}) == GOLDEN_4010.replace(b"\n", b"")


def test_golden_005010() -> None:
    document = write(
        THREE,
        release="005010VICS",
        usage="T",
        products={"UP": "upc", "VN": "sku", "MF": "=Acme"},
        quantity="17",
        unit="UN",
        report="DD",
        delimiters={"element": "|", "component": ":", "segment": "!"},
        lines_per_set=2,
    )
    assert document == GOLDEN_5010


@st.composite
def documents(draw: st.DrawFn) -> tuple[dict[str, Any], pd.DataFrame]:
    marks = draw(
        st.lists(st.sampled_from("!\"#$%&'()*+,/:;<=>?@[\\]^_{|}~"), min_size=4, max_size=4, unique=True)
    )
    options = {
        "delimiters": dict(zip(("element", "component", "segment", "repetition"), marks, strict=True)),
        "release": draw(st.sampled_from(RELEASES)),
        "line_break": draw(st.booleans()),
        "lines_per_set": draw(st.integers(1, 4)),
        "products": draw(
            st.sampled_from(
                [
                    {"SK": "sku"},
                    {"UP": "upc", "SK": "sku"},
                    {"SK": "sku", "VN": "sku", "UP": "upc", "MF": "=AB"},
                ]
            )
        ),
    }
    value = st.text(sorted(set(EXTENDED) - set(marks)), min_size=1, max_size=48)
    row = st.tuples(value.filter(str.strip), st.integers(0, 10**15 - 1), st.none() | st.just("") | value)
    return options, frame(draw(st.lists(row, min_size=1, max_size=9)))


@given(made=documents())
def test_what_is_written_reads_back(made: tuple[dict[str, Any], pd.DataFrame]) -> None:
    options, lines = made
    found = read_back(write(lines, **options), **options)
    fields = list(Edi846().fields(Edi846.Writing(**PARTIES, **options)))
    expected = lines[fields].astype({"quantity": TEXT}).fillna("")
    expected = expected.mask(expected.apply(lambda column: column.str.strip() == ""), "")  # blank is left out
    pd.testing.assert_frame_equal(found[fields], expected)


@given(made=documents())
def test_the_reader_of_feeds_sees_the_same_without_a_warning(
    made: tuple[dict[str, Any], pd.DataFrame],
) -> None:
    options, lines = made
    table = Edi846().read(write(lines, **options), {"sku": "SK", "quantity": "33"}, Edi846.Reading())
    assert table.warnings == ()
    assert table.stated_at == "2026-03-04T21:06:07"
    assert table.cells["sku"].tolist() == lines["sku"].tolist()


@given(made=documents())
def test_every_count_in_a_document_is_right(made: tuple[dict[str, Any], pd.DataFrame]) -> None:
    options, lines = made
    marks = options["delimiters"]
    text = write(lines, **options).decode().replace("\n", "")
    assert text[105] == marks["segment"]
    segments = [one.split(marks["element"]) for one in text.split(marks["segment"])[:-1]]
    names = [one[0] for one in segments]
    opened = [index for index, name in enumerate(names) if name == "ST"]
    closed = [index for index, name in enumerate(names) if name == "SE"]
    assert [int(segments[end][1]) for end in closed] == [
        end - start + 1 for start, end in zip(opened, closed, strict=True)
    ]
    assert [segments[end][2] for end in closed] == [f"{n + 1:04}" for n in range(len(closed))]
    assert sum(int(one[1]) for one in segments if one[0] == "CTT") == names.count("LIN") == len(lines)
    assert (segments[-2][1], segments[-1][1]) == (str(len(opened)), "1")
    references = [one[3] for one in segments if one[0] == "BIA"]
    assert len(set(references)) == len(references)


@examples(60)
@given(
    made=documents(),
    field=st.sampled_from(["sku", "upc"]),
    where=st.sampled_from(["element", "component", "segment"]),
)
def test_a_value_with_a_delimiter_is_refused_with_sku_and_field(
    made: tuple[dict[str, Any], pd.DataFrame], field: str, where: str
) -> None:
    options, lines = made
    value = f"x{options['delimiters'][where]}y"
    lines.loc[len(lines) - 1, field] = value
    with pytest.raises(Unwritable, match="delimiter") as caught:
        write(lines, **{**options, "products": {"SK": "sku", "UP": "upc"}})
    assert (caught.value.field, caught.value.value) == (field, value)
    assert caught.value.sku == lines["sku"].iloc[-1]


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ((None, 1, None), "sku", "is empty"),
        (("", 1, None), "sku", "is empty"),
        (("  ", 1, None), "sku", "is empty"),
        (("Ä", 1, None), "sku", "'Ä'"),
        (("A`", 1, None), "sku", "'`'"),
        (("A\nB", 1, None), "sku", r"'\\n'"),
        (("A", 1, "1\t2"), "upc", r"'\\t'"),
        (("A", 1, "\x7f"), "upc", r"'\\x7f'"),
        (("A" * 49, 1, None), "sku", "1 to 48"),
        (("A", 1, "1" * 49), "upc", "1 to 48"),
        (("A", None, None), "quantity", "is missing"),
        (("A", -1, None), "quantity", "below 0"),
        (("A", 10**15, None), "quantity", "15 digits"),
    ],
)
def test_what_an_846_cannot_carry_is_refused(row: tuple[Any, Any, Any], field: str, said: str) -> None:
    with pytest.raises(Unwritable, match=said) as caught:
        write(frame([("FINE", 1, None), row]), products={"SK": "sku", "UP": "upc"})
    assert caught.value.field == field
    assert caught.value.sku == (row[0] or "")


def test_a_field_that_is_not_written_may_hold_anything() -> None:
    assert write(frame([("A", 1, "*~Ä")]))


def test_repetition_is_a_character_like_any_other_in_004010() -> None:
    lines = frame([("A^B", 1, None)])
    assert read_back(write(lines))["sku"].tolist() == ["A^B"]
    with pytest.raises(Unwritable, match="delimiter"):
        write(lines, release="005010")


def test_nothing_to_say_is_no_846() -> None:
    with pytest.raises(FormatError, match="an 846 cannot be empty"):
        write(frame([]))


def test_a_control_number_of_ten_digits_is_refused() -> None:
    with pytest.raises(FormatError, match="1000000000 does not fit"):
        write(THREE, number=1_000_000_000)
    assert b"*999999999*" in write(THREE, number=999_999_999)


def test_a_field_that_lines_lack_is_named() -> None:
    with pytest.raises(FormatError, match="'ean', which no line has; known: sku, quantity, upc"):
        write(THREE, products={"SK": "sku", "EN": "ean"})


def test_a_full_set_has_ten_thousand_lines() -> None:
    lines = frame([(f"S{n}", n, None) for n in range(10_001)])
    document = write(lines)
    assert document.count(b"~ST*846*") == 2
    assert b"~CTT*10000~SE*20004*0001~" in document
    assert read_back(document)["sku"].tolist() == lines["sku"].tolist()


def test_a_slice_of_a_frame_is_written_as_it_stands() -> None:
    assert write(THREE.iloc[1:]) == write(frame([("A-2", 0, None), ("A-3", 7, None)]))
