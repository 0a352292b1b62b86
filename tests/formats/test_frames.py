"""Columns of one value, however they are made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.frames import (
    PIECE,
    as_text,
    held,
    is_of_one_value,
    once_each,
    picked,
    repeated,
    shared_by_piece,
)

INSTANT = pa.timestamp("us", "UTC")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("web", pa.string()),
        ("\u00fc", pa.string()),
        ("", pa.string()),
        (None, pa.string()),
        (-7, pa.int64()),
        (None, pa.int64()),
        (True, pa.bool_()),
        (datetime(2026, 11, 20, 9, 0, 0, 1, tzinfo=UTC), INSTANT),
        (None, INSTANT),
    ],
)
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_a_column_of_one_value_has_it_in_each_row(value: Any, kind: pa.DataType, rows: int) -> None:
    column = repeated(value, kind, rows)
    column.validate(full=True)
    assert (column.type, column.to_pylist()) == (kind, [value] * rows)


@pytest.mark.parametrize(("value", "kind"), [("web", pa.string()), (None, pa.string()), (7, pa.int64())])
def test_a_long_column_of_one_value_is_one_piece_again_and_again(value: Any, kind: pa.DataType) -> None:
    column = repeated(value, kind, 2 * PIECE + 1)
    column.validate(full=True)
    assert [len(chunk) for chunk in column.chunks] == [PIECE, PIECE, 1]
    assert column.unique().to_pylist() == [value]
    assert held([column]) == held([repeated(value, kind, PIECE)])


@given(st.lists(st.lists(st.none() | st.sampled_from("ab"), max_size=4), max_size=4), st.booleans())
def test_cells_are_the_same_where_pieces_of_one_value_are_shared(
    chunks: list[list[str | None]], coded: bool
) -> None:
    column = pa.chunked_array(chunks, pa.string())
    found = shared_by_piece(column.dictionary_encode() if coded else column)
    found.validate(full=True)
    assert found.equals(column)


def test_pieces_of_one_value_are_in_the_memory_of_one() -> None:
    east, numbers = pa.array(["EAST"] * 2 * PIECE), pa.array([7] * 2 * PIECE)
    assert held([shared_by_piece(pa.chunked_array([east] * 9).dictionary_encode())]) < 1.1 * east.nbytes / 2
    assert held([shared_by_piece(pa.chunked_array([numbers.slice(0)] * 9))]) < 1.1 * numbers.nbytes / 2


@given(st.data(), st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(0, 4)), max_size=6))
def test_pieces_in_the_same_memory_are_looked_at_once_and_no_cell_is_missed(
    data: st.DataObject, pieces: list[tuple[int, int, int]]
) -> None:
    cells = st.lists(st.none() | st.sampled_from("abc"), min_size=4, max_size=4)
    known = [pa.array(data.draw(cells), pa.string()) for _ in range(2)]
    column = pa.chunked_array([known[of].slice(first, rows) for of, first, rows in pieces], pa.string())
    once = once_each(column)
    assert (set(once.to_pylist()), once.type) == (set(column.to_pylist()), column.type)
    assert once.num_chunks <= len(set(pieces))


def test_a_long_column_of_one_value_is_looked_at_in_one_piece() -> None:
    assert len(once_each(repeated("web", pa.string(), 9 * PIECE))) == PIECE


def test_memory_is_counted_once_and_whole() -> None:
    numbers = np.arange(1000)
    column = pa.array(numbers)
    assert held([numbers]) == held([numbers[3:5], column.slice(7, 1), pa.chunked_array([column] * 3)]) == 8000
    assert held([]) == held([pa.chunked_array([], pa.string())]) == 0


@given(st.lists(st.none() | st.sampled_from("ab"), max_size=4))
def test_a_piece_is_of_one_value_if_there_is_no_second_one(cells: list[str | None]) -> None:
    assert is_of_one_value(pa.array([*cells, "z"], pa.string()).slice(0, len(cells))) == (
        len(set(cells)) <= 1
    )


def test_cells_of_every_kind_have_a_text() -> None:
    coded = pa.array(["a", "b", "a", None]).dictionary_encode()
    assert as_text(pa.chunked_array([coded])).to_pylist() == ["a", "b", "a", None]
    assert as_text(pa.chunked_array([[7, -1, None]])).to_pylist() == ["7", "-1", None]


@given(st.lists(st.lists(st.none() | st.sampled_from("abc"), max_size=4), max_size=4), st.data())
def test_cells_are_picked_out_of_whatever_chunk_they_are_in(
    chunks: list[list[str | None]], data: st.DataObject
) -> None:
    column = pa.chunked_array(chunks, pa.string())
    rows = sorted(data.draw(st.sets(st.integers(0, len(column) - 1)) if len(column) else st.just(set())))
    cells = column.to_pylist()
    assert picked(column, np.array(rows, np.int64)).to_pylist() == [cells[row] for row in rows]


@pytest.mark.parametrize("row", [-1, 3])
def test_a_cell_that_is_not_there_is_not_picked(row: int) -> None:
    with pytest.raises(IndexError, match=f"positions {row} to {row} of 3"):
        picked(pa.chunked_array([["a"], ["b", "c"]]), np.array([row]))
