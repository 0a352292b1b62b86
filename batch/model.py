"""The frames and values that travel between the stages.

Every frame is Arrow-backed: text is `TEXT`, whole numbers `INT64`, instants `INSTANT` (UTC, microseconds).
A schema here is a mapping column → dtype; attribute columns (TEXT, nullable) come on top, their names prefixed
with `@` so that they never meet a column of ours.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from batch.latest import Latest
from batch.remaining import remaining
from formats.contract import INT64, REJECTS, TEXT
from formats.frames import arrow, columns_of, held, of_columns, once_each, picked, repeated

if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ:
    with suppress(
        NotImplementedError, MemoryError, pa.ArrowException
    ):  # it is not in every build, nor for every kernel
        # it gives back what is free, which the others keep: a large cycle needs a seventh less memory, in the same time
        pa.allocate_buffer(1 << 12, memory_pool=pa.jemalloc_memory_pool())
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(0)  # at once, where a thread has an arena of its own; else after a second

INSTANT = pd.ArrowDtype(pa.timestamp("us", tz="UTC"))
BOOL = pd.ArrowDtype(pa.bool_())

Schema = Mapping[str, pd.ArrowDtype]

STATEMENTS: Schema = {
    "sku": TEXT,
    "warehouse": TEXT,  # "" where the feed names none
    "quantity": INT64,
    "as_of": INSTANT,
    "line": INT64,  # in the file, 1-based; null for a SKU that is zero because it is absent
}
"""What one WMS file says, a row per row of the file."""

LEVELS: Schema = {"feed": TEXT, **STATEMENTS, "seq": INT64}
"""One row per (feed, sku, warehouse): the quantity on hand to promise, and the intake that last reported it."""

ORDER_LINES: Schema = {
    "feed": TEXT,
    "order": TEXT,
    "line": TEXT,
    "sku": TEXT,
    "warehouse": TEXT,  # null: the line names none
    "quantity": INT64,
    "ordered_at": INSTANT,
    "cancelled": BOOL,
    "stated_at": INSTANT,  # modification time of the file that says so: a later statement replaces an earlier one
    "stated_in": TEXT,  # its name, which decides between files of one time
    "row": INT64,  # line in the file, 1-based
    "seq": INT64,  # the intake that stated it last
    "touched": INT64,  # the intake that changed it last: stating the same again changes nothing
}
"""One row per (feed, order, line): the latest statement of it."""

WAS = "was"
"""A column that ORDER_LINES have if one of them has named another SKU before: TEXT, for each of these the intake by which the line
left it last, a tab, and the SKU, LF between them; null where none was."""

AVAILABLE: Schema = {
    "sku": TEXT,
    "level": INT64,
    "ordered": INT64,
    "available": INT64,
    "as_of": INSTANT,  # the earliest among the SKU's levels
    "reported": INT64,  # the latest intake that reported one of its levels
    "touched": INT64,  # the latest intake that changed one of its order lines, if that is asked for; else 0
}
"""One row per SKU of a merchant, in the order of the SKU's UTF-8 bytes. available = level - ordered."""

ATTRIBUTE = "@"

FEW_OF_MANY = 64
"""Of so many times more rows, some are picked one by one; a mask is held beside all of them."""


def empty(schema: Schema) -> pd.DataFrame:
    """A frame of that schema without rows."""
    return _empty(tuple(schema.items()))


@lru_cache
def _empty(schema: tuple[tuple[str, pd.ArrowDtype], ...]) -> pd.DataFrame:
    return of_columns({name: pa.array([], dtype.pyarrow_dtype) for name, dtype in schema})


def frame(schema: Schema, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A frame of that schema from Arrow or numpy columns; a scalar stands for a whole column.

    Columns beyond the schema are attributes and become TEXT.
    """
    rows = next(len(column) for column in columns.values() if not _is_scalar(column))
    names = (*schema, *(name for name in columns if name not in schema))
    kinds = {name: schema.get(name, TEXT).pyarrow_dtype for name in names}
    return of_columns({name: _values(columns[name], kinds[name], rows) for name in names})


def _is_scalar(column: Any) -> bool:
    return column is None or isinstance(column, (str, int)) or not hasattr(column, "__len__")


def _values(column: Any, kind: Any, rows: int) -> Any:
    if _is_scalar(column):
        return repeated(column, kind, rows)
    values = column
    if not isinstance(column, (pa.Array, pa.ChunkedArray)):
        values = arrow(column) if isinstance(column, pd.Series) else pa.array(column)
    return values if values.type == kind else values.cast(kind)


def as_arrow(table: pd.DataFrame) -> pa.Table:
    """The Arrow data of a frame, not copied."""
    return pa.table(columns_of(table))


def attributes_of(table: pd.DataFrame) -> tuple[str, ...]:
    """The attribute columns of a frame, without their prefix."""
    return tuple(name.removeprefix(ATTRIBUTE) for name in table.columns if name.startswith(ATTRIBUTE))


def no_rejects() -> pd.DataFrame:
    """A rejects frame without rows."""
    return empty(REJECTS)


@dataclass(frozen=True, kw_only=True)
class State:
    """What is known of one merchant at an intake sequence number."""

    seq: int = 0
    levels: pd.DataFrame = field(default_factory=lambda: empty(LEVELS))
    orders: pd.DataFrame = field(default_factory=lambda: empty(ORDER_LINES))
    found: Latest[Any, Any] = field(default_factory=Latest, init=False, repr=False, compare=False)
    """What was made of it last, for the next cart that asks the same."""
    complete: Latest[Any, Any] = field(default_factory=Latest, init=False, repr=False, compare=False)
    """The same of all SKUs: the state after it begins with that."""
    outdated: Latest[Any, Any] = field(default_factory=Latest, init=False, repr=False, compare=False)
    """What was `complete` before a few SKUs changed (`batch.reconcile.outdated`), until the end of a cycle."""
    codes: Latest[Any, Any] = field(default_factory=Latest, init=False, repr=False, compare=False)
    """Its SKUs as numbers (`batch.reconcile.coded`), for the next step that needs them."""
    matches: Latest[Any, Any] = field(default_factory=Latest, init=False, repr=False, compare=False)
    """Which levels and order lines count (`batch.reconcile.available`), for the cart that tells what is where."""
    named: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `names` has found for columns of its levels."""
    said: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was found odd about its SKUs (`batch.reconcile.doubts`), "" for nothing."""

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds that its levels are of, in order of their names."""
        return self.names("feed")

    @property
    def warehouses(self) -> tuple[str, ...]:
        """The warehouses that its levels name ("" for none), in order of their names."""
        return self.names("warehouse")

    @property
    def size(self) -> int:
        """Bytes of its rows, and of what was found out about them and is kept with it."""
        # looked at once: another thread may ask for something else
        kept = [each.kept for each in (self.found, self.complete, self.outdated, self.codes, self.matches)]
        found = (part for pair in kept if pair is not None for part in pair[1].parts)
        return held([*columns_of(self.levels).values(), *columns_of(self.orders).values(), *found])

    def names(self, column: str) -> tuple[str, ...]:
        """The texts that a column of its levels has, ascending; looked for once."""
        if column not in self.named:
            self.named[column] = distinct(self.levels[column])
        return self.named[column]


def distinct(column: pd.Series) -> tuple[str, ...]:
    """The texts of a column without nulls, each once, ascending."""
    return tuple(sorted(once_each(arrow(column)).unique().to_pylist()))


def stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all frames, one after the other; a column that a frame lacks is null there."""
    if len(frames) == 1:
        return frames[0]
    return framed(pa.concat_tables(map(as_arrow, frames), promote_options="default"))


def take(table: pd.DataFrame, rows: Any) -> pd.DataFrame:
    """The rows at these positions (integers) or where a mask is true, numbered from 0. Nothing is copied for all of them."""
    if isinstance(rows, slice):
        return table.iloc[rows].reset_index(drop=True)
    rows = np.asarray(rows)
    if rows.dtype == np.bool_ and rows.all():
        return table if isinstance(table.index, pd.RangeIndex) else table.reset_index(drop=True)
    columns = as_arrow(table)
    if rows.dtype == np.bool_ and np.count_nonzero(rows) * FEW_OF_MANY > len(rows):
        return remaining(table, rows)
    if rows.dtype == np.bool_:
        rows = np.flatnonzero(rows)
    if any(column.num_chunks > 1 for column in columns.columns) and bool((np.diff(rows) > 0).all()):
        return of_columns({name: picked(column, rows) for name, column in columns_of(table).items()})
    return framed(columns.take(pa.array(rows)))


def framed(table: pa.Table) -> pd.DataFrame:
    """A frame of an Arrow table's columns, not copied."""
    return of_columns(dict(zip(table.column_names, table.columns, strict=True)))


def whole(column: pd.Series) -> npt.NDArray[np.int64]:
    """A column without nulls as int64; an instant as microseconds since 1970."""
    return np.asarray(arrow(column).cast(pa.int64()).to_numpy(), dtype=np.int64)
