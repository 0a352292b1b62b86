from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.reconcile import hashed
from batch.reconcile.coded import find, index_of
from batch.reconcile.keys import WORTH_A_LOOK, Ids, encode
from formats.contract import TEXT

MANY = WORTH_A_LOOK + 1000


@pytest.fixture(autouse=True, params=[hashed.PIECE, 700, 3], ids="pieces of {} rows".format)
def pieces(request: pytest.FixtureRequest) -> Iterator[None]:
    """Texts are looked at a piece at a time: in one, in some, in very many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("batch.reconcile.hashed.PIECE", request.param)
        yield


def column(texts: pa.Array) -> pa.ChunkedArray:
    """The texts in two pieces, one of which begins inside of its buffers."""
    return pa.chunked_array([texts.slice(0, len(texts) // 3), texts.slice(len(texts) // 3)], pa.string())


def some(seed: int, rows: int, longest: int, letters: str) -> pa.Array:
    """Texts of up to so many letters, each of them there about twice."""
    rng = np.random.default_rng(seed)
    drawn = rng.choice(list(letters), (max(rows // 2, 1), longest)).tolist()
    lengths = rng.integers(0, longest + 1, len(drawn)).tolist()
    of = ["".join(each[:length]) for each, length in zip(drawn, lengths, strict=True)]
    return pa.array(of, pa.string()).take(pa.array(rng.integers(0, len(of), rows)))


texts = st.builds(
    some,
    seed=st.integers(0, 1 << 20),
    rows=st.sampled_from([1, 2, 1500]),
    longest=st.integers(1, 8 * hashed.MOST_WORDS // 2),
    letters=st.sampled_from(["ab", "SKU-0123456789", "aé"]),
)


@examples(30)
@given(one=texts, other=texts)
def test_texts_have_the_codes_that_a_hash_table_gives_them(one: pa.Array, other: pa.Array) -> None:
    coded = hashed.code([column(one), column(other)])
    assert coded is not None
    distinct, (of_one, of_other) = coded
    expected = pa.concat_arrays([one, other]).dictionary_encode()
    assert distinct.equals(expected.dictionary)
    assert [*of_one, *of_other] == expected.indices.to_pylist()


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ([None, "a"], "a null has no bytes"),
        (["a", "a\x00"], "they differ in nothing but a zero byte"),
        (["x" * (8 * hashed.MOST_WORDS + 1)], "longer than is looked at"),
        ([], "nothing"),
    ],
)
def test_what_bytes_do_not_tell_apart_is_left_to_a_hash_table(texts: list[str | None], why: str) -> None:
    assert hashed.code([pa.chunked_array([texts], pa.string())]) is None, why


def of_one_hash(many: int) -> pa.Array:
    """Different texts of 16 bytes that all have the same hash: the second half is chosen to undo what the first one did."""
    rng = np.random.default_rng(5)
    firsts = rng.integers(0x21, 0x7E, (400 * many, 8), dtype=np.uint8).view("<u8").ravel()
    after_first = firsts * hashed._MULTIPLIER
    after_first ^= after_first >> hashed._HALF
    seconds = after_first ^ np.uint64(0x4141414141414141)
    whole = np.column_stack([firsts, seconds]).view(np.uint8).reshape(-1, 16)
    of_ascii = whole[(whole > 0).all(axis=1) & (whole < 0x7F).all(axis=1)][:many]
    return pa.array([bytes(row).decode("ascii") for row in of_ascii], pa.string())


def test_texts_that_were_chosen_to_collide_are_told_apart_all_the_same() -> None:
    few, many = of_one_hash(hashed.MOST_ROUNDS), of_one_hash(3 * hashed.MOST_ROUNDS)
    assert len(set(hashed._hashed(hashed._words(pa.chunked_array([many])) or []).tolist())) == 1
    distinct, (codes,) = hashed.code([column(few)]) or (pa.array([]), [])
    assert (distinct.equals(few), codes.tolist()) == (True, list(range(len(few))))
    assert hashed.code([column(many)]) is None
    rows = pa.chunked_array([many, some(1, MANY, 12, "ab0")])
    assert encode([pd.Series(rows.to_pylist(), dtype=TEXT)])[0].equals(rows.combine_chunks().unique())


@examples(8)
@given(seed=st.integers(0, 1 << 20), longest=st.sampled_from([6, 12, 50]))
def test_many_skus_are_found_among_many_names(seed: int, longest: int) -> None:
    names = some(seed, MANY, longest, "SKU-01234").unique()
    asked = column(pa.concat_arrays([some(seed + 1, MANY, longest, "SKU-01234"), names[::7]]))
    assert find(asked, names).tolist() == index_of(asked, names).tolist()


@examples(8)
@given(seed=st.integers(0, 1 << 20), few=st.integers(0, 40), in_order=st.booleans())
def test_a_few_skus_are_found_in_whatever_order_the_names_are(seed: int, few: int, in_order: bool) -> None:
    names = some(seed, MANY, 6, "SKU-01234").unique()
    names = names.sort() if in_order else names
    asked = column(pa.concat_arrays([some(seed + 1, few, 6, "SKU-01234"), names[:few], names[-few:]]))
    assert find(asked, names).tolist() == index_of(asked, names).tolist()


def test_a_few_texts_again_and_again_are_left_to_a_hash_table(monkeypatch: pytest.MonkeyPatch) -> None:
    coded: list[int] = []

    def spied(columns: Sequence[pa.ChunkedArray]) -> tuple[pa.Array, list[Ids]] | None:
        coded.append(len(columns))
        return code(columns)

    code = hashed.code
    monkeypatch.setattr(hashed, "code", spied)
    encode([pd.Series(some(3, MANY, 12, "SKU-0123456789").to_pylist(), dtype=TEXT)])
    assert coded == [1]
    encode([pd.Series(["WEST", "EAST"] * MANY, dtype=TEXT)])
    assert coded == [1]
