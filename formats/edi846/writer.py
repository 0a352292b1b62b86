"""Writing an 846: one LIN and one QTY per SKU, as columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.contract import Envelope
from formats.edi846.codes import GROUP, SET
from formats.edi846.options import Writing
from formats.edi846.refuse import refuse
from formats.errors import FormatError
from formats.x12.interchange import Header, Party, gs, isa, segment

ORIGINAL = "00"
SEGMENTS_PER_LINE = 2
SEGMENTS_AROUND = 4  # ST, BIA, CTT, SE


def write(lines: pd.DataFrame, options: Writing, envelope: Envelope) -> bytes:
    """One interchange with one group of 846 sets.

    `lines`: `quantity` INT64 and a TEXT column per field that `options.products` names; a null or empty
    product is left out with its qualifier. Dates and times are those of `envelope.written_at` in its own
    zone. BIA03 is the control number, followed by -2, -3, … in further sets.

    Raises:
        Unwritable: a value that an 846 cannot carry, with its SKU and field.
        FormatError: no lines (an 846 has at least one LIN), or a control number of more than nine digits.
    """
    if not len(lines):
        raise FormatError("an 846 cannot be empty: it needs at least one LIN; there is nothing to send")
    separators = options.separators()
    header = Header(
        sender=Party.parse(options.sender),
        receiver=Party.parse(options.receiver),
        kind=GROUP,
        release=options.release,
        usage=options.usage,
        number=envelope.number,
        written_at=envelope.written_at,
    )
    opening = (isa(header, separators), gs(header, separators))
    columns = {field: as_text(lines, field) for field in options.fields()}
    refuse(columns, options)
    sets = list(_sets(_detail(columns, options), options, envelope))
    number = str(envelope.number)
    closing = (
        segment(separators, "GE", str(len(sets)), number),
        segment(separators, "IEA", "1", f"{envelope.number:09}"),
    )
    end = "\n" if options.line_break else ""
    head, foot = ("".join(one + end for one in part).encode() for part in (opening, closing))
    return b"".join((head, *(part for parts in sets for part in parts), foot))


def as_text(lines: pd.DataFrame, field: str) -> pa.StringArray:
    """A column of the frame as one Arrow array of strings.

    Raises:
        FormatError: the frame has no such column.
    """
    if field not in lines.columns:
        raise FormatError(f"products name {field!r}, which no line has; known: {', '.join(lines.columns)}")
    column = pa.chunked_array(pa.array(lines[field])) if len(lines) else pa.chunked_array([], pa.string())
    return column.cast(pa.string()).combine_chunks()


def _sets(
    detail: pa.StringArray, options: Writing, envelope: Envelope
) -> Iterator[tuple[bytes, memoryview, bytes]]:
    """Per set: what comes before its LIN loops, the loops as they lie in Arrow's buffer, what comes after."""
    _, offsets_buffer, content = detail.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32)
    end = "\n" if options.line_break else ""
    separators = options.separators()
    for index, first in enumerate(range(0, len(detail), options.lines_per_set)):
        last = min(first + options.lines_per_set, len(detail))
        count, set_number = last - first, f"{index + 1:04}"
        reference = str(envelope.number) if index == 0 else f"{envelope.number}-{index + 1}"
        date, time = f"{envelope.written_at:%Y%m%d}", f"{envelope.written_at:%H%M%S}"
        before = (("ST", SET, set_number), ("BIA", ORIGINAL, options.report, reference, date, time))
        segments = SEGMENTS_PER_LINE * count + SEGMENTS_AROUND
        after = (("CTT", str(count)), ("SE", str(segments), set_number))
        head, foot = (
            "".join(segment(separators, *one) + end for one in part).encode() for part in (before, after)
        )
        yield head, memoryview(content)[offsets[first] : offsets[last]], foot


def _detail(columns: dict[str, pa.StringArray], options: Writing) -> pa.StringArray:
    """The LIN and QTY of each line as one string."""
    separators = options.separators()
    element = separators.element
    end = separators.segment + ("\n" if options.line_break else "")
    quantities = columns["quantity"]
    numbers = pa.array(np.arange(len(quantities)) % options.lines_per_set + 1).cast(pa.string())
    pairs: list[Any] = []
    for qualifier, field in options.products.items():
        label = element + qualifier + element
        pairs += [label + field[1:]] if field.startswith("=") else _pair(label, columns[field])
    middle = element.join((f"{end}QTY", options.quantity, ""))
    tail = element + options.unit + end
    return pc.binary_join_element_wise("LIN" + element, numbers, *pairs, middle, quantities, tail, "")


def _pair(label: str, values: pa.StringArray) -> list[Any]:
    """Qualifier and value, or nothing where there is no value: neither may stand alone."""
    absent = pc.equal(values.fill_null(""), "")
    if not pc.any(absent).as_py():
        return [label, values]
    return [pc.if_else(absent, "", pc.binary_join_element_wise(label, values.fill_null(""), ""))]
