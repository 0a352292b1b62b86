"""Cells that a format has not left as text conform as their text does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.model import as_arrow
from batch.receive.conform import Conformed, InventoryRules, OrderRules, conform_inventory, conform_orders
from batch.receive.conform.instants import instants, parse_instant
from batch.receive.conform.values import LARGEST, Converted, whole_numbers
from formats.contract import RawTable
from formats.csv import Csv

NEW_YORK = ZoneInfo("America/New_York")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
RULES = InventoryRules(zone=NEW_YORK, fractions="floor", attributes=("committed",))
ORDERS = OrderRules(
    zone=NEW_YORK, feed="web", stated_at=NINE, stated_in="o.csv", cancelled=frozenset({"void"})
)


def shown(converted: Converted) -> list[Any]:
    """Every value, or for a fault its reason."""
    reasons = dict(zip(converted.faults.rows.tolist(), converted.faults.reasons, strict=True))
    return [reasons.get(row, value) for row, value in enumerate(converted.values.to_pylist())]


@examples(30)
@given(
    st.lists(
        st.sampled_from([LARGEST, LARGEST + 1, -LARGEST, -LARGEST - 1]) | st.integers(-5, 5) | st.none(),
        max_size=6,
    ),
    st.integers(0, 3),
)
def test_numbers_are_taken_as_their_texts_are(numbers: list[int | None], cut: int) -> None:
    cells = pa.chunked_array([numbers[:cut], numbers[cut:]], pa.int64())
    assert shown(whole_numbers(cells, "reject")) == shown(whole_numbers(cells.cast(pa.string()), "reject"))


of_one_length = st.sampled_from(
    [
        "2026-11-20T09:00:00Z",
        "2026-11-20T09:00:01Z",
        "2026-02-30T09:00:00Z",
        "9999-12-31T00:00:00Z",
        "noon, or soon after.",
    ]
)
times = st.sampled_from(
    [
        "2026-11-20T09:00:00Z",
        "2026-11-01 01:30",
        "2026-03-08T02:30",
        "2026-11-20",
        "9999-12-31T00:00Z",
        "noon",
        "",
    ]
)


@examples(30)
@given(
    st.lists(st.lists(times, min_size=1, max_size=6), max_size=4),
    st.data(),
    st.sampled_from(["earlier", "later"]),
)
def test_coded_times_are_the_instants_that_their_texts_are(
    words: list[list[str]], data: st.DataObject, lean: Any
) -> None:
    chunks = []
    for each in words:
        codes = data.draw(st.lists(st.integers(0, len(each) - 1), max_size=9))
        chunks.append(
            pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(each, pa.string()))
        )
    cells = pa.chunked_array(chunks, pa.dictionary(pa.int32(), pa.string()))
    texts = cells.cast(pa.string()).to_pylist()
    assert shown(instants(cells, NEW_YORK, lean)) == [parse_instant(text, NEW_YORK, lean) for text in texts]


skus = st.sampled_from(["A", "A", "B", "C ", ""])
quantities = st.sampled_from(["5", "5", "12", "0", "007", "-3", "4.5", "", "1234567890123"])
runs = st.lists(st.tuples(skus, quantities, times, st.integers(1, 6)), min_size=1, max_size=6) | st.lists(
    st.tuples(skus, quantities | st.just("5"), of_one_length, st.integers(4, 12)), min_size=1, max_size=6
)


def read(rows: list[tuple[str, str, str, int]], fields: dict[str, str], piece: int) -> RawTable:
    """The rows as a file, in pieces as small as in a large file they would be."""
    lines = [f"{sku},{number},{time}\n" for sku, number, time, times in rows for _ in range(times)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("formats.csv.plain.PIECE", piece)
        patch.setattr("formats.cells.SAMPLE", 4)
        return Csv().read(f"a,b,c\n{''.join(lines)}".encode(), fields, Csv.Reading())


def said(conformed: Conformed) -> list[Any]:
    return [
        as_arrow(conformed.rows).to_pylist(),
        as_arrow(conformed.rejects).to_pylist(),
        conformed.weights.tolist(),
    ]


@examples(40)
@given(runs, st.integers(0, 200), st.booleans())
def test_a_file_of_levels_conforms_as_its_texts_do(
    rows: list[tuple[str, str, str, int]], piece: int, difference: bool
) -> None:
    fields = {"sku": "a", "as_of": "c"} | ({"on_hand": "b"} if difference else {"quantity": "b"})
    raw = read(rows, {**fields, "committed": "b"}, piece)
    assert said(conform_inventory(raw, RULES)) == said(
        conform_inventory(replace(raw, cells=raw.texts), RULES)
    )


@examples(40)
@given(runs, st.integers(0, 200))
def test_a_file_of_orders_conforms_as_its_texts_do(rows: list[tuple[str, str, str, int]], piece: int) -> None:
    raw = read(rows, {"order": "a", "sku": "a", "quantity": "b", "ordered_at": "c"}, piece)
    assert said(conform_orders(raw, ORDERS)) == said(conform_orders(replace(raw, cells=raw.texts), ORDERS))


def test_the_value_of_a_reject_is_the_text_of_its_cell() -> None:
    fields = {"sku": "a", "on_hand": "b", "as_of": "c"}
    raw = read([("A", "5", "noon", 8), ("B", "6", "09:0", 8)], {**fields, "committed": "b"}, 78)
    assert [str(dtype)[:10] for dtype in raw.cells.dtypes] == [
        "string[pya",
        "int64[pyar",
        "dictionary",
        "int64[pyar",
    ]
    rejects = as_arrow(conform_inventory(raw, RULES).rejects).to_pylist()
    assert [(each["line"], each["column"], each["value"], each["sku"]) for each in rejects] == [
        (line, "c", "noon" if line < 10 else "09:0", "A" if line < 10 else "B") for line in range(2, 18)
    ]
