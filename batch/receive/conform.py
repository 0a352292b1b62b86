"""Text to typed rows: every row of a file becomes a statement, an order line, or a reject with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import ATTRIBUTE, ORDER_LINES, STATEMENTS, arrow, frame, stack, take, whole
from batch.receive.values import (
    NO_FAULTS,
    Converted,
    Faults,
    Mask,
    identifiers,
    instants,
    mask,
    trimmed,
    whole_numbers,
)
from batch.reconcile.keys import Ids, encode, last_of_each, number_keys
from formats.contract import REJECTS, RawTable


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


@dataclass(frozen=True, kw_only=True)
class InventoryRules:
    """How the cells of a WMS file are to be taken. `as_of`: of the whole file; None: a column says it per row."""

    zone: ZoneInfo
    fractions: Literal["reject", "floor"]
    attributes: tuple[str, ...] = ()
    as_of: datetime | None = None


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


def conform_inventory(raw: RawTable, rules: InventoryRules, anyones: pd.DataFrame | None = None) -> Conformed:
    """A WMS file. Fields: sku, quantity (or on_hand and committed), optional warehouse, lot, as_of, attributes.

    A row that cannot be used takes the other lots of its SKU and warehouse with it: a part of a sum is not
    a level, and the SKU keeps its last good one. `anyones`: rejects (REJECTS) of which nobody can tell whose they
    are; they take the lots of their SKU with them here too.
    """
    text = {str(name): arrow(raw.cells[name]) for name in raw.cells.columns}
    converted = {"sku": identifiers(text["sku"]), **_quantity(text, rules.fractions)}
    if rules.as_of is None:
        converted["as_of"] = instants(text["as_of"], rules.zone, "earlier")
    places = frame(
        {"sku": STATEMENTS["sku"], "warehouse": STATEMENTS["warehouse"]},
        {"sku": converted["sku"].values, "warehouse": _or_blank(text.get("warehouse"), len(raw.lines))},
    )
    unread = raw.rejects if anyones is None else stack([raw.rejects, anyones])
    bad, unusable = _with_other_lots(*_rejects(raw, converted), raw, places, unread)
    attributes = {f"{ATTRIBUTE}{name}": _blank_as_null(text[name]) for name in rules.attributes}
    rows = frame(
        STATEMENTS,
        {
            "sku": places["sku"],
            "warehouse": places["warehouse"],
            "quantity": _available(converted),
            "as_of": converted["as_of"].values if rules.as_of is None else rules.as_of,
            "line": raw.lines,
            **attributes,
        },
    )
    return _conformed(take(rows, ~bad), unusable)


def conform_orders(raw: RawTable, rules: OrderRules) -> Conformed:
    """An order file. Fields: order, sku, quantity, ordered_at, optional line, status, warehouse.

    Without a `line` field the rows of one order and SKU are one line, their quantities added, and the line is
    named by its SKU; one of them that cannot be used takes the others with it: a part of a sum is not a line.
    """
    text = {str(name): arrow(raw.cells[name]) for name in raw.cells.columns}
    converted = {
        "order": identifiers(text["order"]),
        **({"line": identifiers(text["line"])} if "line" in text else {}),
        "sku": identifiers(text["sku"]),
        "quantity": _not_negative(whole_numbers(text["quantity"], "reject")),
        "ordered_at": instants(text["ordered_at"], rules.zone, "later"),
    }
    bad, unusable = _rejects(raw, converted)
    rows = frame(
        ORDER_LINES,
        {
            "feed": rules.feed,
            "order": converted["order"].values,
            "line": converted["line" if "line" in converted else "sku"].values,
            "sku": converted["sku"].values,
            "warehouse": _blank_as_null(trimmed(text["warehouse"])) if "warehouse" in text else None,
            "quantity": converted["quantity"].values,
            "ordered_at": converted["ordered_at"].values,
            "cancelled": _is_cancelled(text.get("status"), rules.cancelled, len(raw.lines)),
            "stated_at": rules.stated_at,
            "stated_in": rules.stated_in,
            "row": raw.lines,
            "seq": 0,
            "touched": 0,
        },
    )
    if "line" in text:
        return _conformed(take(rows, ~bad), unusable)
    bad, unusable = _with_other_rows(bad, unusable, raw, rows)
    return _added_up(take(rows, ~bad), unusable)


def _conformed(rows: pd.DataFrame, unusable: pd.DataFrame) -> Conformed:
    return Conformed(rows=rows, weights=np.ones(len(rows), dtype=np.int64), rejects=unusable)


def _quantity(
    text: Mapping[str, pa.ChunkedArray], fractions: Literal["reject", "floor"]
) -> dict[str, Converted]:
    """What is available, or what it is the difference of."""
    if "quantity" in text:
        return {"quantity": whole_numbers(text["quantity"], fractions)}
    taken = (
        "ceil" if fractions == "floor" else fractions
    )  # what is committed is rounded so that less is available
    return {
        "on_hand": whole_numbers(text["on_hand"], fractions),
        "committed": whole_numbers(text["committed"], taken),
    }


def _available(converted: Mapping[str, Converted]) -> Any:
    if "quantity" in converted:
        return converted["quantity"].values
    return pc.subtract(converted["on_hand"].values, converted["committed"].values)


def _not_negative(number: Converted) -> Converted:
    """An order line takes stock; what would give stock back is for a person to look at."""
    negative = np.flatnonzero(mask(pc.less(number.values, 0)))
    if not len(negative):
        return number
    rows = np.concatenate([number.faults.rows, negative])
    reasons = [*number.faults.reasons, *["below 0"] * len(negative)]
    order = np.argsort(rows, kind="stable")
    return Converted(
        values=number.values, faults=Faults(rows=rows[order], reasons=[reasons[i] for i in order])
    )


def _or_blank(text: pa.ChunkedArray | None, rows: int) -> Any:
    return pa.repeat("", rows) if text is None else trimmed(text)


def _blank_as_null(text: pa.ChunkedArray) -> Any:
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _is_cancelled(status: pa.ChunkedArray | None, cancelled: frozenset[str], rows: int) -> Mask:
    if status is None:
        return np.zeros(rows, dtype=bool)
    words = pc.utf8_lower(trimmed(status))
    return mask(pc.is_in(words, value_set=pc.utf8_lower(pa.array(sorted(cancelled), pa.string()))))


def _rejects(raw: RawTable, converted: Mapping[str, Converted]) -> tuple[Mask, pd.DataFrame]:
    """Rows with a cell that cannot be used, by their first such cell, and those that were no rows at all."""
    bad = np.zeros(len(raw.lines), dtype=bool)
    parts = [raw.rejects]
    for field, column in converted.items():
        if column.faults is NO_FAULTS:
            continue
        fresh = ~bad[column.faults.rows]
        rows = column.faults.rows[fresh]
        bad[rows] = True
        reasons = [why for why, is_fresh in zip(column.faults.reasons, fresh, strict=True) if is_fresh]
        parts.append(_listed(raw, rows, field, reasons))
    return bad, _by_line(parts)


def _by_line(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return stack(parts).sort_values("line", kind="stable", ignore_index=True)


def _listed(raw: RawTable, rows: Ids, field: str, reasons: Sequence[str]) -> pd.DataFrame:
    at = pa.array(rows)
    return frame(
        REJECTS,
        {
            "line": raw.lines[rows],
            "column": pa.array([raw.columns[field]] * len(rows), pa.string()),
            "value": pc.fill_null(arrow(raw.cells[field]).take(at), ""),
            "reason": pa.array(list(reasons), pa.string()),
            "sku": pc.fill_null(arrow(raw.cells["sku"]).take(at), ""),
        },
    )


def _with_other_lots(
    bad: Mask, unusable: pd.DataFrame, raw: RawTable, places: pd.DataFrame, unread: pd.DataFrame
) -> tuple[Mask, pd.DataFrame]:
    """Adds the rows that name the same SKU and warehouse as a reject: their sum would lack something.

    `unread`: rejects that name a SKU at most, so that they concern it in every warehouse.
    """
    if not len(unusable) and not len(unread):
        return bad, unusable
    (ids,), bound = number_keys([places], ("sku", "warehouse"))
    culprit = np.zeros(bound, dtype=np.int64)
    culprit[ids[bad][::-1]] = raw.lines[bad][::-1]
    no_rows = dict(zip(unread["sku"], unread["line"], strict=True))
    named = arrow(unread["sku"]).drop_null().combine_chunks()
    in_no_row = mask(pc.is_in(arrow(places["sku"]), value_set=named))
    others = ~bad & ((culprit[ids] > 0) | in_no_row)
    rows = np.flatnonzero(others)
    skus = arrow(places["sku"]).take(pa.array(rows)).to_pylist()
    reasons = [
        f"line {culprit[ids[row]] or no_rows[sku]} cannot be used, and has a part of the same level"
        for row, sku in zip(rows, skus, strict=True)
    ]
    return bad | others, _by_line([unusable, _listed(raw, rows, "sku", reasons)])


def _with_other_rows(
    bad: Mask, unusable: pd.DataFrame, raw: RawTable, rows: pd.DataFrame
) -> tuple[Mask, pd.DataFrame]:
    """Adds the rows of the same order and SKU as a reject."""
    if not bad.any():
        return bad, unusable
    (ids,), bound = number_keys([rows], ("order", "sku"))
    culprit = np.zeros(bound, dtype=np.int64)
    culprit[ids[bad][::-1]] = raw.lines[bad][::-1]
    others = ~bad & (culprit[ids] > 0)
    at = np.flatnonzero(others)
    reasons = [
        f"line {line} cannot be used, and has a part of the same order line" for line in culprit[ids[at]]
    ]
    return bad | others, _by_line([unusable, _listed(raw, at, "sku", reasons)])


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
