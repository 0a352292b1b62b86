"""WMS files: text to statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.beside import beside
from batch.model import ATTRIBUTE, STATEMENTS, frame, stack, take
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
    Mask,
    identifiers,
    mask,
    trimmed,
    whole_numbers,
)
from batch.reconcile.keys import number_keys
from batch.reconcile.stretches import shared
from formats.contract import RawTable
from formats.frames import arrow, as_text, columns_of, of_columns, picked, repeated


@dataclass(frozen=True, kw_only=True)
class InventoryRules:
    """How the cells of a WMS file are to be taken. `as_of`: of the whole file; None: a column says it per row."""

    zone: ZoneInfo
    fractions: Literal["reject", "floor"]
    attributes: tuple[str, ...] = ()
    as_of: datetime | None = None


def conform_inventory(raw: RawTable, rules: InventoryRules, anyones: pd.DataFrame | None = None) -> Conformed:
    """A WMS file. Fields: sku, quantity (or on_hand and committed), optional warehouse, lot, as_of, attributes.

    A row that cannot be used takes the other lots of its SKU and warehouse with it: a part of a sum is not
    a level, and the SKU keeps its last good one. `anyones`: rejects (REJECTS) of which nobody can tell whose they
    are; they take the lots of their SKU with them here too.
    """
    cells = columns_of(raw.cells)
    with beside(
        lambda: {**_quantity(cells, rules.fractions), **_as_of(cells, rules)}, len(raw.lines)
    ) as others:
        converted = {"sku": identifiers(cells["sku"]), **others()}
    places = frame(
        {"sku": STATEMENTS["sku"], "warehouse": STATEMENTS["warehouse"]},
        {"sku": converted["sku"].values, "warehouse": _or_blank(cells.get("warehouse"), len(raw.lines))},
    )
    unread = stack(
        [part for part in (raw.rejects, anyones) if part is not None and len(part)] or [raw.rejects]
    )
    bad, unusable = _with_other_lots(*find_rejects(raw, converted), raw, places, unread)
    attributes = {f"{ATTRIBUTE}{name}": blank_as_null(as_text(cells[name])) for name in rules.attributes}
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
    return each_its_own(take(rows, ~bad), unusable)


def _as_of(cells: Mapping[str, pa.ChunkedArray], rules: InventoryRules) -> dict[str, Converted]:
    """The instant of each row, where a column says it."""
    return {"as_of": instants(cells["as_of"], rules.zone, "earlier")} if rules.as_of is None else {}


def _quantity(
    cells: Mapping[str, pa.ChunkedArray], fractions: Literal["reject", "floor"]
) -> dict[str, Converted]:
    """What is available, or what it is the difference of."""
    if "quantity" in cells:
        return {"quantity": whole_numbers(cells["quantity"], fractions)}
    taken = (
        "ceil" if fractions == "floor" else fractions
    )  # what is committed is rounded so that less is available
    return {
        "on_hand": whole_numbers(cells["on_hand"], fractions),
        "committed": whole_numbers(cells["committed"], taken),
    }


def _available(converted: Mapping[str, Converted]) -> Any:
    if "quantity" in converted:
        return converted["quantity"].values
    return pc.subtract(converted["on_hand"].values, converted["committed"].values)


def _or_blank(text: pa.ChunkedArray | None, rows: int) -> Any:
    return repeated("", pa.string(), rows) if text is None else shared(trimmed(text))


def _with_other_lots(
    bad: Mask, unusable: pd.DataFrame, raw: RawTable, places: pd.DataFrame, unread: pd.DataFrame
) -> tuple[Mask, pd.DataFrame]:
    """Adds the rows that name the same SKU and warehouse as a reject: their sum would lack something.

    `unread`: rejects that name a SKU at most, so that they concern it in every warehouse.
    """
    if not len(unusable) and not len(unread):
        return bad, unusable
    skus = arrow(places["sku"])
    near = same_as_one_of(skus, pa.concat_arrays([named(unread["sku"]), named(places["sku"], bad)]))
    nearby = of_columns({name: picked(column, near) for name, column in columns_of(places).items()})
    (ids,), bound = number_keys([nearby], ("sku", "warehouse"))
    culprit, bad_there = np.zeros(bound, dtype=np.int64), bad[near]
    culprit[ids[bad_there][::-1]] = raw.lines[near[bad_there]][::-1]
    no_rows = dict(zip(unread["sku"], unread["line"], strict=True))
    in_no_row = mask(pc.is_in(arrow(nearby["sku"]), value_set=named(unread["sku"])))
    others = ~bad_there & ((culprit[ids] > 0) | in_no_row)
    rows = near[others]
    lines = culprit[ids[others]].tolist()
    reasons = [
        f"line {line or no_rows[sku]} cannot be used, and has a part of the same level"
        for line, sku in zip(lines, picked(skus, rows).to_pylist(), strict=True)
    ]
    unusable = by_line([unusable, list_rows(raw, rows, "sku", reasons)])
    bad = bad.copy()
    bad[rows] = True
    return bad, unusable
