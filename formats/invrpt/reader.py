"""An INVRPT as a table of text: one row per LIN, or per LIN and warehouse."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.contract import REJECTS, TEXT, RawTable
from formats.invrpt import report as reports
from formats.invrpt.options import Reading
from formats.invrpt.report import Report, open_report
from formats.invrpt.stated import stated_at
from formats.warehouses import Divided, divide
from formats.x12.pairs import Column
from formats.x12.place import shown, unreadable

QUANTITIES = ("145", "17", "33")
"""QTY 6063: actual stock, on hand, available; the first that a file has is the quantity."""

SUPPLIERS = "SA"
"""7143: the supplier's own article number, which is the SKU of the warehouse."""

EACH = ("", "PCE", "C62", "EA", "H87")


def read(data: bytes, fields: Mapping[str, str], options: Reading) -> RawTable:
    """Reads every LIN of every INVRPT in a file.

    With `location = "none"` the quantities of places add up. `fields`: field → qualifier of LIN and PIA, and for `quantity` → that of QTY. Without `sku` the number beside SA is
    the SKU, else that of the first line's qualifier; without `quantity` 145 counts, or 17 or 33 if the file has none.
    Where QTY stand beside LOC, or a heading names a warehouse, there is a TEXT column `warehouse`. A QTY without LOC is
    the total, and stays the answer where the others do not add up to it. `stated_at`: see `formats.invrpt.stated`.

    Raises:
        Unreadable: as `open_report`; or no QTY in the file.
    """
    report = open_report(data)
    if len(report.lines) and not len(report.quantities):
        raise unreadable(
            report.document.place(int(report.lines[0])),
            found=f"{len(report.lines)} LIN and no QTY in the file",
            expected="QTY with what is there",
        )
    names = _with_defaults(report, fields)
    columns = {field: reports.product(report, name) for field, name in names.items() if field != "quantity"}
    chosen = reports.of_kind(report, names["quantity"])
    place = reports.place_of(report)
    total = _total(report, chosen & (place < 0))
    divided = divide(reports.located(report, chosen, place), total.values)
    labels = {field: f"{'QTY' if field == 'quantity' else 'LIN'} {name}" for field, name in names.items()}
    lines = (report.lines + 1).astype(np.int64)
    rejects = _rejects({**columns, "quantity": total}, labels, lines)
    cells, line, whole_skus = _cells(report, columns, divided)
    if options.location == "none":
        cells, whole_skus = cells.drop(columns="warehouse", errors="ignore"), False
    kept = ~np.isin(lines[line], rejects["line"].to_numpy(dtype=np.int64))
    at, odd_times = stated_at(report)
    return RawTable(
        cells=cells if kept.all() else cells[kept].reset_index(drop=True),
        lines=lines[line][kept],
        columns=labels,
        rejects=rejects,
        stated_at=at,
        warnings=(
            *report.envelope.warnings,
            *_others(report),
            *odd_times,
            *_other_units(report, chosen),
            *_differences(report, divided),
        ),
        whole_skus=whole_skus,
    )


def _with_defaults(report: Report, fields: Mapping[str, str]) -> dict[str, str]:
    names = dict(fields)
    if "sku" not in names:
        suppliers = reports.product(report, SUPPLIERS).times.any()
        names = {
            "sku": SUPPLIERS if suppliers else next(iter(reports.qualifiers(report)), SUPPLIERS),
            **names,
        }
    if "quantity" not in names:
        there = reports.kinds(report)
        names["quantity"] = next((kind for kind in QUANTITIES if kind in there), QUANTITIES[0])
    return names


def _total(report: Report, chosen: np.ndarray) -> Column:
    """The number of the chosen QTY of each line."""
    owner = report.owner[chosen]
    rows = np.full(len(report.lines), -1, dtype=np.int64)
    rows[owner] = np.flatnonzero(chosen)
    values = reports.amounts(report).take(pa.array(rows, mask=rows < 0))
    return Column(values=values, times=np.bincount(owner, minlength=len(report.lines)).astype(np.int64))


def _cells(
    report: Report, columns: Mapping[str, Column], divided: Divided
) -> tuple[pd.DataFrame, np.ndarray, bool]:
    """The table, the index of each row's LIN, and whether the rows of a SKU say all there is of it."""
    at = pa.array(divided.line)
    cells = {field: column.values.take(at) for field, column in columns.items()} | {
        "quantity": divided.quantity
    }
    if pc.any(pc.is_valid(divided.warehouse)).as_py() or divided.unequal.any():
        return _frame({**cells, "warehouse": divided.warehouse}), divided.line, True
    named = reports.heading(report)
    if named.null_count < len(named):
        cells["warehouse"] = named
    return _frame(cells), divided.line, False


def _frame(cells: Mapping[str, pa.StringArray]) -> pd.DataFrame:
    return pd.DataFrame({field: pd.Series(values, dtype=TEXT) for field, values in cells.items()})


def _rejects(columns: Mapping[str, Column], labels: Mapping[str, str], lines: np.ndarray) -> pd.DataFrame:
    """One reject per LIN, for the first field that it states twice."""
    found: dict[int, str] = {}
    for field, column in columns.items():
        for row in np.flatnonzero(column.ambiguous).tolist():
            found.setdefault(row, field)
    rows = sorted(found)
    content = {
        "line": lines[rows],
        "column": [labels[found[row]] for row in rows],
        "value": [columns[found[row]].values[row].as_py() for row in rows],
        "reason": ["stands more than once in one line, the last time as shown; once is expected"] * len(rows),
        "sku": [columns["sku"].values[row].as_py() for row in rows],
    }
    return pd.DataFrame({name: pd.Series(content[name], dtype=kind) for name, kind in REJECTS.items()})


def _others(report: Report) -> list[str]:
    others = [one.kind for one in report.envelope.messages if one.kind != reports.KIND]
    named = ", ".join(shown(kind) for kind in dict.fromkeys(sorted(others)))
    return [f"{len(others)} other messages were passed over: {named}"] if others else []


def _other_units(report: Report, chosen: np.ndarray) -> list[str]:
    units = reports.units(report).filter(pa.array(chosen)).fill_null("").value_counts().to_pylist()
    odd = [unit for unit in units if unit["values"].strip().upper() not in EACH]
    if not odd:
        return []
    stated = ", ".join(f"{shown(unit['values'])} ({unit['counts']} times)" for unit in odd[:5])
    return [f"QTY names units other than PCE: {stated}; the numbers are taken as they are"]


def _differences(report: Report, divided: Divided) -> list[str]:
    said = (
        (
            divided.unequal,
            "the quantities per place are not what the QTY without a place tells; that one counts",
        ),
    )
    return [
        f"{report.document.place(int(report.lines[np.flatnonzero(where)[0]]))}: {sentence}"
        + (f" (and so for {int(where.sum()) - 1} more)" if where.sum() > 1 else "")
        for where, sentence in said
        if where.any()
    ]
