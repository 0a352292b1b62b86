"""An 850 file as a table of text: one row per PO1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.contract import REJECTS, TEXT, RawTable
from formats.edi850.orders import Orders, open_orders
from formats.x12.pairs import Column, beside, qualifiers
from formats.x12.place import shown

FIRST_PAIR = 6
SELLERS = ("SK", "VN", "VP")
"""PO106 and on: qualifiers of the seller's own number, which is the SKU of the warehouse, best first."""

EACH = ("", "EA", "UN")

COLUMNS = {
    "order": "BEG03",
    "line": "PO101",
    "quantity": "PO102",
    "ordered_at": "BEG05",
    "status": "BEG01",
}


def read(data: bytes, fields: Mapping[str, str]) -> RawTable:
    """Reads every PO1 of every 850 in a file: `order`, `line`, `sku`, `quantity`, `ordered_at`, `status`.

    `fields`: `sku` → its PO1 qualifier; without it SK, VN or VP, whichever occurs, else that of the first pair. A
    line without PO101, or with one that its order has twice, is named by its place in the order. `status` is
    `cancelled` for BEG01 01 and 03, else the purpose of the order. `ordered_at` is the latest instant at which the
    order can have been placed: DTM*004, or the end of the day in BEG05, or the time of the group if that is earlier.

    Raises:
        Unreadable: without an 850, truncated, envelopes that do not agree, or segments that run into one another.
    """
    orders = open_orders(data)
    qualifier = fields.get("sku") or _qualifier(orders)
    sku = beside(orders.po1, qualifier, FIRST_PAIR)
    numbers, odd_numbers = _line_numbers(orders)
    owner = pa.array(orders.owner)
    cells = {
        "order": pa.array([one.number for one in orders.orders], pa.string()).take(owner),
        "line": numbers,
        "sku": sku.values,
        "quantity": orders.segments.texts(orders.po1.elements(2)),
        "ordered_at": pa.array([one.ordered_at for one in orders.orders], pa.string()).take(owner),
        "status": pa.array([one.status for one in orders.orders], pa.string()).take(owner),
    }
    labels = {**COLUMNS, "sku": f"PO1 {qualifier}"}
    lines = (orders.lines + 1).astype(np.int64)
    rejects = _rejects(sku, labels["sku"], lines)
    kept = ~sku.ambiguous
    table = pd.DataFrame({field: pd.Series(values, dtype=TEXT) for field, values in cells.items()})
    return RawTable(
        cells=table if kept.all() else table[kept].reset_index(drop=True),
        lines=lines[kept],
        columns=labels,
        rejects=rejects,
        warnings=(*orders.warnings, *odd_numbers, *_other_units(orders), *_absent(orders, sku, qualifier)),
    )


def _qualifier(orders: Orders) -> str:
    """The first of the seller's qualifiers that any line has; else that of the first pair."""
    for qualifier in SELLERS:
        if beside(orders.po1, qualifier, FIRST_PAIR).times.any():
            return qualifier
    return next(iter(qualifiers(orders.po1, FIRST_PAIR)), SELLERS[0])


def _line_numbers(orders: Orders) -> tuple[pa.StringArray, list[str]]:
    """PO101; the place in the order, for all lines of an order that leaves one out or repeats one."""
    stated = orders.segments.texts(orders.po1.elements(1))
    count = len(orders.owner)
    first = np.searchsorted(orders.owner, np.arange(len(orders.orders)))
    place = np.arange(count) - first[orders.owner] + 1
    codes = np.asarray(stated.dictionary_encode().indices.fill_null(-1).to_numpy(), dtype=np.int64)
    keys = orders.owner * (count + 1) + codes
    _, where, times = np.unique(keys, return_inverse=True, return_counts=True)
    odd = np.zeros(len(orders.orders), dtype=np.bool_)
    odd[orders.owner[(codes < 0) | (times[where] > 1)]] = True
    if not odd.any():
        return stated, []
    numbers = pc.if_else(pa.array(odd[orders.owner]), pa.array(place).cast(pa.string()), stated)
    which = orders.orders[int(np.flatnonzero(odd)[0])].number
    more = f" and {int(odd.sum()) - 1} more" if odd.sum() > 1 else ""
    return numbers, [
        f"order {which}{more}: PO101 is missing or stands twice; lines go by their place in the order"
    ]


def _rejects(sku: Column, label: str, lines: np.ndarray) -> pd.DataFrame:
    rows = np.flatnonzero(sku.ambiguous)
    values = sku.values.take(pa.array(rows)).to_pylist()
    reason = "stands more than once in one PO1, the last time as shown; once is expected"
    content = {
        "line": lines[rows],
        "column": [label] * len(rows),
        "value": values,
        "reason": [reason] * len(rows),
        "sku": values,
    }
    return pd.DataFrame({name: pd.Series(content[name], dtype=kind) for name, kind in REJECTS.items()})


def _other_units(orders: Orders) -> list[str]:
    units = orders.segments.texts(orders.po1.elements(3)).fill_null("").value_counts().to_pylist()
    odd = [unit for unit in units if unit["values"].strip().upper() not in EACH]
    if not odd:
        return []
    stated = ", ".join(f"{shown(unit['values'])} ({unit['counts']} times)" for unit in odd[:5])
    return [f"PO103 names units other than EA: {stated}; the numbers are taken as they are"]


def _absent(orders: Orders, sku: Column, qualifier: str) -> list[str]:
    if not len(orders.po1):
        return ["no order has a PO1"]
    if sku.values.null_count < len(orders.po1):
        return []
    found = ", ".join(qualifiers(orders.po1, FIRST_PAIR)) or "none"
    return [f"no PO1 has {qualifier}, the sku; the first has {found}"]
