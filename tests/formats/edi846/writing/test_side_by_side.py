"""Columns of text side by side say in every line what text put together line by line says."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.edi846.writing.side_by_side import (
    WORTH_PICKING,
    enclosed,
    in_digits,
    joined,
    plain,
    same,
    together,
    where,
)

Texts = list[str | None]


def texts_of(column: Any, rows: int) -> Texts:
    """What a column says in each line."""
    return [column] * rows if isinstance(column, str) else plain(column).to_pylist()


def text(column: str | None) -> str:
    return "" if column is None else column


few, many = st.just(3), st.sampled_from([WORTH_PICKING, 1000])
numbers = st.sampled_from([5, 40, 1023, 1024, 70_000, 10**12])


@st.composite
def columns(draw: st.DrawFn, *, nulls: bool) -> list[Any]:
    rows = draw(few | many)

    def column() -> Any:
        return draw(
            st.sampled_from(["", "*", "~LIN*"])
            | st.builds(lambda one: pa.array([f"{one}{row}" for row in range(rows)]), st.sampled_from("ab"))
            | st.builds(
                lambda most: in_digits(pa.array([row * most // rows for row in range(rows)])), numbers
            )
            | st.builds(
                lambda every: where(pa.array([not row % every for row in range(rows)]), "~SDQ"), numbers
            )
            | st.builds(lambda every: _gaps(rows, every) if nulls else "x", numbers)
        )

    return [pa.array([str(row) for row in range(rows)]), *(column() for _ in range(draw(st.integers(0, 6))))]


def _gaps(rows: int, every: int) -> Any:
    return in_digits(pa.array([None if not row % every else row for row in range(rows)], pa.int64()))


@given(columns(nulls=False))
def test_columns_side_by_side_are_their_texts_one_after_the_other(drawn: list[Any]) -> None:
    rows = len(drawn[0])
    expected = [
        "".join(map(text, line)) for line in zip(*(texts_of(one, rows) for one in drawn), strict=True)
    ]
    assert texts_of(joined(drawn), rows) == expected


@given(columns(nulls=True))
def test_a_line_in_which_one_of_them_is_null_is_null(drawn: list[Any]) -> None:
    rows = len(drawn[0])
    lines = zip(*(texts_of(one, rows) for one in drawn), strict=True)
    expected = [None if None in line else "".join(map(text, line)) for line in lines]
    assert texts_of(joined(drawn), rows) == expected


def test_parts_are_a_dictionary_only_together() -> None:
    text, recurring = pa.array(["a", "b"]), same("a", 2)
    assert together([recurring, same("c", 1)]).to_pylist() == ["a", "a", "c"]
    assert pa.types.is_dictionary(together([recurring, recurring]).type)
    assert together([recurring, text]).equals(pa.chunked_array([["a", "a"], ["a", "b"]]))


def test_constants_alone_are_a_constant() -> None:
    assert joined(["QTY*", "", "33"]) == "QTY*33"


def test_a_slice_is_joined_as_what_it_is() -> None:
    skus, amounts = pa.array([f"A-{row}" for row in range(300)]), pa.array(range(300))
    found = joined(["LIN*", skus.slice(100, 150), "*", in_digits(amounts.slice(100, 150)), "~"])
    assert texts_of(found, 150) == [f"LIN*A-{row}*{row}~" for row in range(100, 250)]


@given(st.lists(st.none() | st.integers(-3, 10**7), max_size=5), st.sampled_from([1, 100]))
def test_numbers_in_digits_are_what_arrow_makes_of_them(some: list[int | None], times: int) -> None:
    own = pa.array(some * times, pa.int64())
    assert plain(in_digits(own)).equals(own.cast(pa.string()))


@pytest.mark.parametrize("rows", [2, 200])
def test_what_is_enclosed_is_empty_where_it_is_null(rows: int) -> None:
    found = enclosed("*EAST*", in_digits(pa.array([7, None] * (rows // 2))), "~")
    assert texts_of(found, rows) == ["*EAST*7~", ""] * (rows // 2)
