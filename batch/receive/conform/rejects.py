"""Rows that cannot be used, and what a conformed file is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import frame, stack, take, whole
from batch.receive.conform.values import Converted, Mask, mask
from batch.reconcile.keys import Ids
from formats.contract import REJECTS, RawTable
from formats.frames import arrow, as_text, picked


@dataclass(frozen=True, kw_only=True)
class Conformed:
    """What one file says of one merchant.

    `rows`: STATEMENTS with attributes, or ORDER_LINES with `seq` 0; `weights`: how many rows of the file
    each stands for; `rejects`: the others, frame as in REJECTS, in order of lines, their SKUs without blanks
    around them.
    """

    rows: pd.DataFrame
    weights: Ids
    rejects: pd.DataFrame

    @property
    def count(self) -> int:
        """The rows of the file."""
        return int(self.weights.sum()) + len(self.rejects)


def each_its_own(rows: pd.DataFrame, unusable: pd.DataFrame) -> Conformed:
    """Rows of which each stands for one row of the file."""
    return Conformed(rows=rows, weights=np.broadcast_to(np.int64(1), len(rows)), rejects=unusable)


def find_rejects(raw: RawTable, converted: Mapping[str, Converted]) -> tuple[Mask, pd.DataFrame]:
    """Rows with a cell that cannot be used, by their first such cell, and those that were no rows at all."""
    bad = np.zeros(len(raw.lines), dtype=bool)
    parts = [raw.rejects]
    for field, column in converted.items():
        if not len(column.faults.rows):
            continue
        fresh = ~bad[column.faults.rows]
        rows = column.faults.rows[fresh]
        bad[rows] = True
        reasons = [why for why, is_fresh in zip(column.faults.reasons, fresh, strict=True) if is_fresh]
        parts.append(list_rows(raw, rows, field, reasons))
    return bad, by_line(parts)


def by_line(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rejects of several kinds as one frame, in order of lines."""
    every = stack([part for part in parts if len(part)] or parts[:1])
    lines = whole(every["line"])
    return every if (lines[1:] >= lines[:-1]).all() else take(every, np.argsort(lines, kind="stable"))


def list_rows(raw: RawTable, rows: Ids, field: str, reasons: Sequence[str]) -> pd.DataFrame:
    """Rows of a file (by position, ascending) as REJECTS, by the cell of `field`, with a reason for each."""
    return frame(
        REJECTS,
        {
            "line": raw.lines[rows],
            "column": pa.array([raw.columns[field]] * len(rows), pa.string()),
            "value": pc.fill_null(as_text(picked(arrow(raw.cells[field]), rows)), ""),
            "reason": pa.array(list(reasons), pa.string()),
            "sku": pc.fill_null(picked(arrow(raw.cells["sku"]), rows), ""),
        },
    )


def named(texts: pd.Series, rows: Mask | None = None) -> pa.StringArray:
    """What a column says in these rows, or in all; nulls left out."""
    every = arrow(texts) if rows is None else picked(arrow(texts), np.flatnonzero(rows))
    return every.drop_null().combine_chunks()


def same_as_one_of(texts: pa.ChunkedArray, wanted: pa.StringArray) -> Ids:
    """The rows that say one of these: few, mostly, so that what is looked at closely need not be the whole file."""
    return np.flatnonzero(mask(pc.is_in(texts, value_set=wanted)))


def blank_as_null(text: pa.ChunkedArray) -> Any:
    """Text with null in the place of ""."""
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
