"""Reading an 846: odd files that must be read, and damaged ones that must not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from formats.contract import RawTable
from formats.edi846 import Edi846
from formats.errors import Unreadable

ISA = "ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*SHOP           *260304*0506*U*00401*000000007*0*P*>~"
HEAD = """
GS*IB*WAREHOUSE*SHOP*20260304*0506*7*X*004010~
ST*846*0001~
BIA*00*SI*7*20260304*0506~
"""
FOOT = """
SE*{count}*0001~
GE*1*7~
IEA*1*000000007~
"""
TWO = """
LIN*1*SK*A-1*UP*000000000017~
QTY*33*5*EA~
LIN*2*SK*A-2~
QTY*33*0*EA~
"""


def file(detail: str, *, count: int | None = None, head: str = HEAD) -> str:
    segments = detail.count("~") + 3 if count is None else count
    return ISA + head + detail + FOOT.format(count=segments)


def read(text: str | bytes, fields: Mapping[str, str] | None = None) -> RawTable:
    data = text if isinstance(text, bytes) else text.encode()
    return Edi846().read(data, fields or {}, Edi846.Reading())


def rows(table: RawTable) -> list[tuple[object, ...]]:
    return [
        tuple(None if cell is None else cell for cell in row)
        for row in zip(*(table.cells[name].array._pa_array.to_pylist() for name in table.cells), strict=True)
    ]


def refused(text: str | bytes, fields: Mapping[str, str] | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        read(text, fields)
    return str(caught.value)


def test_without_configuration_the_first_pair_is_the_sku_and_33_the_quantity() -> None:
    table = read(file(TWO))
    assert rows(table) == [("A-1", "5"), ("A-2", "0")]
    assert table.lines.tolist() == [5, 7]
    assert table.columns == {"sku": "LIN SK", "quantity": "QTY 33"}
    assert table.stated_at == "2026-03-04T05:06:00"
    assert not table.warnings


def test_fields_are_found_by_qualifier_wherever_the_pair_stands() -> None:
    detail = "LIN**UP*1*SK*A~QTY*17*9~LIN*2*SK*B*UP*2*VN*X~QTY*17*8~LIN*3*VN*C~QTY*17*7~"
    table = read(file(detail), {"sku": "SK", "quantity": "17", "upc": "UP"})
    assert rows(table) == [("A", "9", "1"), ("B", "8", "2"), (None, "7", None)]


def test_on_hand_and_committed_are_quantities_too() -> None:
    table = read(file("LIN*1*SK*A~QTY*17*9~QTY*QC*2~"), {"sku": "SK", "on_hand": "17", "committed": "QC"})
    assert rows(table) == [("A", "9", "2")]


def test_17_is_the_quantity_of_a_file_without_33() -> None:
    assert rows(read(file("LIN*1*SK*A~QTY*17*9~QTY*63*4~"))) == [("A", "9")]


def test_one_33_in_a_file_makes_33_the_quantity_of_all_of_it() -> None:
    assert rows(read(file("LIN*1*SK*A~QTY*17*9~LIN*2*SK*B~QTY*33*4~"))) == [("A", None), ("B", "4")]


def test_a_line_without_a_quantity_is_a_row_with_a_null_never_a_zero() -> None:
    assert rows(read(file("LIN*1*SK*A~LIN*2*SK*B~QTY*33**EA~LIN*3*SK*C~QTY*33*1~"))) == [
        ("A", None),
        ("B", None),
        ("C", "1"),
    ]


def test_text_is_kept_as_it_stands() -> None:
    assert rows(read(file("LIN*1*SK*00123~QTY*33*007~LIN*2*SK* ~QTY*33*-3.50~LIN*3*SK*NA ~QTY*33*1E3~"))) == [
        ("00123", "007"),
        (" ", "-3.50"),
        ("NA ", "1E3"),
    ]


def test_a_quantity_stated_twice_is_a_reject() -> None:
    table = read(file("LIN*1*SK*A~QTY*33*5~QTY*33*6~LIN*2*SK*B~QTY*33*1~"))
    assert rows(table) == [("B", "1")]
    assert table.lines.tolist() == [8]
    assert table.rejects.to_dict("records") == [
        {
            "line": 5,
            "column": "QTY 33",
            "value": "6",
            "reason": "stands 2 times in one LIN loop, the last time as shown; once is expected",
            "sku": "A",
        }
    ]


def test_a_product_stated_twice_is_a_reject() -> None:
    assert read(file("LIN*1*SK*A*SK*B~QTY*33*5~")).rejects["column"].tolist() == ["LIN SK"]


def test_a_line_break_inside_an_element_is_a_reject() -> None:
    table = read(file("LIN*1*SK*A\nB~QTY*33*5~LIN*2*SK*C~QTY*33*5~"))
    assert rows(table) == [("C", "5")]
    assert table.rejects["value"].tolist() == ["A\nB"]


@pytest.mark.parametrize("between", ["", "\n", "\r\n", "\r", "\r\n\t   "])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_breaks_indentation_and_a_byte_order_mark_change_nothing(between: str, mark: str) -> None:
    text = mark + file(TWO).replace("\n", "").replace("~", "~" + between)
    table = read(text)
    assert rows(table) == [("A-1", "5"), ("A-2", "0")]
    assert table.lines.tolist() == [5, 7]
    assert not table.warnings


@pytest.mark.parametrize("delimiters", ["~>}", "~>*", "|:\n", "*:\r", "|>?", "^!'", "\x1d\x1f\x1c"])
def test_any_delimiters_will_do(delimiters: str) -> None:
    text = file(TWO).replace("\n", "").translate(str.maketrans("*>~", delimiters))
    assert rows(read(text)) == [("A-1", "5"), ("A-2", "0")]


def test_lower_case_names_and_qualifiers_are_read() -> None:
    assert rows(read(file(TWO).lower().replace("ISA", "isa"), {"sku": "SK", "quantity": "33"})) == [
        ("a-1", "5"),
        ("a-2", "0"),
    ]


def test_other_sets_are_passed_over_and_named() -> None:
    other = "ST*997*0002~AK1*IB*1~LIN*1*SK*NOT-MINE~QTY*33*1~SE*5*0002~"
    text = file(TWO).replace("GE*1", other + "GE*2")
    table = read(text)
    assert rows(table) == [("A-1", "5"), ("A-2", "0")]
    assert "1 other sets were passed over: '997'" in table.warnings


def test_two_groups_and_two_sets_are_one_table() -> None:
    group = HEAD + TWO + "SE*7*0001~\nGE*1*7~"
    text = ISA + group + group.replace("A-", "B-").replace("0506~", "0430~") + "IEA*2*000000007~"
    table = read(text)
    assert rows(table) == [("A-1", "5"), ("A-2", "0"), ("B-1", "5"), ("B-2", "0")]
    assert table.lines.tolist() == [5, 7, 14, 16]
    assert table.stated_at == "2026-03-04T04:30:00"
    assert "the earliest counts" in table.warnings[0]


def test_ids_wider_than_the_standard_allows_are_read() -> None:
    table = read(file(TWO).replace("WAREHOUSE      ", "WAREHOUSE-NORTH-12"))
    assert len(table.cells) == 2
    assert "109 characters" in table.warnings[0]


def test_a_wrong_ctt_and_se_are_tolerated_and_said() -> None:
    table = read(file(TWO + "CTT*3~", count=99))
    assert len(table.cells) == 2
    assert [warning.split("), ")[1] for warning in table.warnings] == [
        "SE01 counts '99' segments where 8 stand",
        "CTT01 counts '3' LIN where 2 stand",
    ]


def test_units_other_than_pieces_are_said() -> None:
    table = read(file("LIN*1*SK*A~QTY*33*5*CA~LIN*2*SK*B~QTY*33*5*EA>1~LIN*3*SK*C~QTY*33*5~"))
    assert table.warnings == (
        "QTY03 of quantity names units other than EA: 'CA' (1 times); the numbers are taken as they are",
    )


def test_a_qualifier_that_no_line_has_is_said_with_those_there_are() -> None:
    table = read(file(TWO), {"sku": "VN", "quantity": "17"})
    assert rows(table) == [(None, None), (None, None)]
    assert "no LIN has VN, the sku; the first has SK, UP" in table.warnings
    assert "no QTY is of kind 17, the quantity; the first is of kind 33" in table.warnings


def test_a_column_name_that_is_no_qualifier_matches_nothing() -> None:
    assert rows(
        read(file("LIN**SK*A-1~QTY*33*5~"), {"sku": "SK", "quantity": "33", "title": "DESCRIPTION"})
    ) == [("A-1", "5", None)]


def test_segments_that_no_846_has_are_passed_over_and_named() -> None:
    table = read(file("LIN*1*SK*A~ZZ9*1~QTY*33*5~"))
    assert table.warnings == ("1 segments that an 846 does not have were passed over: 'ZZ9'",)


def test_a_file_of_another_encoding_is_read_and_said() -> None:
    table = read(file("LIN*1*SK*Ä1~PID*F****Käse~QTY*33*5~").encode("iso-8859-1"))
    assert rows(table) == [("Ä1", "5")]
    assert "ISO 8859-1" in table.warnings[0]


@pytest.mark.parametrize(
    ("bia", "stated", "said"),
    [
        ("BIA*00*SI*7*20260304*050607", "2026-03-04T05:06:07", None),
        ("BIA*00*SI*7*20260304*05060725", "2026-03-04T05:06:07.250000", None),
        ("BIA*00*SI*7*20260304", "2026-03-04T00:00:00", "midnight"),
        ("BIA*00*SI*7*20260230*0506", None, "no date"),
        ("BIA*00*SI*7*20260304*2506", None, "no time"),
        ("BIA*00*SI*7", None, "no date"),
        ("DTM*007*20260304", None, "no BIA"),
    ],
)
def test_the_documents_time_is_that_of_bia(bia: str, stated: str | None, said: str | None) -> None:
    table = read(file(TWO, head=HEAD.replace("BIA*00*SI*7*20260304*0506", bia)))
    assert table.stated_at == stated
    assert said is None or said in table.warnings[0]


def test_a_set_without_lines_is_no_rows_and_said() -> None:
    table = read(file(""))
    assert len(table.cells) == len(table.rejects) == 0
    assert table.warnings == ("segment 3 (byte offset 154): an 846 without a LIN",)


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        (
            "LIN*1*SK*A~QTY*33*5*EALIN*2*SK*B~QTY*33*6*EA~",
            "segment 6 (byte offset 205), QTY05: found QTY with 6 elements",
        ),
        ("LIN*1*SK*A~REF*ZZ*XQTY*33*5*EA~LIN*2*SK*B~", "REF05: found REF with 5 elements"),
        ("LIN*1*SK*A~QTY*33*5*EACTT*1~", "QTY03: found 'EACTT'; expected at most 2 characters"),
        ("LIN*1*SK*A~QTY*33*5~DTM*018*20260101LIN*2*SK*B~", "DTM02: found '20260101LIN'"),
        ("LIN*SK*A*UP*1~QTY*33*5~", "LIN01: found the qualifier 'SK'; expected a line number"),
        ("LIN*SK*EN*UP*1~QTY*33*5~", "LIN01"),
        ("QTY*33*5~LIN*1*SK*A~", "a QTY before the first LIN of its set"),
        ("LIN*1*SK*A~Q-Y*33*5~", "found 'Q-Y'; expected the name of a segment"),
    ],
)
def test_a_damaged_set_is_refused_with_its_place(detail: str, said: str) -> None:
    message = refused(file(detail))
    assert said in message
    assert "segment" in message
    assert "byte offset" in message


def test_a_count_too_high_shows_a_swallowed_line() -> None:
    detail = "LIN*1*SK*A~QTY*33*5~PID*F****TextLIN*2*SK*B~QTY*33*6~"
    message = refused(file(detail, count=detail.count("~") + 4))
    assert "found 'LIN*' inside a segment, and SE01 counts 8 segments where 7 stand" in message
    assert "segment 7" in message


def test_text_that_ends_like_a_segments_name_is_no_damage() -> None:
    assert rows(read(file("LIN*1*SK*MEDLIN*UP*1~QTY*33*5~"))) == [("MEDLIN", "5")]


def test_a_line_number_that_looks_like_a_qualifier_is_none_if_the_pairs_fit() -> None:
    assert rows(read(file("LIN*IN*SK*A~QTY*33*5~"))) == [("A", "5")]


def test_a_file_without_an_846_names_what_it_has() -> None:
    assert "there is no 846 in this file; the sets found are: '997'" in refused(
        file(TWO).replace("*846*", "*997*")
    )
    assert "none" in refused(ISA + "IEA*0*000000007~")


def test_a_quantity_of_the_next_set_is_not_given_to_the_last_line() -> None:
    second = "ST*846*0002~BIA*00*SI*8*20260304*0506~QTY*33*9~LIN*1*SK*B~SE*5*0002~"
    assert "a QTY before the first LIN" in refused(file(TWO).replace("GE*1", second + "GE*2"))


def test_every_file_cut_short_is_refused() -> None:
    text = file(TWO).strip()
    for end in range(len(text)):
        assert refused(text[:end])
