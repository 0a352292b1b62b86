"""Writing an INVRPT: LIN, PIA and QTY of each SKU, as columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.contract import QUANTITY_IN, Envelope
from formats.edifact.syntax import escape
from formats.errors import FormatError, Unwritable
from formats.invrpt.options import LONGEST_PRODUCT, Writing
from formats.invrpt.report import KIND, WAREHOUSE_PLACE

MOST_DIGITS = 15
LONGEST_PLACE = 25
HIGHEST_NUMBER = 10**14 - 1
ACCEPTED_STOCK = "INV++1"
"""D.97A, INV 7491: stock that may be sold; its group holds the QTY."""


def write(lines: pd.DataFrame, options: Writing, envelope: Envelope) -> bytes:
    """One interchange of INVRPT messages, 9,999 lines each at most.

    `lines`: `quantity` INT64 and a TEXT column per field that `options.products` names, columns `QUANTITY_IN` + warehouse
    if `options.by_warehouse()`. A null or empty product is left out. Dates and times are those of
    `envelope.written_at`, in its own zone. The message numbers are the control number with -2, -3, … in further ones.

    Raises:
        Unwritable: a value that an INVRPT cannot carry, with its SKU and field.
        FormatError: no lines, or a control number of more than fourteen digits.
    """
    if not len(lines):
        raise FormatError("an INVRPT cannot be empty: it needs at least one LIN; there is nothing to send")
    if not 0 <= envelope.number <= HIGHEST_NUMBER:
        raise FormatError(
            f"control number {envelope.number} does not fit in the fourteen characters of UNB 0020"
        )
    columns = columns_of(lines, options)
    detail, counts = _detail(columns, options)
    messages = list(_messages(detail, counts, options, envelope))
    head, foot = _interchange(options, envelope, len(messages))
    code = "utf-8" if options.charset != "UNOC" else "iso-8859-1"
    body = b"".join(bytes(part) for parts in messages for part in parts)
    return head.encode(code) + (body if code == "utf-8" else body.decode().encode(code)) + foot.encode(code)


def columns_of(lines: pd.DataFrame, options: Writing) -> dict[str, pa.StringArray]:
    """The text of every field, and of the quantities per warehouse, each checked.

    Raises:
        Unwritable: as `write`.
    """
    columns = {field: _as_text(lines, field) for field in options.fields()}
    skus = columns["sku"]
    _refuse(skus, "sku", skus, pc.equal(pc.utf8_trim_whitespace(skus.fill_null("")), ""), "is empty")
    for field, values in columns.items():
        if field != "quantity":
            _refuse(
                values,
                field,
                skus,
                _strays(values, options),
                f"has a character that {options.charset} does not",
            )
            long = pc.greater(pc.utf8_length(values), LONGEST_PRODUCT)
            _refuse(values, field, skus, long, f"is longer than the {LONGEST_PRODUCT} characters of 7140")
    if options.by_warehouse():
        names = [str(name) for name in lines.columns if str(name).startswith(QUANTITY_IN)]
        columns |= {name: _as_text(lines, name) for name in names}
        for name in names:
            place = name.removeprefix(QUANTITY_IN)
            if len(place) > LONGEST_PLACE or not all(map(options.carries, place)):
                raise Unwritable(
                    f"is no place that LOC can name: 1 to {LONGEST_PLACE} characters of {options.charset}",
                    field="warehouse",
                    sku="",
                    value=place,
                )
    for name, values in columns.items():
        if name == "quantity" or name.startswith(QUANTITY_IN):
            _refuse_quantities(values, name, skus)
    return columns


def _refuse_quantities(values: pa.StringArray, field: str, skus: pa.StringArray) -> None:
    if field == "quantity":
        _refuse(values, field, skus, pc.is_null(values), "is missing")
    _refuse(values, field, skus, pc.starts_with(values, "-"), "is below 0, which no cart is told")
    long = pc.greater(pc.binary_length(values), MOST_DIGITS)
    _refuse(values, field, skus, long, f"is longer than the {MOST_DIGITS} digits of 6060")


def _as_text(lines: pd.DataFrame, field: str) -> pa.StringArray:
    if field not in lines.columns:
        raise FormatError(f"products name {field!r}, which no line has; known: {', '.join(lines.columns)}")
    column = pa.chunked_array(pa.array(lines[field])) if len(lines) else pa.chunked_array([], pa.string())
    return column.cast(pa.string()).combine_chunks()


def _strays(values: pa.StringArray, options: Writing) -> pa.BooleanArray:
    if options.charset == "UNOC":
        return pc.match_substring_regex(values, "[^ -~\u00a0-\u00ff]")
    usable = "".join(rf"\x{ord(mark):02x}" for mark in map(chr, range(128)) if options.carries(mark))
    return pc.match_substring_regex(values, f"[^{usable}]")


def _refuse(
    values: pa.StringArray, field: str, skus: pa.StringArray, wrong: pa.BooleanArray, reason: str
) -> None:
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        value, sku = values[row].as_py(), skus[row].as_py()
        raise Unwritable(reason, field=field, sku=sku or "", value=value or "")


def _end(options: Writing) -> str:
    return "'\n" if options.line_break else "'"


def _detail(columns: dict[str, pa.StringArray], options: Writing) -> tuple[pa.StringArray, np.ndarray]:
    """The segments of each line as one string, and how many they are."""
    count, end = len(columns["quantity"]), _end(options)
    numbers = pa.array(np.arange(count) % options.lines_per_message + 1).cast(pa.string())
    (first, field), *others = options.products.items()
    parts: list[Any] = [_joined("LIN+", numbers, "++", _product(field, columns), f":{first}{end}")]
    for qualifier, other in others:
        values = _product(other, columns)
        if isinstance(values, str):
            parts.append(pa.repeat(f"PIA+1+{values}:{qualifier}{end}", count))
        else:
            absent = pc.equal(values, "")
            parts.append(pc.if_else(absent, "", _joined("PIA+1+", values, f":{qualifier}{end}")))
    parts.append(_quantity(columns["quantity"], options, ""))
    for name, values in columns.items():
        if name.startswith(QUANTITY_IN):
            place = escape(pa.array([name.removeprefix(QUANTITY_IN)]))[0].as_py()
            told = _quantity(values, options, f"LOC+{WAREHOUSE_PLACE}+{place}{end}")
            parts.append(told.fill_null(""))
    segments = sum(
        np.asarray(_terminators(part).to_numpy(zero_copy_only=False), dtype=np.int64) for part in parts
    )
    return pc.binary_join_element_wise(*parts, ""), np.asarray(segments)


def _terminators(part: pa.StringArray) -> pa.Array:
    """How many segments each string has: terminators that are not released."""
    return pc.subtract(
        pc.count_substring(part, "'"), pc.count_substring(pc.replace_substring(part, "??", ""), "?'")
    )


def _quantity(values: pa.StringArray, options: Writing, place: str) -> pa.StringArray:
    """QTY of each line, with the segments that its group has; null where there is no quantity."""
    end = _end(options)
    opening = f"{ACCEPTED_STOCK}{end}" if options.release == "D97A" else ""
    return _joined(f"{opening}QTY+{options.quantity}:", values, f":{options.unit}{end}{place}")


def _product(field: str, columns: dict[str, pa.StringArray]) -> Any:
    if field.startswith("="):
        return escape(pa.array([field[1:]]))[0].as_py()
    return escape(columns[field].fill_null(""))


def _joined(*parts: Any) -> pa.StringArray:
    return pc.binary_join_element_wise(*parts, "")


def _messages(
    detail: pa.StringArray, counts: np.ndarray, options: Writing, envelope: Envelope
) -> Iterator[tuple[bytes, memoryview, bytes]]:
    """Per message: what comes before its lines, the lines as they lie in Arrow's buffer, what comes after."""
    offsets = np.frombuffer(detail.buffers()[1], dtype=np.int32)
    content = memoryview(detail.buffers()[2])
    totals = np.concatenate(([0], np.cumsum(counts)))
    for index, first in enumerate(range(0, len(detail), options.lines_per_message), start=1):
        last = min(first + options.lines_per_message, len(detail))
        head, segments = heading(options, envelope, index)
        count = segments + int(totals[last] - totals[first]) + 1
        foot = f"UNT+{count}+{index}{_end(options)}"
        yield head.encode(), content[offsets[first] : offsets[last]], foot.encode()


def heading(options: Writing, envelope: Envelope, index: int) -> tuple[str, int]:
    """What stands before the first LIN of the message with that number, from 1, and how many segments it has."""
    number = str(envelope.number) if index == 1 else f"{envelope.number}-{index}"
    version, release = options.release[0], options.release[1:]
    association = f":{options.association}" if options.association else ""
    moment = f"{envelope.written_at:%Y%m%d%H%M}:203"
    parts = [
        f"UNH+{index}+{KIND}:{version}:{release}:UN{association}",
        f"BGM+{options.message}+{number}+9",
        f"DTM+137:{moment}",
        f"DTM+366:{moment}",
        *(f"NAD+{code}+{_party(text)}" for code, text in options.parties.items()),
    ]
    return "".join(part + _end(options) for part in parts), len(parts)


def _party(text: str) -> str:
    """`4012345000009` or `4012345000009/9` as C082: the id, and the agency that gave it."""
    name, _, agency = text.partition("/")
    escaped = escape(pa.array([name]))[0].as_py()
    return f"{escaped}::{agency}" if agency else str(escaped)


def _interchange(options: Writing, envelope: Envelope, messages: int) -> tuple[str, str]:
    end = _end(options)
    sender, receiver = (_address(text) for text in (options.sender, options.receiver))
    version = "2" if options.charset != "UNOC" else "3"
    test = "++++++1" if options.usage == "T" else ""
    at = f"{envelope.written_at:%y%m%d}:{envelope.written_at:%H%M}"
    una = "UNA:+.? '" + ("\n" if options.line_break else "")
    unb = f"UNB+{options.charset}:{version}+{sender}+{receiver}+{at}+{envelope.number}{test}{end}"
    return una + unb, f"UNZ+{messages}+{envelope.number}{end}"


def _address(text: str) -> str:
    qualifier, _, name = text.partition("/")
    return f"{escape(pa.array([name]))[0].as_py()}:{qualifier}"
