"""What counts as plain, and that nothing else passes for it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.csv.layout import Shape
from formats.csv.plain import cut, plain_columns


def columns(text: str | bytes, width: int = 2, delimiter: str = ",") -> list[list[str]] | None:
    """The values of each column, or None if the text is not plain."""
    shape = Shape(
        delimiter=delimiter, names=("",) * width, wanted=tuple(range(width)), sku=None, first_line=2
    )
    data = text.encode() if isinstance(text, str) else text
    found = plain_columns(np.frombuffer(data, np.uint8), shape)
    return None if found is None else [found[at].to_pylist() for at in range(width)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " ", "+", "~"])
def test_a_plain_text_is_cut_at_its_separators(delimiter: str) -> None:
    text = "A-1,7\nB-22,\n,x=y\n".replace(",", delimiter)
    assert columns(text, delimiter=delimiter) == [["A-1", "B-22", ""], ["7", "", "x=y"]]


def test_values_of_one_length_and_of_several_are_cut_alike() -> None:
    assert columns("AB,1\nCD,22\n") == [["AB", "CD"], ["1", "22"]]


def test_blanks_and_signs_within_values_do_not_matter() -> None:
    assert columns("A 1,2026-11-20 09:00\n (#5%) ,+7*\n") == [["A 1", " (#5%) "], ["2026-11-20 09:00", "+7*"]]


def test_a_comma_is_no_separator_beside_another() -> None:
    assert columns("A,1;2,5\nB;3\n", delimiter=";") == [["A,1", "B"], ["2,5", "3"]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,1",
        "a,1\nb",
        "a,1\n\nb,2\n",
        "a,1\nb\n",
        "a,1,x\nb\n",
        "a,1,x\n",
        "a,1\n2,b,3\n",
        'a,"1"\n',
        'a,5"\n',
        "a,1\r\n",
        "a,1\rb,2\n",
        "a,1\0\n",
        "\ufeffa,1\n",
        "\u00fc,1\n",
        b"\xff,1\n",
        b"\x80,1\n",
    ],
)
def test_what_has_to_be_looked_at_is_not_plain(text: str | bytes) -> None:
    assert columns(text) is None


def test_a_blank_line_is_no_value_where_there_is_one_column() -> None:
    assert columns("a\n\nb\n", width=1) is None
    assert columns("a\nbc\n", width=1) == [["a", "bc"]]


@given(
    st.lists(st.tuples(*[st.text(st.sampled_from("ab 09-+:'\x7f"), max_size=3)] * 3), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t"]),
)
def test_a_plain_text_reads_as_the_parser_reads_it(rows: list[tuple[str, ...]], delimiter: str) -> None:
    text = "".join(f"{delimiter.join(row)}\n" for row in rows)
    names = list("xyz")
    table = arrow_csv.read_csv(
        pa.py_buffer(text.encode()),
        arrow_csv.ReadOptions(column_names=names),
        arrow_csv.ParseOptions(delimiter=delimiter),
        arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
    assert columns(text, 3, delimiter) == [column.to_pylist() for column in table.columns]


@given(st.binary(max_size=40), st.integers(0, 40), st.integers(0, 10))
def test_pieces_are_whole_lines_and_together_the_text(data: bytes, start: int, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("formats.csv.plain.PIECE", piece)
        cuts = cut(data, min(start, len(data)))
    assert (cuts[0], cuts[-1]) == (min(start, len(data)), len(data))
    assert cuts == sorted(set(cuts))
    assert all(data[at - 1] == ord("\n") for at in cuts[1:-1])
