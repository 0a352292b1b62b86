"""Reading back what was written, and what it should say: the two are compared before anything is sent."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from formats.alike import UnlikeError
from formats.contract import QUANTITY_IN, Columns, Envelope
from formats.edi846.writing.alike import read_alike
from formats.edi846.writing.careful import AFTER, ITEM, read_carefully
from formats.edi846.writing.convert import converted
from formats.edi846.writing.options import Writing
from formats.edi846.writing.segments import Builder
from formats.edi846.writing.side_by_side import Column, in_digits, joined, plain, same, together
from formats.edi846.writing.templates import WAREHOUSE
from formats.edi846.writing.values import Values, values_of
from formats.edi846.writing.writer import ROWS_AT_ONCE, after, item, shares
from formats.frames import of_columns
from formats.x12.dictionary import element


def meant(lines: pd.DataFrame, options: Writing, envelope: Envelope) -> Columns:
    """What `read_back` is to find in a document of these lines: columns of text, a row for each LIN.

    Raises:
        Unwritable: as `write`.
    """
    return meant_of(values_of(lines, options, envelope), options)


def meant_of(values: Values, options: Writing) -> Columns:
    """What `read_back` is to find in a document that says these values."""
    parts = [
        _meant(stretch, name, options)
        for name, own in shares(Builder(values, options))
        for stretch in own.stretches(ROWS_AT_ONCE)
    ]
    return {name: together([part[name] for part in parts]) for name in parts[0]}


def _meant(
    values: Values, warehouse: str | None, options: Writing
) -> dict[str, pa.StringArray | pa.DictionaryArray]:
    builder = Builder(values, options)
    shape = element("LIN03", options.release)
    count = len(values)
    columns = {
        field: converted(values.fields[field], shape, field, values.skus).fill_null("")
        for field in dict.fromkeys(options.columns().values())
    }
    columns["quantity"] = plain(in_digits(values.quantity))
    if warehouse is not None:
        columns[WAREHOUSE] = pa.repeat(warehouse, count)
    columns |= {
        QUANTITY_IN + name: plain(in_digits(own)).fill_null("") for name, own in values.places.items()
    }
    columns[ITEM] = _whole(item(builder, numbers=not options.told_apart()), count)
    columns[AFTER] = _whole(after(builder), count)
    return columns


def _whole(parts: list[Column], count: int) -> pa.StringArray | pa.DictionaryArray:
    text = joined(parts)
    return same(text, count) if isinstance(text, str) else text


def read_back(document: bytes, options: Writing) -> pd.DataFrame:
    """What a document says, a row for each LIN: columns of text, "" for what is absent.

    The fields of `products`, `quantity`, `QUANTITY_IN` + the partner's name of each warehouse, or `warehouse` where
    each has a set of its own; and the text between LIN and QTY, and after QTY, as a dictionary where it recurs.

    Raises:
        Unreadable: as `read_carefully`.
    """
    try:
        return of_columns(read_alike(document, options))
    except UnlikeError:
        return of_columns(read_carefully(document, options))
