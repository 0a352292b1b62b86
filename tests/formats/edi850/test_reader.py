"""Reading orders: odd files that must be read, and damaged ones that must not."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from formats.contract import Options, RawTable
from formats.edi850 import Edi850
from formats.errors import FormatError, Unreadable

ISA = "ISA*00*          *00*          *01*BIGBOX         *ZZ*ACME           *261120*1015*U*00401*000000007*0*P*>~"
TWO = "PO1*1*2*EA*9.99**SK*A-1*UP*000000000017~PO1*2*1*EA*5**SK*B-2~"


def order(
    lines: str = TWO,
    *,
    number: str = "4711",
    purpose: str = "00",
    day: str = "20261120",
    heading: str = "",
    at: int = 1,
) -> str:
    body = f"BEG*{purpose}*SA*{number}**{day}~{heading}{lines}CTT*{lines.count('PO1*')}~"
    return f"ST*850*{at:04}~{body}SE*{body.count('~') + 2}*{at:04}~"


def file(*orders: str, created: str = "20261120*1015") -> str:
    return ISA + f"GS*PO*BB*AC*{created}*7*X*004010~{''.join(orders)}GE*{len(orders)}*7~IEA*1*000000007~"


def read(text: str | bytes, **fields: str) -> RawTable:
    return Edi850().read(text if isinstance(text, bytes) else text.encode(), fields, Options())


def rows(table: RawTable) -> list[tuple[Any, ...]]:
    wanted = ("order", "line", "sku", "quantity", "ordered_at", "status")
    columns = [table.cells[name].array._pa_array.to_pylist() for name in wanted]
    return list(zip(*columns, strict=True))


def refused(text: str | bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(text)
    return str(caught.value)


def test_every_po1_is_a_row_of_its_order() -> None:
    table = read(file(order(), order("PO1*1*7*EA***VN*C-3~", number="4712", at=2)))
    assert rows(table) == [
        ("4711", "1", "A-1", "2", "2026-11-20T10:15:59", "original"),
        ("4711", "2", "B-2", "1", "2026-11-20T10:15:59", "original"),
        ("4712", "1", None, "7", "2026-11-20T10:15:59", "original"),
    ]
    assert table.lines.tolist() == [5, 6, 11]
    assert table.columns["sku"] == "PO1 SK"
    assert not table.warnings


@pytest.mark.parametrize(
    ("pair", "sku", "label"),
    [
        ("BP*9*VN*A", "A", "PO1 VN"),
        ("VP*A*UP*17", "A", "PO1 VP"),
        ("BP*9*UP*17", "9", "PO1 BP"),
        ("VN*X*SK*A", "A", "PO1 SK"),
    ],
)
def test_the_sellers_own_number_is_the_sku(pair: str, sku: str, label: str) -> None:
    table = read(file(order(f"PO1*1*2*EA***{pair}~")))
    assert (rows(table)[0][2], table.columns["sku"]) == (sku, label)
    assert rows(read(file(order("PO1*1*2*EA***BP*9*VN*A~")), sku="BP"))[0][2] == "9"


@pytest.mark.parametrize(
    ("purpose", "status"),
    [("00", "original"), ("01", "cancelled"), ("03", "cancelled"), ("05", "replace"), ("06", "06")],
)
def test_the_purpose_is_the_status(purpose: str, status: str) -> None:
    table = read(file(order(purpose=purpose)))
    assert {row[5] for row in rows(table)} == {status}
    assert any("order 4711 is replaced" in one for one in table.warnings) == (status == "replace")


@pytest.mark.parametrize(
    ("day", "created", "heading", "placed"),
    [
        ("20261120", "20261120*1015", "", "2026-11-20T10:15:59"),
        ("20261120", "20261120*101530", "", "2026-11-20T10:15:30"),
        ("20261119", "20261120*1015", "", "2026-11-19T23:59:59"),
        ("20261121", "20261120*1015", "", "2026-11-21T23:59:59"),
        ("20261120", "20261120*9999", "", "2026-11-20T23:59:59"),
        ("20261120", "20261120*1015", "DTM*004*20261120*0830~", "2026-11-20T08:30:00"),
        ("20261120", "20261120*1015", "DTM*004*20261120*083015*UT~", "2026-11-20T08:30:15+00:00"),
        ("20261120", "20261120*1015", "DTM*004*20261120*0830*ET~", "2026-11-20T08:30:00"),
        ("20261120", "20261120*1015", "DTM*004*20261118~", "2026-11-20T10:15:59"),
        ("20261120", "20261120*1015", "DTM*002*20261118*0830~", "2026-11-20T10:15:59"),
    ],
)
def test_an_order_is_never_placed_earlier_than_it_can_have_been(
    day: str, created: str, heading: str, placed: str
) -> None:
    assert rows(read(file(order(day=day, heading=heading), created=created)))[0][4] == placed


@pytest.mark.parametrize(
    ("day", "created", "placed"),
    [("", "20261120*1015", "2026-11-20T10:15:59"), ("2026112", "*", None), ("20261340", "*", None)],
)
def test_an_order_without_a_date_has_that_of_its_group_or_none(
    day: str, created: str, placed: str | None
) -> None:
    assert rows(read(file(order(day=day), created=created)))[0][4] == placed


def test_a_date_of_a_line_is_not_that_of_its_order() -> None:
    detail = "PO1*1*2*EA***SK*A~DTM*004*20200101*0000~PO1*2*1*EA***SK*B~"
    assert {row[4] for row in rows(read(file(order(detail))))} == {"2026-11-20T10:15:59"}


def test_lines_without_a_number_of_their_own_go_by_their_place() -> None:
    doubled = "PO1*1*2*EA***SK*A~PO1*1*3*EA***SK*B~"
    unnamed = "PO1**2*EA***SK*A~PO1*7*3*EA***SK*B~"
    table = read(file(order(doubled), order(unnamed, number="4712", at=2), order(number="4713", at=3)))
    assert [row[1] for row in rows(table)] == ["1", "2", "1", "2", "1", "2"]
    assert table.warnings[0].startswith("order 4711 and 1 more: PO101 is missing or stands twice")


def test_units_and_other_sets_are_said() -> None:
    cases = order("PO1*1*2*CA***SK*A~")
    assert "'CA' (1 times)" in read(file(cases)).warnings[0]
    mixed = file(order()).replace("GE*1*7~", "ST*860*0009~BCH*01~SE*3*0009~GE*2*7~")
    assert read(mixed).warnings == ("1 other sets were passed over",)


def test_a_product_stated_twice_is_a_reject() -> None:
    table = read(file(order("PO1*1*2*EA***SK*A*SK*B~PO1*2*1*EA***SK*C~")))
    assert [row[2] for row in rows(table)] == ["C"]
    assert table.rejects[["line", "column", "sku"]].to_numpy().tolist() == [[5, "PO1 SK", "B"]]


@pytest.mark.parametrize(
    ("e", "c", "t", "between"),
    [
        ("*", ">", "\n", ""),
        ("|", ">", "~", "\r\n"),
        ("~", ">", "\r", ""),
        ("*", "~", "|", "\n  "),
        ("*", "@", "!", ""),
    ],
)
def test_any_delimiters_will_do(e: str, c: str, t: str, between: str) -> None:
    text = file(order()).translate(str.maketrans({"*": e, ">": c, "~": t + between}))
    assert rows(read("\ufeff" + text)) == rows(read(file(order())))


def test_a_terminator_before_each_line_feed_is_the_terminator() -> None:
    text = file(order()).replace("*P*>~", "*P*~").replace("~", "~\n")
    assert rows(read(text)) == rows(read(file(order())))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("BEG*00", "BIG*00", "found 'BIG'; expected BEG"),
        ("*SA*4711", "*SA*", "BEG03: found no order number"),
        ("ST*850", "ST*846", "there is no 850 in this file"),
        ("17~PO1*2", "17PO1*2", "inside a segment, and SE01 counts 6 segments where 5 stand"),
        ("17~PO1*2", "17*" + "X*" * 20 + "PO1*2", "PO126: found PO1 with"),
        ("GE*1*7~", "", "expected ST or GE"),
        ("IEA*1*000000007", "IEA*1*000000008", "control number '000000008'"),
    ],
)
def test_damage_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    text = file(order())
    assert old in text
    assert said in refused(text.replace(old, new, 1))


def test_a_file_cut_off_anywhere_is_refused() -> None:
    whole = file(order(), order(number="4712", at=2))
    for end in range(len(whole)):
        assert refused(whole[:end])


@examples(100)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    whole = file(order(heading="DTM*004*20261120*0830~"), order(number="4712", at=2)).encode()
    at, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 12))
    damaged = whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + length :]
    with contextlib.suppress(FormatError):
        table = read(damaged)
        assert len(table.cells) == len(table.lines)
