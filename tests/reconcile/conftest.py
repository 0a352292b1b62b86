"""Frames from tables of text. Times are of one day, in UTC: `09:05`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from batch.model import LEVELS, ORDER_LINES, STATEMENTS, Schema, empty, frame

DAY = datetime(2026, 11, 20, tzinfo=UTC)
Rows = Sequence[Mapping[str, Any]]
MakeFrame = Callable[..., pd.DataFrame]

CELLS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("quantity", "seq"), int),
    **dict.fromkeys(("as_of", "ordered_at", "stated_at"), lambda text: clock(text)),
    "cancelled": lambda text: text == "yes",
}
ABSENT = {"warehouse": "", "feed": "main", "line": None, "seq": 1}
ABSENT_IN_ORDERS = {
    **ABSENT,
    "feed": "web",
    "order": "1",
    "line": "1",
    "warehouse": None,
    "cancelled": False,
    "stated_at": DAY,
    "row": 1,
}


def clock(text: str) -> datetime:
    return datetime.combine(DAY.date(), time.fromisoformat(text), UTC)


def parse(text: str) -> list[dict[str, Any]]:
    """`a | b` under a line of names; an empty cell is None."""
    header, *lines = [
        [cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()
    ]
    return [
        {
            name: CELLS.get(name, str)(cell) if cell else None
            for name, cell in zip(header, line, strict=True)
        }
        for line in lines
    ]


def build(schema: Schema, rows: Iterable[Mapping[str, Any]], absent: Mapping[str, Any]) -> pd.DataFrame:
    """A frame of dicts, with these values where a row says nothing."""
    full = [{**absent, **row} for row in rows]
    if not full:
        return empty(schema)
    names = dict.fromkeys(name for row in full for name in row if name in schema or name.startswith("@"))
    kinds = {name: dtype.pyarrow_dtype for name, dtype in schema.items()}
    return frame(
        schema,
        {name: pa.array([row.get(name) for row in full], kinds.get(name, pa.string())) for name in names},
    )


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
