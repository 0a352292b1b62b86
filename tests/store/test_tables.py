"""A table is read as it was written, or it is damaged."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from batch.errors import StoreError
from batch.model import LEVELS, ORDER_LINES, as_arrow, frame, take
from batch.store.tables import Tables
from formats.frames import PIECE, columns_of, held

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    rows = frame(
        LEVELS,
        {
            "feed": "main",
            "sku": pa.array(["A", "B", "C"]),
            "warehouse": pa.array(["EAST", "WEST", "EAST"]),
            "quantity": 7,
            "as_of": NINE,
            "line": pa.array([1, None, 3]),
            "seq": 1,
            "@upc": pa.array([None, "1", None], pa.string()),
        },
    )
    for table in (rows, rows.iloc[:0]):
        assert as_arrow(tables.read(tables.write("acme", "a", table).name)).equals(as_arrow(table))


def test_a_byte_that_is_another_is_told_as_damage_where_it_is_noticed(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    words = pa.array([f"W{row % 7}" for row in range(200)])
    rows = frame(
        LEVELS,
        {"feed": "main", "sku": words, "warehouse": words, "quantity": 7, "as_of": NINE, "line": 1, "seq": 1},
    )
    name = tables.write("acme", "a", rows).name
    good, told = (tmp_path / name).read_bytes(), 0
    for at in range(0, len(good), 7):
        (tmp_path / name).write_bytes(good[:at] + bytes([good[at] ^ 0x81]) + good[at + 1 :])
        try:
            tables.read(name)
        except StoreError:
            told += 1
    assert told


@pytest.mark.parametrize("bit", [0, 6, 7])
def test_damage_in_a_table_of_order_lines_is_told_with_its_sum_and_is_no_defect_without(
    tmp_path: Path, bit: int
) -> None:
    tables = Tables(tmp_path)
    words = pa.array([f"W{row}" for row in range(40)])
    fixed = dict.fromkeys(("quantity", "row", "seq", "touched"), 1)
    texts = {
        "feed": "web",
        "order": words,
        "line": "1",
        "sku": words,
        "warehouse": None,
        "stated_in": "1.csv",
    }
    rows = frame(
        ORDER_LINES,
        {**texts, **fixed, "ordered_at": NINE, "stated_at": NINE, "cancelled": pa.array([False] * 40)},
    )
    written = tables.write("acme", "a", rows)
    good = (tmp_path / written.name).read_bytes()
    assert as_arrow(tables.read(written.name, written.sha256)).equals(as_arrow(rows))
    for at in range(0, len(good), 3):
        (tmp_path / written.name).write_bytes(good[:at] + bytes([good[at] ^ (1 << bit)]) + good[at + 1 :])
        with pytest.raises(StoreError, match="is not what was recorded"):
            tables.read(written.name, written.sha256)
        with suppress(StoreError):
            tables.read(written.name)


def test_what_stands_in_every_row_takes_the_memory_of_a_piece_when_it_is_read(tmp_path: Path) -> None:
    tables, many = Tables(tmp_path), 8 * PIECE
    skus = pa.array([f"SKU-{row:07}" for row in range(many)])
    warehouses = pa.array(["EAST"] * (many // 2) + ["WEST"] * (many // 2))
    rows = frame(
        LEVELS,
        {
            "feed": "main",
            "sku": skus,
            "warehouse": warehouses,
            "quantity": 7,
            "as_of": NINE,
            "line": 1,
            "seq": 1,
        },
    )
    read = tables.read(tables.write("acme", "a", rows).name)
    of = {name: held([column]) for name, column in columns_of(read).items()}
    assert columns_of(read)["sku"].num_chunks == 1
    assert max(of["feed"], of["warehouse"], of["quantity"], of["as_of"]) < of["sku"] / 3
    fewer = take(read, np.arange(many) != PIECE + 5)
    assert columns_of(fewer)["sku"].num_chunks == 1
    assert held(columns_of(fewer).values()) < 2 * sum(of.values())
