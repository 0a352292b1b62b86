"""Runs of equal cells are found, of whatever length the cells are."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.receive.conform.runs import runs_of
from formats.runs import SAMPLE

texts = st.lists(st.sampled_from(["a", "b"]) | st.text(max_size=3) | st.none(), min_size=1, max_size=12)
times = st.lists(st.sampled_from(["20:00Z", "20:01Z", "21:00Z", "20:0\u00fc"]), min_size=1, max_size=12)


@given(
    cells=texts | times,
    lengths=st.lists(st.integers(1, 300), min_size=12, max_size=12),
    cut=st.integers(0, 600),
)
def test_runs_repeated_are_the_column(cells: list[str | None], lengths: list[int], cut: int) -> None:
    column = [cell for cell, length in zip(cells, lengths, strict=False) for _ in range(length)]
    pieces = pa.chunked_array([["x", *column[:cut]], column[cut:]], pa.string()).slice(1)
    runs = runs_of(pieces)
    if runs is None:
        return
    assert (
        runs.cells.take(pa.array(np.repeat(np.arange(len(runs.lengths)), runs.lengths))).to_pylist() == column
    )
    shortest = [len(list(group)) for part in (column[:cut], column[cut:]) for _, group in groupby(part)]
    assert runs.lengths.tolist() == shortest


@pytest.mark.parametrize(
    ("column", "long"),
    [
        ([], False),
        (["a"] * (SAMPLE - 1), False),
        (["a"] * SAMPLE, True),
        (["a", "b"] * SAMPLE, False),
        ([f"{row:08}" for row in range(SAMPLE * 2)], False),
        ([f"{row // 10}" for row in range(SAMPLE * 2)], True),
    ],
)
def test_runs_are_looked_for_where_they_are_long(column: list[str], long: bool) -> None:
    assert (runs_of(pa.chunked_array([column], pa.string())) is not None) is long
