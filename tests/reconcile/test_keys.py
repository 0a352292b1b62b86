from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.reconcile import ascending
from batch.reconcile.keys import encode, last_of_each, number_keys, pack, positions
from formats.contract import TEXT

text = st.sampled_from(["", "a", "A", "NA", None])
keys = st.lists(st.tuples(text, text), max_size=8)


def column(values: list[str | None]) -> pd.Series:
    return pd.Series(values, dtype=TEXT)


@given(one=keys, other=keys)
def test_two_rows_have_one_id_exactly_if_they_have_one_key(
    one: list[tuple[str | None, ...]], other: list[tuple[str | None, ...]]
) -> None:
    frames = [
        pd.DataFrame({"x": column([k[0] for k in part]), "y": column([k[1] for k in part])})
        for part in (one, other)
    ]
    ids, bound = number_keys(frames, ("x", "y"))
    pairs = list(zip(one + other, np.concatenate(ids).tolist(), strict=True))
    assert all((key == again) is (number == same) for key, number in pairs for again, same in pairs)
    assert all(0 <= number < bound for _, number in pairs)


def test_codes_are_the_positions_of_their_texts() -> None:
    texts, (first, second) = encode([column(["b", "a", "b"]), column([None, "a", "c"])])
    assert sorted(texts.to_pylist(), key=str) == [None, "a", "b", "c"]
    assert texts.take(pa.array(first)).to_pylist() == ["b", "a", "b"]
    assert texts.take(pa.array(second)).to_pylist() == [None, "a", "c"]


stretches = st.lists(
    st.lists(st.sampled_from(["", "a", "A", "NA", "aa", "é"]), max_size=6).map(sorted), max_size=4
)


@given(
    columns=st.lists(stretches, min_size=1, max_size=3), times=st.sampled_from([1, ascending.MOST_STRETCHES])
)
def test_text_in_order_gets_codes_without_a_hash_table(columns: list[list[list[str]]], times: int) -> None:
    texts = [
        pa.chunked_array([[text for text in part for _ in range(times)] for part in column], pa.string())
        for column in columns
    ]
    coded = ascending.code(texts)
    assert coded is not None
    distinct, codes = coded
    every = {text for column in texts for text in column.to_pylist()}
    assert distinct.to_pylist() == sorted(every, key=str.encode)
    assert [distinct.take(pa.array(each)).to_pylist() for each in codes] == [
        column.to_pylist() for column in texts
    ]


@pytest.mark.parametrize("column", [[None, "a"], ["b", "a"] * ascending.MOST_STRETCHES])
def test_text_in_no_order_is_left_to_a_hash_table(column: list[str | None]) -> None:
    assert ascending.code([pa.chunked_array([column], pa.string())]) is None


def test_nothing_to_encode_is_nothing() -> None:
    texts, (codes,) = encode([column([])])
    assert (len(texts), codes.tolist()) == (0, [])


def test_keys_of_many_parts_are_packed_before_they_overflow() -> None:
    many = np.arange(3000, dtype=np.int64)
    ids, bound = pack([many, many, many, many, many, many])
    assert len(np.unique(ids)) == len(many)
    assert bound <= len(many)


@given(ids=st.lists(st.integers(0, 4), max_size=9))
def test_the_last_row_of_each_key_stays_in_its_order(ids: list[int]) -> None:
    last = {key: row for row, key in enumerate(ids)}
    numbers = np.array(ids, dtype=np.int64)
    assert last_of_each(numbers, 5).tolist() == sorted(last.values())
    assert positions(numbers, 5).tolist() == [last.get(key, -1) for key in range(5)]
