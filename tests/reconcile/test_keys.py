from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

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


def test_texts_are_listed_in_order_of_first_appearance_the_first_column_first() -> None:
    texts, (first, second) = encode([column(["b", "a", "b"]), column([None, "a", "c"])])
    assert texts.to_pylist() == ["b", "a", None, "c"]
    assert (first.tolist(), second.tolist()) == ([0, 1, 0], [2, 1, 3])


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
