"""What is made of cells other than text says the same as their text, and only what may be made is."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.cells import Kind, cells_of
from formats.contract import RawTable
from formats.csv import Csv
from formats.frames import as_text

USUAL = re.compile(r"0|-?[1-9][0-9]{0,11}")
FIELDS = {"sku": "a", "quantity": "b", "as_of": "c"}


def made(values: list[str], kind: Kind) -> pa.ChunkedArray:
    """What becomes of a column that stands between two others."""
    rows = [f"x,{value},y\n".encode() for value in values]
    begins = np.cumsum([0, *map(len, rows[:-1])]) + 2
    ends = begins + np.array([len(value) for value in values])
    return pa.chunked_array([cells_of(np.frombuffer(b"".join(rows), np.uint8), begins, ends, kind)])


numbers = st.sampled_from(
    ["0", "7", "-7", "-10", "10", "42", "999", "65536", "999999999", "999999999999"]
) | st.from_regex(USUAL, fullmatch=True)
odd = st.sampled_from(
    [
        "",
        "00",
        "007",
        "-",
        "-0",
        "-01",
        "--1",
        "5-",
        "+5",
        " 5",
        "5 ",
        "5.0",
        "1e3",
        "1_0",
        "n/a",
        "1234567890123",
        "5/",
        "5:",
        "/5",
        ":5",
    ]
)


@given(st.lists(numbers, min_size=1, max_size=8))
def test_numbers_that_are_written_as_usual_are_numbers(values: list[str]) -> None:
    assert made(values, "number").to_pylist() == list(map(int, values))


@given(st.lists(numbers | odd | st.text(st.sampled_from("0159--/:. "), max_size=13), min_size=1, max_size=8))
def test_a_column_is_numbers_only_if_nothing_of_it_is_lost(values: list[str]) -> None:
    column = made(values, "number")
    assert (column.type == pa.int64()) is all(map(USUAL.fullmatch, values))
    assert as_text(column).to_pylist() == values


def test_a_number_at_the_very_beginning_is_read_by_its_own_digits() -> None:
    octets = np.frombuffer(b"7,x\n1234,x\n", np.uint8)
    assert cells_of(octets, np.array([0, 4]), np.array([1, 8]), "number").to_pylist() == [7, 1234]


@pytest.mark.parametrize("kind", ["text", "number", "time"])
def test_a_column_of_nothing_is_text(kind: Kind) -> None:
    assert made(["", ""], kind).type == pa.string()


stamps = st.sampled_from(["09:00:00Z", "09:00:01Z", "10:00:00Z", "?9:00:00Z"]) | st.sampled_from(
    ["x", "noon"]
)


@given(
    st.lists(st.tuples(stamps, st.integers(1, 400)), min_size=1, max_size=6),
    st.sampled_from(["text", "number", "time"]),
)
def test_times_in_runs_are_the_texts_they_were(runs: list[tuple[str, int]], kind: Kind) -> None:
    values = [value for value, length in runs for _ in range(length)]
    column = made(values, kind)
    assert as_text(column).to_pylist() == values
    assert column.type == pa.string() or kind == "time"


def test_only_long_runs_of_times_of_one_length_are_coded() -> None:
    long = ["09:00", "10:00", "09:00"]
    assert pa.types.is_dictionary(made([each for each in long for _ in range(100)], "time").type)
    assert made([each for each in long for _ in range(100)] + ["9:00"], "time").type == pa.string()
    assert made([f"{each:05}" for each in range(300)], "time").type == pa.string()
    assert made(["09:00"] * 255, "time").type == pa.string()


def in_pieces(text: str, piece: int, sample: int = 4) -> RawTable:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("formats.csv.plain.PIECE", piece)
        patch.setattr("formats.cells.SAMPLE", sample)
        return Csv().read(f"a,b,c\n{text}".encode(), FIELDS, Csv.Reading())


rows = st.tuples(
    st.sampled_from(["A", "00", "5", "B-7"]),
    st.sampled_from(["5", "12", "0"]) | numbers | odd | st.just('"7"'),
    st.sampled_from(["09:00Z", "09:00Z", "10:00Z", "", "noon", "\u00fc"]),
    st.integers(1, 12),
)


@given(st.lists(rows, min_size=1, max_size=8), st.integers(0, 60) | st.integers(60, 600))
def test_a_file_of_pieces_of_several_kinds_has_the_texts_that_stand_in_it(
    parts: list[tuple[str, str, str, int]], piece: int
) -> None:
    every = [(sku, number, time) for sku, number, time, times in parts for _ in range(times)]
    table = in_pieces("".join(",".join(row) + "\n" for row in every), piece)
    expected = [[sku, number.strip('"'), time] for sku, number, time in every]
    assert table.texts.to_numpy().tolist() == expected


def test_a_column_is_of_one_kind_throughout() -> None:
    table = in_pieces("A,1,x\n" * 8 + "B,01,y\n" * 7, piece=47)
    assert {str(name): str(dtype) for name, dtype in table.cells.dtypes.items()} == {
        "sku": "string[pyarrow]",
        "quantity": "string[pyarrow]",
        "as_of": "dictionary<values=string, indices=int32, ordered=0>[pyarrow]",
    }


def test_a_column_that_other_fields_read_as_well_stays_text() -> None:
    table = Csv().read(b"a\n7\n8\n", {"sku": "a", "quantity": "a"}, Csv.Reading())
    assert table.cells.to_numpy().tolist() == [["7", "7"], ["8", "8"]]
    assert Csv().read(b"a\n7\n", {"on_hand": "a", "committed": "a"}, Csv.Reading()).cells[
        "on_hand"
    ].tolist() == [7]


def test_a_time_that_stands_alone_between_long_runs_is_kept() -> None:
    values = [*["09:00"] * 300, "09:59", *["10:00"] * 300]
    column = made(values, "time")
    assert pa.types.is_dictionary(column.type)
    assert as_text(column).to_pylist() == values
