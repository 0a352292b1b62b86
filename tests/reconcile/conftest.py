"""Frames from tables of text. Times are of one day, in UTC: `09:05`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from batch.model import LEVELS, ORDER_LINES, STATEMENTS, Schema, empty, frame

DAY = datetime(2026, 11, 20, tzinfo=UTC)
Rows = Sequence[Mapping[str, Any]]
MakeFrame = Callable[..., pd.DataFrame]

ABSENT = {"warehouse": "", "feed": "main", "line": None, "seq": 1}
ABSENT_IN_ORDERS = {
    **ABSENT,
    "feed": "web",
    "order": "1",
    "line": "1",
    "warehouse": None,
    "cancelled": False,
    "stated_at": DAY,
    "stated_in": "orders.csv",
    "row": 1,
    "touched": 1,
}


def parse(text: str) -> Rows:
    """`a | b` under a line of names; an empty cell is None."""
    header, *lines = [
        [cell.strip() or None for cell in line.split("|")] for line in text.splitlines() if line.strip()
    ]
    return [dict(zip(map(str, header), line, strict=True)) for line in lines]


def build(schema: Schema, rows: Rows, absent: Mapping[str, Any]) -> pd.DataFrame:
    """A frame of dicts, with the values of `absent` where a row does not have the name."""
    full = [{**absent, **row} for row in rows]
    if not full:
        return empty(schema)
    names = (*schema, *(name for name in full[0] if name.startswith("@")))
    return frame(schema, {name: _column(name, [row.get(name) for row in full], schema) for name in names})


def _column(name: str, cells: Sequence[Any], schema: Schema) -> pa.Array:
    kind = schema[name].pyarrow_dtype if name in schema else pa.string()
    return pa.array([_value(cell, kind) if isinstance(cell, str) else cell for cell in cells], kind)


def _value(cell: str, kind: pa.DataType) -> Any:
    if pa.types.is_timestamp(kind):
        return datetime.combine(DAY.date(), time.fromisoformat(cell), UTC)
    if pa.types.is_boolean(kind):
        return cell == "yes"
    return int(cell) if pa.types.is_integer(kind) else cell


def _maker(schema: Schema, absent: Mapping[str, Any]) -> MakeFrame:
    def make(rows: str | Rows = ()) -> pd.DataFrame:
        return build(schema, parse(rows) if isinstance(rows, str) else rows, absent)

    return make


@pytest.fixture(scope="session")
def statements() -> MakeFrame:
    return _maker(STATEMENTS, ABSENT)


@pytest.fixture(scope="session")
def levels() -> MakeFrame:
    return _maker(LEVELS, ABSENT)


@pytest.fixture(scope="session")
def order_lines() -> MakeFrame:
    return _maker(ORDER_LINES, ABSENT_IN_ORDERS)


@pytest.fixture(scope="session")
def shown() -> Callable[..., list[tuple[Any, ...]]]:
    """The rows of a frame as sorted tuples of these columns, instants as `HH:MM`, null as None."""

    def show(table: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
        columns = [[plain(value) for value in table[name]] for name in names]
        return sorted(zip(*columns, strict=True), key=repr)

    return show


def plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return f"{value:%H:%M}" if isinstance(value, datetime) else value
