"""Reading back what was written, and holding it against the options."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.contract import TEXT
from formats.edi846 import items
from formats.edi846.codes import GROUP
from formats.edi846.document import Document, open_document
from formats.edi846.options import Writing
from formats.errors import Unreadable
from formats.x12.interchange import Party
from formats.x12.place import shown


def read_back(document: bytes, options: Writing) -> pd.DataFrame:
    """The fields of `options` as a document has them: TEXT columns, "" where a product was left out, in order.

    Raises:
        Unreadable: sender, receiver, release, usage, a count, a constant, QTY01 or the unit is not as
            configured, or one field differs between two qualifiers.
    """
    opened = open_document(document, frozenset(options.products))
    if opened.warnings:
        raise Unreadable(f"the document is not what was written: {opened.warnings[0]}")
    _check_envelope(opened, options)
    for qualifier, text in options.constants().items():
        _check_constant(_product(opened, qualifier), f"LIN {qualifier}", text)
    columns: dict[str, pa.StringArray] = {}
    for qualifier, field in options.columns().items():
        values = _product(opened, qualifier)
        if not columns.setdefault(field, values).equals(values):
            raise Unreadable(f"LIN {qualifier} is not the {field} of the other qualifier in every line")
    columns["quantity"] = _quantities(opened, options)
    return pd.DataFrame({field: pd.Series(columns[field], dtype=TEXT) for field in options.fields()})


def _check_envelope(opened: Document, options: Writing) -> None:
    interchange = opened.envelopes.interchanges[0]
    if len(opened.envelopes.interchanges) > 1 or len(interchange.groups) > 1:
        raise Unreadable("the document holds more than one interchange or group")
    group = interchange.groups[0]
    sender, receiver = Party.parse(options.sender), Party.parse(options.receiver)
    for what, found, expected in (
        ("sender (ISA05, ISA06)", interchange.sender, options.sender),
        ("receiver (ISA07, ISA08)", interchange.receiver, options.receiver),
        ("sender (GS02)", group.sender, sender.id),
        ("receiver (GS03)", group.receiver, receiver.id),
        ("group (GS01)", group.code, GROUP),
        ("release (GS08)", group.release, options.release),
        ("version (ISA12)", interchange.version, options.release[:5]),
        ("usage (ISA15)", interchange.usage, options.usage),
        ("group control number (GS06)", group.number.zfill(9), interchange.number),
    ):
        if found != expected:
            raise Unreadable(f"{what} is {shown(found)}, not {shown(expected)}")


def _product(opened: Document, qualifier: str) -> pa.StringArray:
    column = items.product(opened, qualifier)
    _check_once(opened, column.times <= 1, f"LIN {qualifier}")
    return column.values.fill_null("")


def _quantities(opened: Document, options: Writing) -> pa.StringArray:
    column = items.quantity(opened, options.quantity)
    _check_once(opened, column.times == 1, f"QTY {options.quantity}")
    if column.values.null_count:
        raise Unreadable(f"QTY {options.quantity} has no quantity in every line")
    units = items.units(opened, options.quantity)
    if set(units) != {options.unit}:
        raise Unreadable(f"the units are {sorted(units)}, not {options.unit!r} alone")
    return column.values


def _check_once(opened: Document, fine: np.ndarray, what: str) -> None:
    for row in opened.lines[~fine][:1].tolist():
        raise Unreadable(f"{what} does not stand exactly once", place=str(opened.segments.place(row)))


def _check_constant(values: pa.StringArray, what: str, text: str) -> None:
    if not pc.all(pc.equal(values, text)).as_py():
        raise Unreadable(f"{what} is not {shown(text)} in every line")
