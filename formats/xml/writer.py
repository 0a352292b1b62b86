"""Lines of a cart → a document in XML: one join of columns per stretch of lines, never a line at a time.

A record is one line of text, the encoding is UTF-8, lines end in LF.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.errors import Unwritable
from formats.xml.escape import IN_ATTRIBUTE, IN_TEXT, check_characters, escape, escape_one, octets_of
from formats.xml.layout import Element, fields_of, record_element
from formats.xml.options import CONSTANT, Writing

_STRETCH = 100_000
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

Part: TypeAlias = Any
"""A piece of every record: a str, the same in all, or a string array with one for each."""


def write(lines: pd.DataFrame, options: Writing) -> bytes:
    """The document. A null is left out, and so is an element in which no field has a value; "" is empty.

    Raises:
        Unwritable: an empty SKU, or a character that XML cannot carry.
    """
    columns = {field: _column(lines, field) for field in dict.fromkeys(("sku", *fields_of(options)))}
    record = record_element(options)
    body = [
        _stretch(record, {field: column[start : start + _STRETCH] for field, column in columns.items()})
        for start in range(0, len(lines), _STRETCH)
    ]
    head, foot = _frame(options)
    return b"".join([head, *body, foot])


def empty_document(options: Writing) -> bytes:
    """The document without a record."""
    return b"".join(_frame(options))


def _column(lines: pd.DataFrame, field: str) -> pa.ChunkedArray:
    if field not in lines.columns:
        known = ", ".join(map(str, lines.columns))
        raise Unwritable(f"there is no such field; there are {known}", field=field, sku="", value="")
    found = pa.array(lines[field], from_pandas=True)
    whole = found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])
    return whole.cast(pa.string())


def _frame(options: Writing) -> tuple[bytes, bytes]:
    """What stands before and after the records."""
    declared = {} if options.namespace is None else {"xmlns": options.namespace}
    attributes = "".join(
        f' {name}="{escape_one(text, IN_ATTRIBUTE)}"'
        for name, text in {**declared, **options.attributes}.items()
    )
    return f"{_DECLARATION}<{options.root}{attributes}>\n".encode(), f"</{options.root}>\n".encode()


def _stretch(record: Element, columns: dict[str, pa.ChunkedArray]) -> bytes:
    values = {field: column.combine_chunks() for field, column in columns.items()}
    _check(values)
    joined = _join(["  ", *_Rendering(values=values).element(record), "\n"])
    return octets_of(joined).tobytes()


def _check(values: dict[str, pa.Array]) -> None:
    skus = values["sku"]
    if pc.any(pc.equal(pc.fill_null(skus, ""), "")).as_py():
        raise Unwritable("an empty SKU cannot be told to a cart", field="sku", sku="", value="")
    for field, column in values.items():
        check_characters(column, field, skus)


@dataclass(frozen=True, kw_only=True)
class _Rendering:
    """The values of a stretch of lines, by field."""

    values: dict[str, pa.Array]

    def element(self, element: Element) -> list[Part]:
        """An element and all in it; "" where no field in it has a value."""
        inside = [] if element.text is None else [self.value(element.text, IN_TEXT)]
        below = [part for child in element.children for part in self.child(child)]
        attributes = [part for name, value in element.attributes for part in self.attribute(name, value)]
        return [f"<{element.name}", *attributes, ">", *inside, *below, f"</{element.name}>"]

    def child(self, element: Element) -> list[Part]:
        columns = [self.values[field] for field in element.fields]
        if not columns or any(column.null_count == 0 for column in columns):
            return self.element(element)
        return [pc.if_else(pc.is_valid(pc.coalesce(*columns)), _join(self.element(element)), "")]

    def attribute(self, name: str, value: str) -> list[Part]:
        parts = [f' {name}="', self.value(value, IN_ATTRIBUTE), '"']
        column = None if value.startswith(CONSTANT) else self.values[value]
        if column is None or column.null_count == 0:
            return parts
        return [pc.if_else(pc.is_valid(column), _join(parts), "")]

    def value(self, value: str, references: dict[str, str]) -> Part:
        if value.startswith(CONSTANT):
            return escape_one(value.removeprefix(CONSTANT), references)
        return pc.fill_null(escape(self.values[value], references), "")


def _join(parts: list[Part]) -> pa.Array:
    return pc.binary_join_element_wise(*_merged(parts), "")


def _merged(parts: list[Part]) -> Iterator[Part]:
    """Neighbours that are the same in every record, as one."""
    fixed = ""
    for part in parts:
        if isinstance(part, str):
            fixed += part
            continue
        yield fixed
        yield part
        fixed = ""
    yield fixed
