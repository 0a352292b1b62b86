"""An 846 as a table of text: one row per LIN."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.alike import UnlikeError
from formats.contract import REJECTS, TEXT, RawTable
from formats.edi846.codes import EACH, FOR_SALE, ON_HAND
from formats.edi846.reading import items
from formats.edi846.reading.alike import read_alike
from formats.edi846.reading.document import Document, open_document
from formats.edi846.reading.oddities import oddities, refuse_inquiry
from formats.edi846.reading.options import Reading
from formats.edi846.reading.rows import Rows, rows_of
from formats.edi846.reading.stated import stated_at
from formats.x12.pairs import Column
from formats.x12.place import shown

QUANTITIES = ("quantity", "on_hand", "committed")
"""Fields that are QTY01 codes; every other field is a LIN qualifier."""

CONTROL = r"[\x00-\x1f\x7f]"


def read(data: bytes, fields: Mapping[str, str], options: Reading) -> RawTable:
    """Reads every LIN of every 846 in a file: the quick way if its loops are alike, else carefully, with the same outcome.

    `fields`: field → LIN qualifier, and for `quantity`, `on_hand` and `committed` → QTY01. Without `sku`, the
    qualifier of the first pair of the first LIN is the SKU. Without a quantity, QTY01 33 is, or 17 if no 33
    occurs in the file.

    A LIN that lacks a product or quantity has a null there. One that states it twice, or with a line break
    inside, is a reject. `stated_at` is BIA04 and BIA05, and midnight if there is no time.

    Where a document tells quantities per warehouse (`options.location`), there is a TEXT column `warehouse`, and a
    row for each; see `formats.edi846.reading.rows`.

    Raises:
        Unreadable: not an 846, truncated, envelopes that do not agree, segments that run into one another, or an
            inquiry, which has no quantities.
    """
    with suppress(UnlikeError):  # left before the careful reader begins: it holds on to what had been read
        return read_alike(data, fields, lambda document: read_carefully(document, fields, options))
    return read_carefully(data, fields, options)


def read_carefully(data: bytes, fields: Mapping[str, str], options: Reading) -> RawTable:
    """The same, of any document, with all cells as text."""
    products = frozenset(name for field, name in fields.items() if field not in QUANTITIES)
    document = open_document(data, products)
    refuse_inquiry(document)
    names = _with_defaults(document, fields)
    columns = {field: _column(document, field, name) for field, name in names.items()}
    at, odd_times = stated_at(document)
    labels = {field: f"{'QTY' if field in QUANTITIES else 'LIN'} {name}" for field, name in names.items()}
    rows = rows_of(document, options.location, columns["quantity"].values if _is_simple(names) else None)
    cells = _cells(columns, rows)
    lines = (document.lines + 1).astype(np.int64)
    rejects = _rejects(columns, labels, lines)
    lines = lines[rows.line]
    kept = ~np.isin(lines, rejects["line"].to_numpy(dtype=np.int64))
    return RawTable(
        cells=cells if kept.all() else cells[kept].reset_index(drop=True),
        lines=lines[kept],
        columns=labels,
        rejects=rejects,
        stated_at=at,
        warnings=(
            *document.warnings,
            *oddities(document),
            *odd_times,
            *_absent(document, columns, names),
            *_other_units(document, names),
            *rows.warnings,
        ),
        whole_skus=rows.whole_skus,
    )


def _is_simple(names: Mapping[str, str]) -> bool:
    """Whether what is available is the number of one QTY."""
    return [field for field in names if field in QUANTITIES] == ["quantity"]


def _cells(columns: Mapping[str, Column], rows: Rows) -> pd.DataFrame:
    """A row for each of `rows`, with the values of its LIN."""
    cells = {field: column.values for field, column in columns.items()}
    if rows.quantity is not None:
        at = pa.array(rows.line)
        cells = {field: values.take(at) for field, values in cells.items()} | {"quantity": rows.quantity}
    if rows.warehouse is not None:
        cells["warehouse"] = rows.warehouse
    return pd.DataFrame({field: pd.Series(values, dtype=TEXT) for field, values in cells.items()})


def _with_defaults(document: Document, fields: Mapping[str, str]) -> dict[str, str]:
    names = dict(fields)
    if "sku" not in names:
        names = {"sku": next(iter(items.first_qualifiers(document)), "SK"), **names}
    if not any(field in names for field in QUANTITIES):
        only_on_hand = items.stated(document, ON_HAND) and not items.stated(document, FOR_SALE)
        names["quantity"] = ON_HAND if only_on_hand else FOR_SALE
    return names


def _column(document: Document, field: str, name: str) -> Column:
    return items.quantity(document, name) if field in QUANTITIES else items.product(document, name)


def _rejects(
    columns: Mapping[str, Column], labels: Mapping[str, str], lines: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """One reject per LIN, for the first field that is wrong with it."""
    found: dict[int, tuple[str, str]] = {}
    for field, column in columns.items():
        for row in np.flatnonzero(column.ambiguous).tolist():
            found.setdefault(
                row,
                (
                    field,
                    f"stands {column.times[row]} times in one LIN loop, the last time as shown; once is expected",
                ),
            )
        for row in _broken(column.values).tolist():
            found.setdefault(row, (field, "a line break or control character stands inside the element"))
    rows = sorted(found)
    picked = [
        (columns[found[row][0]].values[row].as_py(), columns["sku"].values[row].as_py()) for row in rows
    ]
    content = {
        "line": lines[rows],
        "column": [labels[found[row][0]] for row in rows],
        "value": [value for value, _ in picked],
        "reason": [found[row][1] for row in rows],
        "sku": [sku for _, sku in picked],
    }
    return pd.DataFrame({name: pd.Series(content[name], dtype=kind) for name, kind in REJECTS.items()})


def _broken(values: pa.StringArray) -> npt.NDArray[np.int64]:
    """The rows whose value has a control character; a null has none."""
    content = values.buffers()[2]
    if content is None or not (np.frombuffer(content, dtype=np.uint8) < ord(" ")).any():
        return np.zeros(0, dtype=np.int64)
    matches = pc.match_substring_regex(values, CONTROL).fill_null(False)
    return np.flatnonzero(matches.to_numpy(zero_copy_only=False))


def _absent(document: Document, columns: Mapping[str, Column], names: Mapping[str, str]) -> list[str]:
    odd = []
    for field, column in columns.items():
        if not len(column.values) or column.values.null_count < len(column.values):
            continue
        if field in QUANTITIES:
            found = items.first_kind(document) or "none"
            odd.append(f"no QTY is of kind {names[field]}, the {field}; the first is of kind {found}")
        else:
            found = ", ".join(items.first_qualifiers(document)) or "none"
            odd.append(f"no LIN has {names[field]}, the {field}; the first has {found}")
    return odd


def _other_units(document: Document, names: Mapping[str, str]) -> list[str]:
    """A quantity of cases is no quantity of pieces: it is taken as it stands, but said."""
    odd = []
    for field in QUANTITIES:
        if field in names:
            counts = {
                unit: n for unit, n in items.units(document, names[field]).items() if unit.upper() not in EACH
            }
            if counts:
                stated = ", ".join(f"{shown(unit)} ({n} times)" for unit, n in counts.items())
                odd.append(
                    f"QTY03 of {field} names units other than EA: {stated}; the numbers are taken as they are"
                )
    return odd
