"""What a feed's CSV becomes: cells as text, line numbers, rejects."""

from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd
import pytest

from formats.contract import REJECTS, TEXT, RawTable
from formats.csv import Csv
from formats.csv.body import BLOCK
from formats.errors import Unreadable

FIELDS = {"sku": "ITEM", "quantity": "QTY"}


def read(data: str | bytes, fields: dict[str, str] | None = None, **options: Any) -> RawTable:
    data = data.encode() if isinstance(data, str) else data
    return Csv().read(data, FIELDS if fields is None else fields, Csv.Reading(**options))


def rows(table: RawTable) -> list[tuple[Any, ...]]:
    """(line, cell, cell, …) of every row."""
    return [
        (int(line), *cells) for line, cells in zip(table.lines, table.texts.to_numpy().tolist(), strict=True)
    ]


def rejects(table: RawTable) -> list[tuple[Any, ...]]:
    """(line, column, value, reason, sku) of every reject."""
    return [
        tuple(None if pd.isna(cell) else cell for cell in row)
        for row in table.rejects.to_numpy(object).tolist()
    ]


def test_a_file_becomes_text_columns_with_the_line_of_every_row() -> None:
    table = read("ITEM,WH,QTY\nA-1,EAST,12\nB-2,WEST,0\n")
    assert rows(table) == [(2, "A-1", "12"), (3, "B-2", "0")]
    assert list(table.texts.dtypes) == [TEXT, TEXT]
    assert table.lines.dtype == "int64"
    assert table.columns == FIELDS
    assert dict(table.rejects.dtypes) == REJECTS
    assert (len(table.rejects), table.stated_at, table.warnings) == (0, None, ())


@pytest.mark.parametrize(
    "text", ["NA", "null", "00123", "1E+11", "true", "-", "", "NaN", "2026-01-01", " 7 ", "5\0"]
)
@pytest.mark.parametrize("extra", ["", "\n", '"x"y,1\n'])
def test_a_cell_stays_exactly_the_text_it_is(text: str, extra: str) -> None:
    table = read(f"ITEM,QTY\n{text},{text}\n{extra}")
    assert rows(table) == [(2, text, text)]
    assert not table.texts.isna().any().any()


def test_two_fields_may_read_one_column_and_others_are_left_out() -> None:
    fields = {"sku": "ITEM", "upc": "ITEM"}
    assert rows(read("X,ITEM,X\n1,A,2\n", fields)) == [(2, "A", "A")]


def test_no_fields_give_rows_without_cells() -> None:
    table = read("ITEM\nA\nB\n", {})
    assert (table.texts.shape, list(table.lines)) == ((2, 0), [2, 3])


@pytest.mark.parametrize("data", ["ITEM,QTY", "ITEM,QTY\n", "ITEM,QTY\r\n\r\n", "\n\nITEM,QTY\n \n"])
def test_a_header_alone_gives_no_rows(data: str) -> None:
    table = read(data)
    assert list(table.texts.columns) == ["sku", "quantity"]
    assert (len(table.texts), len(table.lines), len(table.rejects)) == (0, 0, 0)
    assert list(table.texts.dtypes) == [TEXT, TEXT]


def test_a_header_of_one_column_without_a_line_end_gives_no_rows() -> None:
    assert rows(read("ITEM", {"sku": "ITEM"})) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_line_end_counts_as_one_line(end: str, last: bool) -> None:
    text = end.join(["ITEM,QTY", "A,1", "B,2", "C,3"]) + end * last
    assert rows(read(text)) == [(2, "A", "1"), (3, "B", "2"), (4, "C", "3")]


def test_line_ends_may_be_mixed() -> None:
    assert rows(read("ITEM,QTY\r\nA,1\rB,2\nC,3\r\n\rD,4")) == [
        (2, "A", "1"),
        (3, "B", "2"),
        (4, "C", "3"),
        (6, "D", "4"),
    ]


def test_other_separators_of_unicode_end_no_line() -> None:
    assert rows(read("ITEM,QTY\nA\u2028B\x85\v\f,1\n")) == [(2, "A\u2028B\x85\v\f", "1")]


def test_blank_lines_are_skipped_but_counted() -> None:
    table = read("\n \nITEM,QTY\n\nA,1\n\n   \n\t\nB,2\n\n")
    assert rows(table) == [(5, "A", "1"), (9, "B", "2")]
    assert rejects(table) == []


def test_a_blank_is_a_value_where_there_is_one_column() -> None:
    assert rows(read('ITEM\nA\n  \n""\n\nB\n', {"sku": "ITEM"})) == [(2, "A"), (3, "  "), (4, ""), (6, "B")]


def test_line_numbers_are_true_after_values_with_line_ends() -> None:
    table = read('"ITEM","TI\r\nTLE",QTY\nA,"one\r\ntwo\n\nthree",1\nB,x,2\n"C\n",y,3\n')
    assert rows(table) == [(3, "A", "1"), (7, "B", "2"), (8, "C\n", "3")]
    assert rejects(table) == []


def test_a_ragged_row_is_rejected_with_its_text_and_sku() -> None:
    table = read('QTY,ITEM,X\n1,A,x\n2,B\n3\n4,"C",x,y\n\n5,"D\nD",x\n6,"E\nE",x,y,z\n7,F,x\n')
    assert rows(table) == [(2, "A", "1"), (7, "D\nD", "5"), (11, "F", "7")]
    assert rejects(table) == [
        (3, "", "2,B", "2 fields, the header has 3", "B"),
        (4, "", "3", "1 field, the header has 3", None),
        (5, "", '4,"C",x,y', "4 fields, the header has 3", "C"),
        (9, "", '6,"E\nE",x,y,z', "5 fields, the header has 3", "E\nE"),
    ]


def test_a_long_ragged_row_is_shortened_to_200_characters() -> None:
    ((_, _, value, _, _),) = rejects(read(f"ITEM,QTY\nA,{'ü' * 500},2\n"))
    assert (len(value), value[:4], value[-2:]) == (200, "A,üü", "ü…")


def test_a_ragged_row_with_undecodable_bytes_is_still_one_reject() -> None:
    assert rejects(read(b"ITEM,QTY\nA,\xff,2\n\xff\n")) == [
        (2, "", "A,\\xff,2", "3 fields, the header has 2", "A"),
        (3, "", "\\xff", "1 field, the header has 2", None),
    ]


def test_an_open_quote_rejects_its_line_alone() -> None:
    table = read('ITEM,QTY\n1,2\n"x,3\ny,4\n"z",5\n')
    assert rows(table) == [(2, "1", "2"), (4, "y", "4"), (5, "z", "5")]
    assert rejects(table) == [(3, "", '"x,3', "a quoted value is opened and not closed", "x")]


def test_an_open_quote_at_the_end_swallows_nothing() -> None:
    table = read('ITEM,QTY\nA,"2\nB,3\nC,4')
    assert rows(table) == [(3, "B", "3"), (4, "C", "4")]
    assert rejects(table) == [(2, "", 'A,"2', "a quoted value is opened and not closed", "A")]


def test_an_open_quote_closed_by_the_mark_of_a_later_value_swallows_nothing() -> None:
    table = read('ITEM,QTY\n"x,3\ny,4\nz,5"\n')
    assert rows(table) == [(3, "y", "4"), (4, "z", '5"')]
    assert [reject[0] for reject in rejects(table)] == [2]


def test_text_after_a_closing_quote_is_rejected() -> None:
    table = read('ITEM,QTY\n"A"x,1\n"B",2\n"C" ,3\n')
    assert rows(table) == [(3, "B", "2")]
    assert rejects(table) == [
        (2, "", '"A"x,1', "text follows a closing quote", 'A"x'),
        (4, "", '"C" ,3', "text follows a closing quote", "C"),
    ]


def test_a_quote_inside_an_unquoted_value_is_plain_text() -> None:
    table = read('ITEM,QTY\n5" pipe,1\n6"" x,"2"\na"b"c,"3,""x"""\n')
    assert rows(table) == [(2, '5" pipe', "1"), (3, '6"" x', "2"), (4, 'a"b"c', '3,"x"')]


def test_a_value_that_holds_what_looks_like_rows_is_read_and_reported() -> None:
    table = read('ITEM,QTY\n"x,3\ny,4\npipe 5",3\nB,1\n')
    assert rows(table) == [(2, "x,3\ny,4\npipe 5", "3"), (5, "B", "1")]
    assert table.warnings[0].startswith("line 2: a quoted value holds lines that look like rows")


def test_an_ordinary_value_of_several_lines_is_not_reported() -> None:
    assert read('ITEM,QTY\n"one\ntwo\nthree",3\n').warnings == ()


def test_twenty_rows_with_broken_quotes_are_rejected() -> None:
    table = read("ITEM,QTY\nA,1\n" + '"x"y,2\n"z,3\n' * 10 + "B,4\n")
    assert rows(table) == [(2, "A", "1"), (23, "B", "4")]
    assert [reject[0] for reject in rejects(table)] == list(range(3, 23))


def test_more_than_twenty_rows_with_broken_quotes_make_the_file_unreadable() -> None:
    with pytest.raises(Unreadable, match="line 3: text follows a closing quote, and more than 20 rows"):
        read("ITEM,QTY\nA,1\n" + '"x"y,2\n' * 21)


def test_undecodable_bytes_reject_only_rows_that_need_them() -> None:
    table = read(b"ITEM,TITLE,QTY\nA,St\xfcck,1\nB\xe4,x,2\nC,x,\x81\nD,\xc3\xbc,4\n")
    assert rows(table) == [(2, "A", "1"), (5, "D", "4")]
    assert rejects(table) == [
        (3, "ITEM", "B\\xe4", 'not valid UTF-8; if the file is cp1252, set encoding = "cp1252"', None),
        (4, "QTY", "\\x81", 'not valid UTF-8; if the file is latin-1, set encoding = "latin-1"', "C"),
    ]


@pytest.mark.parametrize(
    "bad", [b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe0\x80\x80", b"\xc3", b"\xf4\x90\x80\x80"]
)
def test_malformed_utf8_of_every_kind_is_found(bad: bytes) -> None:
    good = "A€😀ü\u07ff\uffff\U0010ffff,1"
    table = read(f"ITEM,QTY\n{good}\n".encode() + bad + b",2\n")
    assert (len(table.texts), [reject[0] for reject in rejects(table)]) == (1, [3])


def test_rejects_of_every_kind_come_in_the_order_of_their_lines() -> None:
    table = read(b'ITEM,QTY\n\xff,1\nA\n"B\n\xfe,2\nC"",3,4\n')
    assert [reject[0] for reject in rejects(table)] == [2, 3, 4, 5, 6]


def test_a_row_longer_than_a_block_is_read() -> None:
    long = "x" * (3 * BLOCK)
    assert rows(read(f"ITEM,QTY\nA,1\n{long},2\n")) == [(2, "A", "1"), (3, long, "2")]
    broken = f'"{long}\n{long}'
    assert rows(read(f'ITEM,QTY\n{broken}",2\n\nB,3\n')) == [(2, broken[1:], "2"), (5, "B", "3")]


def test_values_over_the_ends_of_blocks_are_read() -> None:
    row = '"A\n1",2\n'
    table = read("ITEM,QTY\n" + row * 120_000)
    assert len(table.texts) == 120_000
    assert set(table.texts["sku"].unique()) == {"A\n1"}
    assert list(table.lines[-2:]) == [239_998, 240_000]


def test_quotes_are_examined_beyond_the_first_slice() -> None:
    table = read("ITEM,QTY\n" + '"A","1"\n' * 1_500_000 + '"B"x,2\nC,3\n')
    assert (len(table.texts), table.lines[-1]) == (1_500_001, 1_500_003)
    assert rejects(table) == [(1_500_002, "", '"B"x,2', "text follows a closing quote", 'B"x')]


def test_thousands_of_columns_are_read() -> None:
    names = ",".join(f"C{at}" for at in range(3000))
    plain, quoted = "A," * 3001 + "z", '"B",' * 3001
    table = read(f"ITEM,QTY,{names}\n\n{plain}\n{quoted}\n1,2\n")
    assert rows(table) == [(3, "A", "A"), (4, "B", "B")]
    assert rejects(table) == [(5, "", "1,2", "2 fields, the header has 3002", "1")]


@pytest.mark.parametrize("data", [b"\0" * 100, b"\0", b"ITEM,QTY".replace(b"", b"\0")])
def test_a_file_of_nul_bytes_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable, match="NUL bytes"):
        read(data)


def test_the_regular_and_the_careful_way_agree_with_the_standard_library() -> None:
    text = "ITEM,QTY\n" + "".join(f'SKU-{at},"{at},""{at % 7}"""\n' for at in range(5000))
    expected = list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:]
    regular, careful = read(text), read(text + "\nragged\n")
    assert careful.texts.equals(regular.texts)
    assert (careful.lines == regular.lines).all()
    assert regular.texts.to_numpy().tolist() == expected
