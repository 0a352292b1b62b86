"""Cart documents as CSV, column by column."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.csv.encoding import mark_of
from formats.csv.options import Writing
from formats.csv.syntax import read_record
from formats.errors import Unwritable
from formats.frames import arrow, repeated

ROWS_AT_ONCE = 1 << 17
LARGE = pa.large_string()
NONE = pa.array([], pa.bool_())
QUOTE, EMPTY = pa.scalar('"', LARGE), pa.scalar("", LARGE)
MARK = "\ufeff"
SELF_MARKING = frozenset({"utf-8-sig", "utf-16", "utf-32"})
"""Encodings whose codec writes a byte order mark by itself."""


def write_document(lines: pd.DataFrame, options: Writing) -> bytes:
    """Writes the columns that `options` name; null is empty, and only a whole document comes out.

    Raises:
        Unwritable: an empty SKU, no quantity, a NUL, a character the encoding lacks, or no such field.
    """
    columns = [_column(lines, field, constant) for _, field, constant in options.targets]
    header = (
        [pa.chunked_array([[header]], pa.string()) for header in options.columns] if options.header else []
    )
    text = b"".join([*(_rows(header, options) if header else ()), *_rows(columns, options)])
    return _encoded(text, lines, options)


def _column(lines: pd.DataFrame, field: str | None, constant: str) -> pa.ChunkedArray:
    """A column that can be written."""
    if field is None:
        return repeated(constant, pa.string(), len(lines))
    if field not in lines.columns:
        known = ", ".join(map(str, lines.columns))
        raise Unwritable(f"there is no such field; columns may name {known}", field=field, sku="", value="")
    column = arrow(lines[field])
    if column.null_count or column.type == pa.string():
        if field in ("sku", "quantity"):
            _refuse(lines, field, _empty_ones, f"a line without {field} cannot be written")
        _refuse(lines, field, _those_with_nul, "a NUL character cannot be written as CSV")
    return column


def _refuse(lines: pd.DataFrame, field: str, those: Callable[[pa.Array], pa.Array], reason: str) -> None:
    """`those`: which of some texts cannot be written; no answer at all if all of them can."""
    column = arrow(lines[field])
    for start in range(0, len(column), ROWS_AT_ONCE):
        text = _text(column, start)
        row = pc.index(those(text), pa.scalar(True)).as_py()
        if row >= 0:
            sku = _text(arrow(lines["sku"]), start)[row].as_py() if "sku" in lines.columns else ""
            raise Unwritable(reason, field=field, sku=sku, value=text[row].as_py())


def _empty_ones(text: pa.Array) -> pa.Array:
    return pc.equal(text, "") if _has_empty(text) else NONE


def _those_with_nul(text: pa.Array) -> pa.Array:
    return pc.match_substring(text, "\0") if b"\0" in _bytes(text) else NONE


def _text(column: pa.ChunkedArray, start: int) -> pa.Array:
    """Some rows of a column as Arrow text in one piece, null as ""."""
    text = column.slice(start, ROWS_AT_ONCE).cast(LARGE).combine_chunks()
    return pc.fill_null(text, "") if text.null_count else text


def _rows(columns: Sequence[pa.ChunkedArray], options: Writing) -> Iterator[bytes]:
    """The rows as UTF-8, some at a time."""
    needs_quotes = f'["\r\n\\x{ord(options.delimiter):02x}]' if options.quote == "minimal" else ""
    if len(columns) == 1 and needs_quotes:
        needs_quotes += r"|\A\z"  # a line with nothing on it would be no row
    delimiter, newline = pa.scalar(options.delimiter, LARGE), pa.scalar(options.newline, LARGE)
    plain = partial(_is_plain, delimiter=options.delimiter) if options.quote == "minimal" else _never
    for start in range(0, len(columns[0]), ROWS_AT_ONCE):
        parts: list[Any] = []
        for column in columns:
            values = _text(column, start)
            parts += [values if plain(values) else _quoted(values, needs_quotes), delimiter]
        parts[-1] = newline
        yield _bytes(pc.binary_join_element_wise(*parts, EMPTY))


def _is_plain(values: Any, delimiter: str) -> bool:
    """Whether no value needs quotes, by one look at the characters of all of them; an empty one may, alone on its line."""
    characters = _bytes(values)
    return not any(
        special.encode() in characters for special in ('"', "\r", "\n", delimiter)
    ) and not _has_empty(values)


def _has_empty(values: Any) -> bool:
    """Whether one of the texts, none of them null, has no characters."""
    ends = _ends(values)
    return bool((ends[1:] == ends[:-1]).any())


def _never(_values: Any) -> bool:
    return False


def _quoted(values: Any, needs_quotes: str) -> Any:
    """The values, in quotes where they match the pattern."""
    needing = pc.match_substring_regex(values, needs_quotes)
    if not pc.any(needing).as_py():
        return values
    doubled = pc.replace_substring(values, '"', '""')
    return pc.if_else(needing, pc.binary_join_element_wise(QUOTE, doubled, QUOTE, EMPTY), values)


def _bytes(rows: Any) -> bytes:
    """The rows of an Arrow array one after another."""
    data, ends = rows.buffers()[2], _ends(rows)
    return bytes(memoryview(data)[ends[0] : ends[-1]]) if data else b""


def _ends(values: Any) -> npt.NDArray[np.int64]:
    """Where the first value begins, and where each one ends."""
    offsets = np.frombuffer(values.buffers()[1], np.int64)
    return offsets[values.offset : values.offset + len(values) + 1]


def _encoded(text: bytes, lines: pd.DataFrame, options: Writing) -> bytes:
    document = _transcoded(text, lines, options)
    marks_itself = options.encoding in SELF_MARKING
    if text.startswith(codecs.BOM_UTF8) or (mark_of(document) and not marks_itself):
        document = _transcoded(_first_quoted(text, options.delimiter), lines, options)
    return MARK.encode(options.encoding) + document if options.bom and not marks_itself else document


def _first_quoted(text: bytes, delimiter: str) -> bytes:
    """Puts the first value in quotes: it is not quoted yet, and would pass for a byte order mark."""
    first = read_record(text, 0, delimiter).values[0]
    return b'"' + first + b'"' + text[len(first) :]


def _transcoded(text: bytes, lines: pd.DataFrame, options: Writing) -> bytes:
    if options.encoding == "utf-8":
        return text
    try:
        return text.decode().encode(options.encoding)
    except UnicodeEncodeError as error:
        character = error.object[error.start]
        for field in dict.fromkeys(field for _, field, _ in options.targets if field):
            reason = f"{options.encoding} has no character {character!r}; set another encoding or correct the value"
            _refuse(lines, field, partial(pc.match_substring, pattern=character), reason)
        raise AssertionError(f"{character!r} is in none of the columns") from error
