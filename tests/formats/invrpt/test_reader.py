"""Reading INVRPT: both directories, what partners do otherwise, and what must be refused."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from formats.contract import RawTable
from formats.errors import FormatError, Unreadable
from formats.invrpt import Invrpt

HEAD = "BGM+35+77+9'DTM+137:20261120:102'DTM+366:202611200900:203'NAD+SU+4012345000009::9'"
TWO = "LIN+1++A-1:SA'PIA+1+4000000000001:EN'QTY+145:5:PCE'LIN+2++B-2:SA'QTY+145:0:PCE'"


def file(
    body: str = TWO, *, head: str = HEAD, una: str = "UNA:+.? '", kind: str = "INVRPT:D:96A:UN:EAN004"
) -> str:
    count = head.count("'") - head.count("?'") + body.count("'") - body.count("?'") + 2
    return (
        f"{una}UNB+UNOC:3+4012345000009:14+4012345000016:14+261120:0900+42'UNH+1+{kind}'{head}{body}"
        f"UNT+{count}+1'UNZ+1+42'"
    )


def read(text: str | bytes, location: str = "auto", **fields: str) -> RawTable:
    data = text if isinstance(text, bytes) else text.encode()
    return Invrpt().read(data, fields, Invrpt.Reading(location=location))


def rows(table: RawTable) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in table.cells.fillna("-").to_numpy().tolist()]


def refused(text: str | bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(text)
    return str(caught.value)


def test_every_lin_is_a_row_with_the_suppliers_number_and_the_actual_stock() -> None:
    table = read(file())
    assert rows(table) == [("A-1", "5"), ("B-2", "0")]
    assert (table.stated_at, table.warnings, table.whole_skus) == ("2026-11-20T09:00:00", (), False)
    assert table.lines.tolist() == [7, 10]
    assert table.columns == {"sku": "LIN SA", "quantity": "QTY 145"}


def test_products_are_found_by_qualifier_in_lin_and_pia() -> None:
    assert rows(read(file(), sku="EN", quantity="145", upc="SA")) == [
        ("4000000000001", "A-1", "5"),
        ("-", "B-2", "0"),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("LIN+1++4000000000001:EN'QTY+17:9'", [("4000000000001", "9")]),
        ("LIN+1++X:EN'PIA+1+A:SA'QTY+17:9'QTY+2:4'", [("A", "9")]),
        ("LIN+1++A:SA'QTY+33:7:PCE'", [("A", "7")]),
        ("LIN+1++A:SA'INV++1'QTY+145:7:PCE'", [("A", "7")]),
        ("LIN+1++A:SA'QTY+17:9'QTY+145:7'", [("A", "7")]),
        ("LIN+1++A:SA'IMD+F++:::Lamp'QTY+145:-7'", [("A", "-7")]),
    ],
)
def test_the_usual_qualifiers_are_tried_in_order(body: str, expected: list[tuple[str, str]]) -> None:
    assert rows(read(file(body))) == expected


@pytest.mark.parametrize(
    ("body", "expected", "warning"),
    [
        (
            "QTY+145:12'QTY+145:5'LOC+18+EAST'QTY+145:7'LOC+18+WEST'",
            [("A", "5", "EAST"), ("A", "7", "WEST")],
            "",
        ),
        ("QTY+145:5'LOC+18+EAST'QTY+145:7'LOC+18+WEST'", [("A", "5", "EAST"), ("A", "7", "WEST")], ""),
        (
            "INV++1'QTY+145:5'LOC+18+EAST'INV++1'QTY+145:7'LOC+18+WEST'",
            [("A", "5", "EAST"), ("A", "7", "WEST")],
            "",
        ),
        ("LOC+18+EAST'QTY+145:5'LOC+18+WEST'QTY+145:7'", [("A", "5", "EAST"), ("A", "7", "WEST")], ""),
        ("QTY+145:9'QTY+145:5'LOC+18+EAST'", [("A", "9", "-")], "that one counts"),
    ],
)
def test_quantities_per_place_are_rows_unless_the_total_says_otherwise(
    body: str, expected: list[tuple[str, str, str]], warning: str
) -> None:
    table = read(file("LIN+1++A:SA'" + body))
    assert rows(table) == expected
    assert table.whole_skus
    assert any(warning in one for one in table.warnings) if warning else not table.warnings
    alone = [row[:2] for row in expected]
    assert rows(read(file("LIN+1++A:SA'" + body), location="none")) == alone


def test_a_warehouse_in_the_heading_is_that_of_every_line() -> None:
    table = read(file(head=HEAD + "NAD+WH+EAST::92'"))
    assert rows(table) == [("A-1", "5", "EAST"), ("B-2", "0", "EAST")]
    assert not table.whole_skus
    assert rows(read(file(head=HEAD + "NAD+WH+EAST::92'"), location="none")) == [("A-1", "5"), ("B-2", "0")]


def test_what_the_release_character_protects_is_text() -> None:
    body = "LIN+1++A?+1?:2??3?'4:SA'QTY+145:5'"
    assert rows(read(file(body))) == [("A+1:2?3'4", "5")]


@pytest.mark.parametrize(
    ("marks", "between"),
    [(":+.? '", "\n"), (":+.? '", "\r\n  "), ("^|.? ~", ""), (":+.? \n", ""), (">*,\\ !", "\n")],
)
def test_any_service_characters_will_do(marks: str, between: str) -> None:
    old = ":+.?'"
    new = marks[0] + marks[1] + marks[2] + marks[3] + marks[5]
    text = file(una="").replace(".", "").translate(str.maketrans(dict(zip(old, new, strict=True))))
    text = text.replace(marks[5], marks[5] + between)
    assert rows(read("UNA" + marks + text)) == [("A-1", "5"), ("B-2", "0")]
    if marks.startswith(":+.? '"):
        assert rows(read("\ufeff" + text)) == [("A-1", "5"), ("B-2", "0")]


def test_lines_for_terminators_without_a_una_are_seen_and_said() -> None:
    table = read(file(una="").replace("'", "\n"))
    assert rows(table) == [("A-1", "5"), ("B-2", "0")]
    assert "segments end with lines" in table.warnings[0]


def test_level_c_is_iso_8859_1_whatever_the_bytes_look_like() -> None:
    text = file("LIN+1++\u00c3\u00a9\u00fc:SA'QTY+145:5'")
    assert rows(read(text.encode("iso-8859-1"))) == [("\u00c3\u00a9\u00fc", "5")]
    assert not read(text.encode("iso-8859-1")).warnings
    assert rows(read(text.replace("UNOC", "UNOY").encode())) == [("\u00c3\u00a9\u00fc", "5")]


def test_a_decimal_comma_is_a_point() -> None:
    assert rows(read(file("LIN+1++A:SA'QTY+145:5,0'", una="UNA:+,? '"))) == [("A", "5.0")]


@pytest.mark.parametrize(
    ("dates", "stated", "warning"),
    [
        ("DTM+366:202611200900:203'", "2026-11-20T09:00:00", ""),
        ("DTM+137:20261120090015:204'", "2026-11-20T09:00:15", ""),
        ("DTM+137:202611200900?+01:303'", "2026-11-20T09:00:00+01:00", ""),
        ("DTM+137:202611200900CET:303'", "2026-11-20T09:00:00", ""),
        ("DTM+91:20261119:102'DTM+137:202611200900:203'", "2026-11-19T00:00:00", "counts as of midnight"),
        ("DTM+137:20261340:102'", None, "which is no date"),
        ("DTM+2:20261120:102'", None, "no DTM 366, 91 or 137"),
    ],
)
def test_the_date_of_the_stock_comes_before_that_of_the_paper(
    dates: str, stated: str | None, warning: str
) -> None:
    table = read(file(head=f"BGM+35+7+9'{dates}"))
    assert table.stated_at == stated
    assert any(warning in one for one in table.warnings) if warning else not table.warnings


def test_other_messages_are_passed_over_and_a_wrong_count_is_said() -> None:
    other = "UNH+2+DESADV:D:96A:UN'BGM+351+1+9'UNT+3+2'"
    table = read(file().replace("UNZ+1", other + "UNZ+2"))
    assert table.warnings == ("1 other messages were passed over: 'DESADV'",)
    assert "segments where" in read(file().replace("UNT+11", "UNT+99")).warnings[0]
    assert "there is no INVRPT" in refused(file(kind="DESADV:D:96A:UN"))


def test_groups_and_several_messages_are_one_table() -> None:
    text = file()
    message = text[text.index("UNH") : text.index("UNZ")]
    again = (
        message.replace("UNH+1", "UNH+2")
        .replace("+1'UNZ", "+2'")
        .replace("UNT+11+1", "UNT+11+2")
        .replace("A-1", "C-3")
    )
    grouped = text.replace(message, f"UNG+INVRPT+A+B+261120:0900+5+UN+D:96A'{message}{again}UNE+2+5'")
    assert [row[0] for row in rows(read(grouped))] == ["A-1", "B-2", "C-3", "B-2"]


def test_a_line_that_says_a_thing_twice_is_a_reject() -> None:
    table = read(
        file("LIN+1++A:SA'PIA+1+B:SA'QTY+145:5'LIN+2++C:SA'QTY+145:1'QTY+145:2'LIN+3++D:SA'QTY+145:3'")
    )
    assert rows(table) == [("D", "3")]
    assert table.rejects["column"].tolist() == ["LIN SA", "QTY 145"]


def test_other_units_are_said() -> None:
    assert "'CT' (1 times)" in read(file("LIN+1++A:SA'QTY+145:5:CT'")).warnings[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("UNB", "XXX", "not EDIFACT"),
        ("UNT+11+1", "UNT+11+2", "UNT02: found reference '2'"),
        ("UNZ+1+42", "UNZ+1+43", "UNZ02: found reference '43'"),
        ("UNZ+1+42", "UNZ+2+42", "'2' messages or groups stated; expected 1"),
        ("UNT+11+1'", "", "found UNZ after the UNH"),
        ("UNZ+1+42'", "", "found the end of the file after this UNT"),
        ("UNH+1", "QTY+145:1'UNH+1", "found 'QTY' outside a message"),
        ("LIN+1++A-1:SA'PIA+1+4000000000001:EN'", "", "a QTY before the first LIN"),
        ("QTY+145:5:PCE'LIN+2++B-2:SA'QTY+145:0:PCE'", "", "1 LIN and no QTY"),
        ("UNA:+.? '", "UNA++.? '", "cannot be told apart"),
    ],
)
def test_damage_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    text = file()
    assert old in text
    assert said in refused(text.replace(old, new, 1))


def test_an_empty_file_and_one_cut_off_anywhere_are_refused() -> None:
    assert "empty" in refused(b" \n")
    whole = file()
    for end in range(1, len(whole)):
        assert refused(whole[:end])


@examples(100)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    whole = file("LIN+1++A?+1:SA'QTY+145:12'QTY+145:5'LOC+18+EAST'" + TWO).encode()
    at, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 12))
    damaged = whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + length :]
    with contextlib.suppress(FormatError):
        table = read(damaged)
        assert len(table.cells) == len(table.lines)
