"""Reading a document of ours back, to see that it says what was meant."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.errors import Unreadable
from formats.frames import of_columns
from formats.xml.layout import always_written
from formats.xml.options import CONSTANT, Writing
from formats.xml.paths import local, parse_path
from formats.xml.reading import read_checked
from formats.xml.reading.careful import elements
from formats.xml.reading.found import Found
from formats.xml.writer import empty_document

_CURE = "it is not the document that these options write"


def read_back(document: bytes, options: Writing) -> pd.DataFrame:
    """The fields of a document: a TEXT column each, a null as "".

    Raises:
        Unreadable: it does not have the root, the attributes, the constants or the shape that `options` give it.
    """
    paths = [parse_path(path) for path in options.fields]
    checked, found = read_checked(document, (local(options.root), local(options.record)), paths)
    _check_root(checked, options)
    if found.refused:
        first = found.refused[0]
        raise Unreadable(f"{first.path}: {first.reason} (value {first.value!r}); {_CURE}")
    return of_columns(_columns(found, options), len(found.positions))


def _columns(found: Found, options: Writing) -> dict[str, pa.ChunkedArray]:
    columns: dict[str, pa.ChunkedArray] = {}
    for (path, field), column in zip(options.fields.items(), found.columns, strict=True):
        if field.startswith(CONSTANT):
            _check_constant(path, field.removeprefix(CONSTANT), column, options)
            continue
        filled = pc.fill_null(column, "")
        if field in columns and not columns[field].equals(filled):
            raise Unreadable(f"{path}: says something else than another place of {field}; {_CURE}")
        columns[field] = filled
    return columns


def _check_constant(path: str, constant: str, column: pa.ChunkedArray, options: Writing) -> None:
    if column.null_count and always_written(path, options):
        raise Unreadable(f"{path}: missing, {constant!r} was meant to be in every record; {_CURE}")
    others = column.filter(pc.not_equal(column, constant))
    if len(others):
        raise Unreadable(f"{path}: {others[0].as_py()!r}, not {constant!r}; {_CURE}")


def _check_root(document: bytes, options: Writing) -> None:
    """Compares the root with an empty document of these options: names, namespaces and attributes."""
    root = next(elements(document))[1]
    meant = next(elements(empty_document(options)))[1]
    for what, is_, was_meant in (
        ("name", root.tag, meant.tag),
        ("namespaces", root.nsmap, meant.nsmap),
        ("attributes", dict(root.attrib), dict(meant.attrib)),
    ):
        if is_ != was_meant:
            raise Unreadable(f"the root's {what}: {is_!r}, not {was_meant!r}; {_CURE}")
