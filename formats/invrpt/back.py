"""Reading back what was written, and what it should say."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.contract import QUANTITY_IN, Columns, Envelope
from formats.errors import Unreadable
from formats.frames import of_columns
from formats.invrpt import report as reports
from formats.invrpt.options import Writing
from formats.invrpt.report import Report, open_report
from formats.invrpt.writer import columns_of, heading
from formats.warehouses import Places
from formats.x12.place import shown

ALLOWED = {"UNB", "UNH", "BGM", "DTM", "NAD", "LIN", "PIA", "INV", "QTY", "LOC", "UNT", "UNZ"}


def meant(lines: pd.DataFrame, options: Writing) -> Columns:
    """What `read_back` is to find in a document of these lines: columns of text.

    Raises:
        Unwritable: as `write`.
    """
    return {name: values.fill_null("") for name, values in columns_of(lines, options).items()}


def read_back(document: bytes, options: Writing) -> pd.DataFrame:
    """What a document says, a row for each LIN: TEXT columns, "" for what is absent.

    Raises:
        Unreadable: sender, receiver, release, a count, a constant, a qualifier or a unit is not as configured.
    """
    opened = open_report(document)
    if opened.envelope.warnings:
        raise Unreadable(f"the document is not what was written: {opened.envelope.warnings[0]}")
    _check_envelope(opened, options)
    _check_headings(opened, options)
    _check_lines(opened, options)
    for qualifier, text in options.constants().items():
        if not pc.all(pc.equal(_product(opened, qualifier), text)).as_py():
            raise Unreadable(f"{qualifier} is not {shown(text)} in every line")
    columns: dict[str, pa.StringArray] = {}
    for qualifier, field in options.columns().items():
        values = _product(opened, qualifier)
        if not columns.setdefault(field, values).equals(values):
            raise Unreadable(f"{qualifier} is not the {field} of the other qualifier in every line")
    return of_columns(columns | _quantities(opened, options))


def _product(opened: Report, qualifier: str) -> pa.StringArray:
    column = reports.product(opened, qualifier)
    if column.ambiguous.any():
        row = int(opened.lines[np.flatnonzero(column.ambiguous)[0]])
        raise Unreadable(f"{qualifier} stands more than once", place=str(opened.document.place(row)))
    return column.values.fill_null("")


def _quantities(opened: Report, options: Writing) -> dict[str, pa.StringArray]:
    every = np.ones(len(opened.quantities), dtype=np.bool_)
    if not reports.of_kind(opened, options.quantity).all():
        raise Unreadable(f"a QTY is not of {options.quantity}")
    if not pc.all(pc.equal(reports.units(opened).fill_null(""), options.unit)).as_py():
        raise Unreadable(f"the unit of a QTY is not {options.unit}")
    place = reports.place_of(opened)
    total = np.flatnonzero(place < 0)
    if not np.array_equal(opened.owner[total], np.arange(len(opened.lines))):
        raise Unreadable("a line has not exactly one QTY without a place")
    columns = {"quantity": reports.amounts(opened).take(pa.array(total)).fill_null("")}
    return columns | _by_place(reports.located(opened, every, place), len(opened.lines))


def _by_place(found: Places, count: int) -> dict[str, pa.StringArray]:
    coded = found.warehouse.dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    columns = {}
    for code, name in enumerate(coded.dictionary.to_pylist()):
        mine = np.flatnonzero(codes == code)
        row = np.full(count, -1, dtype=np.int64)
        row[found.line[mine]] = mine
        if len(np.unique(found.line[mine])) < len(mine):
            raise Unreadable(f"place {shown(name)} stands twice in one line")
        columns[QUANTITY_IN + name] = found.quantity.take(pa.array(row, mask=row < 0)).fill_null("")
    return columns


def _check_envelope(opened: Report, options: Writing) -> None:
    envelope = opened.envelope
    for what, found, expected in (
        ("interchanges", envelope.interchanges, 1),
        ("sender", envelope.sender, options.sender),
        ("receiver", envelope.receiver, options.receiver),
        ("test", envelope.test, options.usage == "T"),
        ("messages", len(envelope.messages), len(opened.messages)),
    ):
        if found != expected:
            raise Unreadable(f"{what}: {shown(str(found))}, not {shown(str(expected))}")
    segments = opened.document.segments
    for row in sorted(int(rows[0]) for rows in segments.by_name.values()):
        if segments.text(row, 0) not in ALLOWED:
            raise Unreadable(
                f"{shown(segments.text(row, 0))} is no segment of ours", place=str(opened.document.place(row))
            )


def _check_headings(opened: Report, options: Writing) -> None:
    """What stands before the first LIN of each message is as configured, of the instant that its DTM names."""
    document, segments = opened.document, opened.document.segments
    first = np.searchsorted(opened.lines, [one.first for one in opened.messages])
    number = opened.envelope.number
    if not number.isdecimal():
        raise Unreadable(f"the control number {shown(number)} is no number")
    for index, (one, line) in enumerate(zip(opened.messages, first.tolist(), strict=True), start=1):
        moment = document.text(one.first + 2, 1, 2)
        try:
            written_at = datetime.strptime(moment, "%Y%m%d%H%M").replace(tzinfo=UTC)
        except ValueError as error:
            raise Unreadable(
                f"{shown(moment)} is no time", place=str(document.place(one.first + 2))
            ) from error
        envelope = Envelope(number=int(number), written_at=written_at, complete=True)
        expected, _ = heading(options, envelope, index)
        if line >= len(opened.lines) or opened.lines[line] > one.last:
            raise Unreadable("a message has no LIN", place=str(document.place(one.first)))
        start, end = int(segments.starts[one.first]), int(segments.starts[opened.lines[line]])
        if _visible(segments.data[start:end]) != expected.encode():
            raise Unreadable("the heading is not as configured", place=str(document.place(one.first)))


def _visible(data: bytes) -> bytes:
    """Bytes of the table with released characters as they stood in the file."""
    for code, mark in enumerate(":+?'", start=2):
        data = data.replace(bytes([1, code]), f"?{mark}".encode())
    return data


def _check_lines(opened: Report, options: Writing) -> None:
    """LIN 1082 counts from 1 in every message, of which none has too many; D.97A has an INV before each QTY."""
    first = np.searchsorted(opened.lines, [one.first for one in opened.messages])
    counts = np.diff(np.append(first, len(opened.lines)))
    numbers = np.arange(len(opened.lines)) - np.repeat(first, counts) + 1
    found = opened.document.texts(opened.document.segments.elements(opened.lines, 1)).fill_null("")
    if (
        not found.equals(pa.array(numbers).cast(pa.string()))
        or counts.max(initial=0) > options.lines_per_message
    ):
        raise Unreadable("LIN does not count the lines of its message")
    expected = len(opened.quantities) if options.release == "D97A" else 0
    if len(opened.rows("INV")) != expected:
        raise Unreadable(f"{len(opened.rows('INV'))} INV stand where {expected} are expected")
