"""Writing an 846: a LIN loop per SKU, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.contract import Envelope
from formats.edi846.codes import GROUP, SET
from formats.edi846.writing import places
from formats.edi846.writing.options import Writing
from formats.edi846.writing.segments import Builder
from formats.edi846.writing.side_by_side import Column, joined
from formats.edi846.writing.templates import Template
from formats.edi846.writing.values import Values, refuse_where, values_of
from formats.errors import FormatError
from formats.x12.dictionary import element
from formats.x12.interchange import Header, Party, gs, isa

ROWS_AT_ONCE = 1 << 14
"""Lines that are joined at once, or as many as are in a set."""


def write(lines: pd.DataFrame, options: Writing, envelope: Envelope) -> bytes:
    """One interchange with one group of 846 sets.

    `lines`: `quantity` INT64 and a TEXT column per field that the options name; columns `QUANTITY_IN` + warehouse
    if `options.by_warehouse()`. A null or empty product is left out with its qualifier, a segment with an empty
    field as a whole. Dates and times are those of `envelope.written_at` in its own zone. BIA03 in further sets is
    followed by -2, -3, …

    Raises:
        Unwritable: a value that an 846 cannot carry, with its SKU and field.
        FormatError: no lines (an 846 has at least one LIN), a control number of more than nine digits, or a sum
            of quantities that CTT02 cannot hold.
    """
    if not len(lines):
        raise FormatError("an 846 cannot be empty: it needs at least one LIN; there is nothing to send")
    values = values_of(lines, options, envelope)
    header = header_of(options, envelope)
    builder = Builder(values, options)
    number = str(envelope.number)
    end = "\n" if options.line_break else ""
    separators = options.separators()
    document, count = BytesIO(), 0
    document.write((isa(header, separators) + end + gs(_group(header, options), separators) + end).encode())
    for parts in _sets(builder):
        count += 1
        for part in parts:
            document.write(part)
    foot = builder.plain("GE", str(count), number) + builder.plain("IEA", "1", f"{envelope.number:09}")
    document.write(foot.encode())
    return document.getvalue()


def header_of(options: Writing, envelope: Envelope) -> Header:
    """What stands in the ISA."""
    return Header(
        sender=Party.parse(options.sender),
        receiver=Party.parse(options.receiver),
        kind=GROUP,
        release=options.release,
        usage=options.usage,
        number=envelope.number,
        written_at=envelope.written_at,
    )


def _group(header: Header, options: Writing) -> Header:
    """What stands in the GS: the same, or the application's own ids."""
    return replace(
        header,
        sender=replace(header.sender, id=options.sender_group or header.sender.id),
        receiver=replace(header.receiver, id=options.receiver_group or header.receiver.id),
    )


def _sets(builder: Builder) -> Iterator[tuple[bytes, memoryview, bytes]]:
    """Per set: what comes before its LIN loops, the loops as they lie in Arrow's buffer, what comes after."""
    index, most = 0, builder.options.lines_per_set
    for warehouse, values in shares(builder):
        for stretch in values.stretches(max(ROWS_AT_ONCE // most, 1) * most):
            own = Builder(stretch, builder.options)
            detail = loops(own)
            offsets = np.frombuffer(detail.buffers()[1], dtype=np.int32)
            content = memoryview(detail.buffers()[2])
            for first in range(0, len(stretch), most):
                last = min(first + most, len(stretch))
                index += 1
                opening, body = heading(own, index, warehouse), content[offsets[first] : offsets[last]]
                trailer = _trailer(own, index, (first, last), opening.count(own.end) + _segments(body, own))
                yield opening.encode(), body, trailer.encode()


def shares(builder: Builder) -> Iterator[tuple[str | None, Values]]:
    """The document as a whole; or with a set for each warehouse, the lines of each."""
    values = builder.values
    if builder.options.location.form != "header":
        yield None, values
        return
    kept = [pc.is_valid(quantity) for quantity in values.places.values()]
    nowhere = pc.invert(kept[0])
    for one in kept[1:]:
        nowhere = pc.and_(nowhere, pc.invert(one))
    refuse_where(values.quantity, "quantity", values.skus, nowhere, "is kept in no warehouse that has a name")
    for name, quantity in values.places.items():
        here = pc.is_valid(quantity)
        if pc.any(here).as_py():
            fields = {field: column.filter(here) for field, column in values.fields.items()}
            yield name, replace(values, fields=fields, quantity=quantity.filter(here), places={})


def heading(builder: Builder, index: int, warehouse: str | None) -> str:
    """What stands before the LIN loops of the set with that number, from 1; `warehouse`: whose set it is."""
    options, envelope = builder.options, builder.values.envelope
    date, time = f"{envelope.written_at:%Y%m%d}", f"{envelope.written_at:%H%M%S}"
    reference = options.reference.format(number=envelope.number, date=date)
    reference = reference if index == 1 else f"{reference}-{index}"
    purpose = (options.replacement if envelope.again else None) or options.purpose
    parts: list[Column] = [
        builder.plain("ST", SET, f"{index:04}"),
        builder.plain("BIA", purpose, options.report, reference, date, time),
        *(builder.of(template) for template in options.header),
    ]
    template = options.location.template(options.unit)
    if warehouse is not None and template is not None:
        parts.append(builder.of(template, (warehouse, builder.values.quantity)))
    return str(joined(parts))


def _trailer(builder: Builder, index: int, rows: tuple[int, int], before: int) -> str:
    first, last = rows
    total = _total(builder, first, last)
    count = before + 1 + bool(total)
    return total + builder.plain("SE", str(count), f"{index:04}")


def _total(builder: Builder, first: int, last: int) -> str:
    """CTT: the number of LIN, and as hash total the sum of QTY02."""
    kind = builder.options.totals
    if kind == "none":
        return ""
    if kind == "count":
        return builder.plain("CTT", str(last - first))
    total = str(pc.sum(builder.values.quantity[first:last]).as_py())
    limit = element("CTT02", builder.options.release).most
    if len(total) > limit:
        raise FormatError(
            f"the sum of the quantities, {total}, is longer than the {limit} digits of CTT02; fewer lines_per_set, "
            'or totals = "count"'
        )
    return builder.plain("CTT", str(last - first), total)


def loops(builder: Builder) -> pa.StringArray:
    """The LIN loop of each line as one string."""
    detail: Any = joined([*builder.lin(), *item(builder), *builder.qty(), *after(builder)])
    return detail


def item(builder: Builder, *, numbers: bool = True) -> list[Column]:
    """Segments between LIN and QTY. `numbers`: else the quantities per warehouse are left out of them."""
    options = builder.options
    if options.location.form != "sdq":
        return _all(builder, options.item)
    at = places.before(options.item, "SDQ", places.ITEM)
    return [
        *_all(builder, options.item[:at]),
        *builder.sdq(numbers=numbers),
        *_all(builder, options.item[at:]),
    ]


def after(builder: Builder) -> list[Column]:
    """Segments after QTY: what belongs to it, the quantities per warehouse, further QTY."""
    options = builder.options
    template = options.location.template(options.unit)
    templates = options.after_quantity
    own = next((at for at, one in enumerate(templates) if one.segment == "QTY"), len(templates))
    if options.location.form == "sch" and template is not None:
        places_here = builder.per_warehouse(template)
    elif options.location.form == "ls" and template is not None:
        places_here = builder.looped(builder.per_warehouse(template))
    else:
        places_here = []
    return [*_all(builder, templates[:own]), *places_here, *_all(builder, templates[own:])]


def _all(builder: Builder, templates: Sequence[Template]) -> list[Column]:
    return [builder.of(template) for template in templates]


def _segments(loops: memoryview, builder: Builder) -> int:
    """How many segments there are: terminators, as no value has one."""
    terminator = ord(builder.options.separators().segment)
    return int(np.count_nonzero(np.frombuffer(loops, np.uint8) == terminator))
