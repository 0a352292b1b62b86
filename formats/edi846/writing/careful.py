"""A document of ours read with care: whatever is not as configured is said, with its place."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from formats.contract import QUANTITY_IN, Envelope
from formats.edi846.codes import GROUP
from formats.edi846.reading import items, places
from formats.edi846.reading.document import Document, open_document
from formats.edi846.writing.check import check_document
from formats.edi846.writing.options import Writing
from formats.edi846.writing.segments import Builder
from formats.edi846.writing.templates import QUANTITY, WAREHOUSE
from formats.edi846.writing.values import Values
from formats.edi846.writing.writer import heading
from formats.errors import Unreadable
from formats.warehouses import Places
from formats.x12.interchange import Party
from formats.x12.place import shown
from formats.x12.segments import Ints, Offsets, Segments, Spans

ITEM, AFTER = "between LIN and QTY", "after QTY"
"""Columns of the text that stands there: segments that are no field of their own."""


def read_carefully(document: bytes, options: Writing) -> dict[str, pa.StringArray]:
    """What a document says, a text for each LIN: columns by name, "" for what is absent.

    The fields of `products`, `quantity`, `QUANTITY_IN` + the partner's name of each warehouse, or `warehouse` where
    each has a set of its own; and the text between LIN and QTY, and after QTY. Of SDQ alone (`options.told_apart()`), that
    text is without the quantities, which are columns of their own.

    Raises:
        Unreadable: not what X12 demands, or sender, receiver, release, usage, a count, a constant, QTY01 or the unit
            is not as configured, or one field differs between two qualifiers.
    """
    opened = open_document(document, frozenset(options.products))
    if opened.warnings:
        raise Unreadable(f"the document is not what was written: {opened.warnings[0]}")
    if opened.segments.left_out:
        raise Unreadable("a segment is empty: two terminators stand side by side")
    check_document(opened, options.release, options.usable())
    _check_envelope(opened, options)
    _check_line_numbers(opened, options)
    for qualifier, text in options.constants().items():
        _check_constant(_product(opened, qualifier), f"LIN {qualifier}", text)
    columns: dict[str, pa.StringArray] = {}
    for qualifier, field in options.columns().items():
        values = _product(opened, qualifier)
        if not columns.setdefault(field, values).equals(values):
            raise Unreadable(f"LIN {qualifier} is not the {field} of the other qualifier in every line")
    quantities = _first_quantities(opened, options)
    columns["quantity"] = opened.segments.texts(opened.segments.elements(quantities, 2))
    columns |= _warehouses(opened, options)
    _check_headings(opened, options, columns.get(WAREHOUSE))
    _check_totals(opened, options)
    columns[ITEM], columns[AFTER] = _around(opened, quantities, apart=options.told_apart())
    return columns


def _check_envelope(opened: Document, options: Writing) -> None:
    interchange = opened.envelopes.interchanges[0]
    if len(opened.envelopes.interchanges) > 1 or len(interchange.groups) > 1:
        raise Unreadable("the document holds more than one interchange or group")
    group = interchange.groups[0]
    sender, receiver = Party.parse(options.sender), Party.parse(options.receiver)
    for what, found, expected in (
        ("sender (ISA05, ISA06)", interchange.sender, options.sender),
        ("receiver (ISA07, ISA08)", interchange.receiver, options.receiver),
        ("sender (GS02)", group.sender, options.sender_group or sender.id),
        ("receiver (GS03)", group.receiver, options.receiver_group or receiver.id),
        ("group (GS01)", group.code, GROUP),
        ("release (GS08)", group.release, options.release),
        ("version (ISA12)", interchange.version, options.release[:5]),
        ("usage (ISA15)", interchange.usage, options.usage),
        ("group control number (GS06)", group.number.zfill(9), interchange.number),
    ):
        if found != expected:
            raise Unreadable(f"{what} is {shown(found)}, not {shown(expected)}")


def _check_line_numbers(opened: Document, options: Writing) -> None:
    """LIN01 counts from 1 in every set, or is empty throughout."""
    first = np.searchsorted(opened.lines, [one.first for one in opened.sets])
    counts = np.diff(np.append(first, len(opened.lines)))
    numbers = np.arange(len(opened.lines)) - np.repeat(first, counts) + 1
    expected = pa.array(numbers).cast(pa.string()) if options.line_number else pa.repeat("", len(numbers))
    found = opened.segments.texts(opened.segments.elements(opened.lines, 1)).fill_null("")
    if not found.equals(expected):
        row = int(opened.lines[pc.index(pc.not_equal(found, expected), True).as_py()])
        text = opened.segments.text(row, 1)
        raise Unreadable(f"{shown(text)} does not count the lines", place=str(opened.segments.place(row, 1)))


def _product(opened: Document, qualifier: str) -> pa.StringArray:
    column = items.product(opened, qualifier)
    _check_once(opened, column.times <= 1, f"LIN {qualifier}")
    return column.values.fill_null("")


def _first_quantities(opened: Document, options: Writing) -> Ints:
    """The first QTY of each LIN, which tells what may be sold."""
    times = np.bincount(opened.owner, minlength=len(opened.lines))
    _check_once(opened, times > 0, "QTY")
    first = opened.quantities[np.searchsorted(opened.owner, np.arange(len(opened.lines)))]
    segments = opened.segments
    for number, expected, what in ((1, options.quantity, "QTY01"), (3, options.unit, "QTY03")):
        found = segments.texts(segments.elements(first, number))
        if not pc.all(pc.equal(found.fill_null(""), expected)).as_py():
            raise Unreadable(f"{what} is not {shown(expected)} in every line")
    return first


def _warehouses(opened: Document, options: Writing) -> dict[str, pa.StringArray]:
    location = options.location
    template = location.template(options.unit)
    if location.form == "none":
        return {}
    if location.form == "sdq":
        return _columns(opened, places.sdq(opened))
    if template is None:
        return {}
    named = template.element_of(WAREHOUSE) or 0
    if location.form == "header":
        return {WAREHOUSE: places.heading(opened, named).fill_null("")}
    quantity = template.element_of(QUANTITY) or 0
    if location.form == "ls":
        return _columns(opened, places.ls(opened, named, quantity))
    return _columns(opened, places.sch(opened, named, quantity))


def _check_headings(opened: Document, options: Writing, warehouses: pa.StringArray | None) -> None:
    """What stands before the first LIN of each set is as configured, of the instant that its BIA names."""
    segments = opened.segments
    first = np.searchsorted(opened.lines, [one.first for one in opened.sets])
    for index, (one, line) in enumerate(zip(opened.sets, first.tolist(), strict=True), start=1):
        written_at = _instant(segments, one.first + 1)
        nothing = pa.array([], pa.string())
        fields = dict.fromkeys(options.fields(), nothing)
        number = int(opened.envelopes.groups[0].number)
        again = segments.text(one.first + 1, 1) == options.replacement
        envelope = Envelope(number=number, written_at=written_at, complete=True, again=again)
        none = pa.array([], pa.int64())
        values = Values(fields=fields, quantity=none, places={}, envelope=envelope)
        warehouse = warehouses[line].as_py() if warehouses is not None else None
        expected = heading(Builder(values, options), index, warehouse)
        start, end = int(segments.starts[one.first]), int(segments.starts[opened.lines[line]])
        if segments.data[start:end] != expected.encode():
            raise Unreadable("the heading is not as configured", place=str(segments.place(one.first)))


def _check_totals(opened: Document, options: Writing) -> None:
    """CTT stands where it is configured, with as much as is configured."""
    segments, wanted = opened.segments, {"none": 0, "count": 1, "hash": 2}[options.totals]
    for one in opened.sets:
        row = _last_item(opened, one.last)
        if (segments.last[row] - segments.first[row] if row < one.last else 0) != wanted:
            raise Unreadable("CTT is not as configured", place=str(segments.place(row)))


def _instant(segments: Segments, row: int) -> datetime:
    """BIA04 and BIA05 of a document that has been checked."""
    text = segments.text(row, 4) + segments.text(row, 5).ljust(6, "0")[:6]
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _columns(opened: Document, found: Places) -> dict[str, pa.StringArray]:
    """A column for each warehouse, in order of first appearance."""
    coded = found.warehouse.dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    columns = {}
    for code, name in enumerate(coded.dictionary.to_pylist()):
        mine = np.flatnonzero(codes == code)
        row = np.full(len(opened.lines), -1, dtype=np.int64)
        row[found.line[mine]] = mine
        if len(np.unique(found.line[mine])) < len(mine):
            raise Unreadable(f"warehouse {shown(name)} stands twice in one LIN loop")
        columns[QUANTITY_IN + name] = found.quantity.take(pa.array(row, mask=row < 0)).fill_null("")
    return columns


def _around(opened: Document, quantities: Ints, *, apart: bool) -> tuple[pa.StringArray, pa.StringArray]:
    """The text between each LIN and its first QTY, and from there to the next LIN or the end of the items.

    `apart`: of the first, without the quantities of SDQ.
    """
    segments = opened.segments
    ends = np.searchsorted(opened.lines, [one.last for one in opened.sets])
    following = np.append(opened.lines[1:], len(segments) - 1)
    closing = np.array([_last_item(opened, one.last) for one in opened.sets])
    following[ends[ends > 0] - 1] = closing[ends > 0]
    between = Spans(start=_after(opened, opened.lines), end=segments.starts[quantities])
    rest = Spans(start=_after(opened, quantities), end=segments.starts[following])
    item = _without(segments, between, places.sdq_spans(opened)[2]) if apart else segments.texts(between)
    return item.fill_null(""), segments.texts(rest).fill_null("")


def _without(segments: Segments, whole: Spans, cut: Spans) -> pa.StringArray:
    """The texts without what is cut out of them: both lie in the order of the document, as do the parts that are left."""
    starts = np.sort(np.concatenate([whole.start, cut.end]))
    ends = np.sort(np.concatenate([whole.end, cut.start]))
    parts = segments.texts(Spans(start=starts, end=ends)).fill_null("")
    _, offsets, content = parts.buffers()
    firsts = np.append(np.searchsorted(starts, whole.start), len(parts))
    edges = np.frombuffer(offsets, np.int32)[firsts]
    return pa.StringArray.from_buffers(len(whole.start), pa.py_buffer(edges), content)


def _after(opened: Document, rows: Ints) -> Offsets:
    """Where the segment after each begins."""
    return opened.segments.starts[rows + 1]


def _last_item(opened: Document, trailer: int) -> int:
    """The row of the CTT before an SE, or of the SE itself."""
    return trailer - 1 if opened.segments.text(trailer - 1, 0) == "CTT" else trailer


def _check_once(opened: Document, fine: np.ndarray, what: str) -> None:
    for row in opened.lines[~fine][:1].tolist():
        raise Unreadable(f"{what} does not stand exactly once", place=str(opened.segments.place(row)))


def _check_constant(values: pa.StringArray, what: str, text: str) -> None:
    if not pc.all(pc.equal(values, text)).as_py():
        raise Unreadable(f"{what} is not {shown(text)} in every line")
