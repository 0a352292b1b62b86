"""SKUs of a file among those that are known: the same codes as if each had been looked up, in whatever order they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.reconcile.coded import Coded, find
from batch.reconcile.keys import Ids
from batch.reconcile.recognise import Recognised, codes_among, of_segment, recognise

MANY = 4096


def named(numbers: Iterable[int]) -> list[str]:
    return [f"S{number:05}" for number in numbers]


def coded(names: list[str], of_level: Iterable[int] = ()) -> Coded:
    none = np.empty(0, np.int64)
    return Coded(
        names=pa.array(names, pa.string()),
        ascends=names == sorted(names),
        of_level=np.array(list(of_level), np.int64),
        lines=none,
        of_line=none,
    )


def texts_of(found: Recognised) -> list[str]:
    assert len(set(found.names.to_pylist())) == len(found.names)
    return [found.names[int(code)].as_py() for code in found.codes]


names = st.lists(st.sampled_from(named(range(60))), min_size=1, unique=True)
skus = st.lists(st.sampled_from(named(range(70))), max_size=80)


@st.composite
def exports(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Names, and a file in their order: each SKU in a warehouse or two, some gone, some new, some moved."""
    known = draw(st.one_of(names, names.map(sorted)))
    rows = [sku for sku in known for _ in range(draw(st.sampled_from([1, 1, 2])))] * draw(st.integers(1, 2))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(rows)))
        rows[place : place + draw(st.integers(0, 2))] = draw(
            st.lists(st.sampled_from(named(range(70))), max_size=2)
        )
    return known, rows


@examples(100)
@given(given_names=st.one_of(st.tuples(names, skus), exports()), run=st.sampled_from([2, 3, 128]))
def test_a_file_is_coded_as_if_each_sku_were_looked_up(
    given_names: tuple[list[str], list[str]], run: int
) -> None:
    known, rows = given_names
    file = pa.chunked_array([rows[: len(rows) // 2], rows[len(rows) // 2 :]], pa.string())
    before = coded(known, range(len(known)))
    with patch("batch.reconcile.recognise.RUN", run), patch("batch.reconcile.recognise.FEW", 1):
        found = recognise(file, before)
    if found is None:
        return
    assert texts_of(found) == rows
    assert set(found.names.to_pylist()) == {*known, *rows}
    of_levels = found.before(np.arange(len(known)))
    assert [found.names[int(code)].as_py() for code in of_levels] == known
    if known == sorted(known):
        assert found.names.to_pylist() == sorted({*known, *rows})
    assert {known[at] for at in found.levels()} == {*known} & {*rows}
    kept = of_segment(found, np.arange(0, len(rows), 2), np.array([0]))
    assert texts_of(kept) == [*rows[::2], known[0]]


@pytest.mark.parametrize(
    "rows",
    [
        named(range(MANY)),
        named(range(MANY)) * 2,
        named(np.repeat(np.arange(MANY), 2)),
        named([MANY, *range(MANY)]),
        named([*range(100), MANY, *range(100, MANY)]),
        named([*range(100), *range(101, MANY)]),
        named([*range(2000, MANY), *range(2000)]),
    ],
    ids=["the same", "by warehouse", "by SKU", "one more, first", "one more", "one less", "turned round"],
)
def test_an_export_in_the_order_of_the_last_is_recognised(rows: list[str]) -> None:
    known = coded(named(range(MANY)))
    with patch("batch.reconcile.recognise.find", wraps=_sparing(len(rows))):
        found = recognise(pa.chunked_array([rows]), known)
    assert found is not None
    assert texts_of(found) == rows


def _sparing(rows: int) -> Callable[[pa.ChunkedArray, pa.Array], Ids]:
    """Looking up, of less than one row in eight."""

    def spared(skus: pa.ChunkedArray, among: pa.Array) -> Ids:
        assert len(skus) * 8 < rows
        return find(skus, among)

    return spared


def test_an_export_in_another_order_is_not() -> None:
    rows = named(np.random.default_rng(1).permutation(MANY))
    assert codes_among(pa.chunked_array([rows]), coded(named(range(MANY))).names) is None
    assert recognise(pa.chunked_array([rows]), coded([])) is None
