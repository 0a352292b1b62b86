"""Order files: text to order lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.beside import beside
from batch.model import ORDER_LINES, frame, take, whole
from batch.receive.conform.instants import instants
from batch.receive.conform.rejects import (
    Conformed,
    blank_as_null,
    by_line,
    each_its_own,
    find_rejects,
    list_rows,
    named,
    same_as_one_of,
)
from batch.receive.conform.values import (
    Converted,
    Faults,
    Mask,
    identifiers,
    lowered,
    mask,
    trimmed,
    whole_numbers,
)
from batch.reconcile.keys import Ids, encode, last_of_each, number_keys
from formats.contract import RawTable
from formats.frames import arrow, columns_of, of_columns, picked


@dataclass(frozen=True, kw_only=True)
class OrderRules:
    """How the cells of an order file are to be taken.

    `stated_at`: modification time of the file, `stated_in`: its name. `cancelled`: statuses in lower case that make a line 0.
    """

    zone: ZoneInfo
    feed: str
    stated_at: datetime
    stated_in: str
    cancelled: frozenset[str] = frozenset()


def conform_orders(raw: RawTable, rules: OrderRules) -> Conformed:
    """An order file. Fields: order, sku, quantity, ordered_at, optional line, status, warehouse.

    Without a `line` field the rows of one order and SKU are one line, their quantities added, and the line is
    named by its SKU; one of them that cannot be used takes the others with it: a part of a sum is not a line.
    """
    cells = columns_of(raw.cells)
    with beside(lambda: instants(cells["ordered_at"], rules.zone, "later"), len(raw.lines)) as ordered_at:
        converted = {
            "order": identifiers(cells["order"]),
            **({"line": identifiers(cells["line"])} if "line" in cells else {}),
            "sku": identifiers(cells["sku"]),
            "quantity": _not_negative(whole_numbers(cells["quantity"], "reject")),
            "ordered_at": ordered_at(),
        }
    bad, unusable = find_rejects(raw, converted)
    rows = frame(
        ORDER_LINES,
        {
            "feed": rules.feed,
            "order": converted["order"].values,
            "line": converted["line" if "line" in converted else "sku"].values,
            "sku": converted["sku"].values,
            "warehouse": blank_as_null(trimmed(cells["warehouse"])) if "warehouse" in cells else None,
            "quantity": converted["quantity"].values,
            "ordered_at": converted["ordered_at"].values,
            "cancelled": _is_cancelled(cells.get("status"), rules.cancelled, len(raw.lines)),
            "stated_at": rules.stated_at,
            "stated_in": rules.stated_in,
            "row": raw.lines,
            "seq": 0,
            "touched": 0,
        },
    )
    if "line" in cells:
        return each_its_own(take(rows, ~bad), unusable)
    bad, unusable = _with_other_rows(bad, unusable, raw, rows)
    return _added_up(take(rows, ~bad), unusable)


def _not_negative(number: Converted) -> Converted:
    """An order line takes stock; what would give stock back is for a person to look at."""
    below = pc.less(number.values, 0)
    if not pc.any(below).as_py():
        return number
    negative = np.flatnonzero(mask(below))
    rows = np.concatenate([number.faults.rows, negative])
    reasons = [*number.faults.reasons, *["below 0"] * len(negative)]
    order = np.argsort(rows, kind="stable")
    return Converted(
        values=number.values, faults=Faults(rows=rows[order], reasons=[reasons[i] for i in order])
    )


def _is_cancelled(status: pa.ChunkedArray | None, cancelled: frozenset[str], rows: int) -> Mask:
    if status is None:
        return np.zeros(rows, dtype=bool)
    words = lowered(trimmed(status))
    return mask(pc.is_in(words, value_set=pc.utf8_lower(pa.array(sorted(cancelled), pa.string()))))


def _with_other_rows(
    bad: Mask, unusable: pd.DataFrame, raw: RawTable, rows: pd.DataFrame
) -> tuple[Mask, pd.DataFrame]:
    """Adds the rows of the same order and SKU as a reject."""
    if not bad.any():
        return bad, unusable
    near = same_as_one_of(arrow(rows["order"]), named(rows["order"], bad))
    nearby = of_columns({name: picked(arrow(rows[name]), near) for name in ("order", "sku")})
    (ids,), bound = number_keys([nearby], ("order", "sku"))
    culprit, bad_there = np.zeros(bound, dtype=np.int64), bad[near]
    culprit[ids[bad_there][::-1]] = raw.lines[near[bad_there]][::-1]
    others = ~bad_there & (culprit[ids] > 0)
    at = near[others]
    reasons = [
        f"line {line} cannot be used, and has a part of the same order line" for line in culprit[ids[others]]
    ]
    unusable = by_line([unusable, list_rows(raw, at, "sku", reasons)])
    bad = bad.copy()
    bad[at] = True
    return bad, unusable


def _added_up(rows: pd.DataFrame, unusable: pd.DataFrame) -> Conformed:
    """Rows of one order and SKU as one line: quantities added less what is cancelled, the latest time.

    Rows that name different warehouses name none together.
    """
    (ids,), bound = number_keys([rows], ("order", "sku"))
    weights = np.bincount(ids, minlength=bound)
    first, one_place = _first_of_each(ids, bound), _same_throughout(rows["warehouse"], ids, bound)
    live = ~mask(arrow(rows["cancelled"]))
    quantity, any_live = np.zeros(bound, dtype=np.int64), np.zeros(bound, dtype=bool)
    np.add.at(quantity, ids, np.where(live, whole(rows["quantity"]), 0))
    any_live[ids[live]] = True
    latest = np.full(bound, np.iinfo(np.int64).min)
    np.maximum.at(latest, ids, whole(rows["ordered_at"]))
    key = ids[first]
    added = {
        "quantity": quantity[key],
        "cancelled": ~any_live[key],
        "ordered_at": latest[key].astype("datetime64[us]"),
        "warehouse": pc.if_else(one_place[key], arrow(rows["warehouse"]).take(pa.array(first)), None),
    }
    lines = take(rows, first)
    kept = {str(name): lines[name] for name in lines.columns}
    return Conformed(rows=frame(ORDER_LINES, {**kept, **added}), weights=weights[key], rejects=unusable)


def _first_of_each(ids: Ids, bound: int) -> Ids:
    """Positions of the first row of each key, in ascending order."""
    return len(ids) - 1 - last_of_each(ids[::-1], bound)[::-1]


def _same_throughout(column: pd.Series, ids: Ids, bound: int) -> Mask:
    """For each key whether all its rows have the same text."""
    _, (codes,) = encode([column])
    some = np.zeros(bound, dtype=np.int64)
    some[ids] = codes
    same = np.ones(bound, dtype=bool)
    same[ids[codes != some[ids]]] = False
    return same
