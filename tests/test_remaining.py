"""What stays is what a filter keeps, of columns of whatever kind and in whatever pieces."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.model import as_arrow, framed, take
from batch.remaining import remaining
from formats.frames import held, repeated

LONG = "x" * 100
texts = st.sampled_from(["", "A", "BB", "CC", "DD", "\u00c9", LONG])
row = st.fixed_dictionaries(
    {
        "number": st.integers(-(2**63), 2**63 - 1),
        "numbers or not": st.one_of(st.none(), st.integers(0, 9)),
        "text": texts,
        "of one width": st.sampled_from(["AA", "BB", "\u00c9"]),
        "text or not": st.one_of(st.none(), texts),
        "flag": st.booleans(),
        "at": st.integers(0, 2**40),
    }
)
SCHEMA = pa.schema(
    {
        "number": pa.int64(),
        "numbers or not": pa.int64(),
        "text": pa.string(),
        "of one width": pa.string(),
        "text or not": pa.string(),
        "flag": pa.bool_(),
        "at": pa.timestamp("us", tz="UTC"),
    }
)
pieces = st.lists(st.tuples(st.lists(row, max_size=6), st.integers(0, 2)), min_size=1, max_size=4)


def table_of(made: list[tuple[list[dict[str, object]], int]]) -> pa.Table:
    """Each piece a slice of something larger, as pieces often are."""
    tables = [pa.Table.from_pylist(rows, SCHEMA).slice(min(cut, len(rows))) for rows, cut in made]
    return pa.concat_tables(tables)


@examples(100)
@given(made=pieces, data=st.data())
def test_what_stays_is_what_a_filter_keeps(
    made: list[tuple[list[dict[str, object]], int]], data: st.DataObject
) -> None:
    table = table_of(made)
    stays = np.array(data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table))), dtype=bool)
    found = as_arrow(remaining(framed(table), stays))
    found.validate(full=True)
    assert found.equals(table.filter(pa.array(stays)))


def test_pieces_that_lose_nothing_are_shared() -> None:
    table = framed(pa.concat_tables([pa.table({"sku": ["A", "B"]}), pa.table({"sku": ["C", "D"]})]))
    kept = as_arrow(remaining(table, np.array([True, True, True, False])))
    assert (
        kept.column("sku").chunk(0).buffers()[2].address
        == as_arrow(table).column("sku").chunk(0).buffers()[2].address
    )


def test_pieces_of_one_value_are_shared_whatever_they_lose() -> None:
    one, none = repeated("EAST", pa.string(), 4), repeated(None, pa.string(), 4)
    table = framed(pa.table({"warehouse": one, "of an order": none, "seq": [7] * 4, "sku": list("ABCD")}))
    kept = as_arrow(remaining(table, np.array([True, False, True, False])))
    assert kept.to_pylist() == [
        {"warehouse": "EAST", "of an order": None, "seq": 7, "sku": sku} for sku in ("A", "C")
    ]
    held_before = held(as_arrow(table).columns)
    assert held([*as_arrow(table).columns, *kept.select(["warehouse", "of an order", "seq"]).columns]) == (
        held_before
    )


@examples(100)
@given(made=pieces, data=st.data())
def test_rows_at_positions_are_the_same_in_however_many_pieces(
    made: list[tuple[list[dict[str, object]], int]], data: st.DataObject
) -> None:
    table = table_of(made)
    positions = st.lists(st.integers(0, max(len(table) - 1, 0)), max_size=len(table))
    rows = np.array(data.draw(st.one_of(positions, positions.map(lambda each: sorted(set(each))))), np.int64)
    found = as_arrow(take(framed(table), rows))
    assert found.equals(table.combine_chunks().take(pa.array(rows)))


def test_a_null_over_a_text_stays_a_null() -> None:
    texts = pa.array(["AA", "BB", "CC"])
    nulls = pa.Array.from_buffers(pa.string(), 3, [pa.py_buffer(b"\x05"), *texts.buffers()[1:]])
    kept = remaining(framed(pa.table({"sku": nulls})), np.array([True, True, False]))
    assert as_arrow(kept).column("sku").to_pylist() == ["AA", None]
