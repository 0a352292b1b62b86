"""The table of segments agrees with splitting the text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.errors import Unreadable
from formats.x12.codes import code
from formats.x12.split import split_segments

ISA = "ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*SHOP           *260304*0506*U*00401*000000007*0*P*>~"
WORD = st.text(st.characters(exclude_characters="*~ \t\r\n\x00\x1a", exclude_categories=["Cs"]), max_size=5)


@given(
    body=st.lists(st.lists(WORD, min_size=2, max_size=5), max_size=8),
    gap=st.sampled_from(["", "\n", "\r\n\t  "]),
)
def test_every_element_is_where_a_plain_split_finds_it(body: list[list[str]], gap: str) -> None:
    body = [["GS", "IB"], *body]
    text = ISA + gap + "".join("*".join(one) + "~" + gap for one in body)
    table = split_segments(text.encode())
    rows = np.arange(1, len(table))
    assert [
        [table.text(row, n) for n in range(int(table.counts(rows)[row - 1]) + 1)] for row in rows.tolist()
    ] == body
    for number in range(1, 6):
        expected = [one[number] if number < len(one) and one[number] else None for one in body]
        assert table.texts(table.elements(rows, number)).to_pylist() == expected


def test_an_indentation_longer_than_any_sensible_one_is_passed_over() -> None:
    table = split_segments((ISA + " " * 300 + "GS*IB~" + " " * 70 + "~" + "\t" * 65 + "GE*0~").encode())
    assert [table.text(row, 0) for row in range(len(table))] == ["ISA", "GS", "GE"]


def test_empty_segments_do_not_count() -> None:
    table = split_segments((ISA + "GS*IB~~\n~GE*0~").encode())
    assert table.place(2).segment == 3
    assert table.text(2, 0) == "GE"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_place_counts_the_bytes_of_the_file_not_those_of_a_recoded_copy(mark: bytes) -> None:
    file = mark + (ISA + "GS*Käse~GE*0~").encode("iso-8859-1")
    table = split_segments(file)
    assert table.text(1, 1) == "Käse"
    assert table.place(2).offset == file.index(b"GE*")
    assert "ISO 8859-1" in table.warnings[0]


def test_a_place_names_segment_offset_and_element() -> None:
    table = split_segments((ISA + "GS*IB~").encode())
    assert str(table.place(1, 1)) == "segment 2 (byte offset 106), GS01"


def test_a_file_that_ends_inside_its_first_segment_is_truncated() -> None:
    with pytest.raises(Unreadable):
        split_segments(ISA[:-1].encode())


@pytest.mark.parametrize(("one", "other"), [("LIN", "lin"), ("n1", "N1")])
def test_names_are_the_same_in_upper_and_lower_case(one: str, other: str) -> None:
    assert code(one) == code(other) > 0


@pytest.mark.parametrize("text", ["", "FOUR", "é", "$$"])
def test_what_is_no_name_has_no_code(text: str) -> None:
    assert code(text) == 0


def test_different_names_have_different_codes() -> None:
    names = ["A", "AA", "AAA", "N1", "N10", "IN", "0", "00", "B"]
    assert len({code(name) for name in names}) == len(names)
