"""Quantities per warehouse beside a total: which of them count. Shared by the EDI formats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WHOLE = r"^\s*(-?\d{1,17})(?:\.0*)?\s*$"


@dataclass(frozen=True, kw_only=True)
class Places:
    """One statement a row, in the order of the document. `line`: index of the line that it belongs to."""

    line: Ints
    warehouse: pa.StringArray
    quantity: pa.StringArray

    def __len__(self) -> int:
        return len(self.line)


@dataclass(frozen=True, kw_only=True)
class Divided:
    """The rows of a document: `line` ascending, `warehouse` null where a row is of none.

    `unequal`: lines whose warehouses do not make up the total; `without_total`: those that have none.
    """

    line: Ints
    warehouse: pa.StringArray
    quantity: pa.StringArray
    unequal: Flags
    without_total: Flags


def divide(found: Places, total: pa.StringArray) -> Divided:
    """A row for each warehouse of a line, if together they are its total or it has none; else one row of no warehouse.

    `total`: of each line, null where there is none. The total is the answer: it is what may be sold.
    """
    count = len(total)
    parts, part_fine = whole_numbers(found.quantity)
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, found.line, parts)
    has = np.bincount(found.line, minlength=count) > 0
    broken = np.bincount(found.line[~part_fine], minlength=count) > 0
    totals, total_fine = whole_numbers(total)
    no_total = np.asarray(pc.is_null(total).to_numpy(zero_copy_only=False), dtype=np.bool_)
    split = has & ~broken & (no_total | (total_fine & (sums == totals)))
    kept = np.flatnonzero(split[found.line])
    alone = np.flatnonzero(~split)
    line = np.concatenate([found.line[kept], alone])
    order = np.argsort(line, kind="stable")
    return Divided(
        line=line[order],
        warehouse=_joined(found.warehouse.take(pa.array(kept)), pa.nulls(len(alone), pa.string()), order),
        quantity=_joined(found.quantity.take(pa.array(kept)), total.take(pa.array(alone)), order),
        unequal=has & ~split,
        without_total=split & no_total,
    )


def _joined(first: pa.StringArray, second: pa.StringArray, order: Ints) -> pa.StringArray:
    return pa.concat_arrays([first, second]).take(pa.array(order))


def whole_numbers(texts: pa.StringArray) -> tuple[Ints, Flags]:
    """The numbers, 0 where there is none, and where there is one."""
    fine = pc.match_substring_regex(texts, WHOLE).fill_null(False)
    digits = pc.replace_substring_regex(texts, WHOLE, r"\1")
    numbers = pc.if_else(fine, digits, "0").cast(pa.int64())
    return np.asarray(numbers.to_numpy(), dtype=np.int64), np.asarray(
        fine.to_numpy(zero_copy_only=False), dtype=np.bool_
    )
