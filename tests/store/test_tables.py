"""A table is read as it was written, or it is damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from batch.errors import StoreError
from batch.model import LEVELS, as_arrow, frame
from batch.store.tables import Tables

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
