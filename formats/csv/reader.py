"""A CSV file as a `RawTable`; and a document of ours, read back as the cart will read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.cells import Kind
from formats.contract import QUANTITIES, REJECTS, TIMES, RawTable
from formats.csv.body import Body, read_body
from formats.csv.encoding import Text, to_text
from formats.csv.header import locate, read_header, trimmed
from formats.csv.layout import Reject, Shape
from formats.csv.options import Reading, Writing
from formats.errors import Unreadable
from formats.frames import of_columns

KINDS: Mapping[Kind, frozenset[str]] = {"number": QUANTITIES, "time": TIMES}


def read_table(data: bytes, fields: Mapping[str, str], options: Reading) -> RawTable:
    """Reads the columns that `fields` (field → header) names; nothing is lost of the text of any value.

    Raises:
        Unreadable: empty, a column missing or ambiguous, not in the encoding, quotes broken throughout.
    """
    text = to_text(data, options.encoding)
    header = read_header(text, options.delimiter)
    positions = locate(header, fields, text, options.delimiter)
    shape = Shape(
        delimiter=options.delimiter,
        names=header.names,
        wanted=tuple(dict.fromkeys(positions.values())) or (0,),
        sku=positions.get("sku"),
        first_line=header.next_line,
        kinds=_kinds(positions),
    )
    body = read_body(text, header.end, shape)
    return RawTable(
        cells=of_columns(
            {field: body.columns[position] for field, position in positions.items()}, len(body.lines)
        ),
        lines=body.lines,
        columns={field: header.names[position] for field, position in positions.items()},
        rejects=_reject_frame(body.rejects),
        warnings=body.warnings,
    )


def _kinds(positions: Mapping[str, int]) -> dict[int, Kind]:
    """What the cells of a column may be made, where all fields that are read from it allow it."""
    fields: dict[int, set[str]] = {}
    for field, position in positions.items():
        fields.setdefault(position, set()).add(field)
    return {at: kind for at, named in fields.items() for kind, allowed in KINDS.items() if named <= allowed}


def read_document(document: bytes, options: Writing) -> pd.DataFrame:
    """Reads what was written with `options`: a TEXT column per field, in order.

    Raises:
        Unreadable: header or constants are not those of `options`, or a row is no row.
    """
    text = to_text(document, options.encoding)
    targets = options.targets
    start, first_line = _after_header(text, options) if options.header else (0, 1)
    shape = Shape(
        delimiter=options.delimiter,
        names=tuple(header for header, _, _ in targets),
        wanted=tuple(range(len(targets))),
        sku=next((at for at, (_, field, _) in enumerate(targets) if field == "sku"), None),
        first_line=first_line,
    )
    body = read_body(text, start, shape)
    for reject in body.rejects[:1]:
        raise Unreadable(f"{reject.reason} (value {reject.value!r})", place=f"line {reject.line}")
    columns: dict[str, Any] = {}
    for position, (header, field, constant) in enumerate(targets):
        expected = pa.scalar(constant) if field is None else columns.get(field)
        if expected is not None:
            _expect(body, position, expected, header)
        if field is not None:
            columns.setdefault(field, body.columns[position])
    return of_columns(columns)


def _after_header(text: Text, options: Writing) -> tuple[int, int]:
    """The offset and the line at which the rows begin."""
    header = read_header(text, options.delimiter)
    expected = tuple(map(trimmed, options.columns))
    if header.names != expected:
        raise Unreadable(f"the header is {header.names!r}, not {expected!r}", place=f"line {header.line}")
    return header.end, header.next_line


def _expect(body: Body, position: int, expected: Any, header: str) -> None:
    """Compares a column with a constant, or with another column of the same field."""
    same = pc.equal(body.columns[position], expected)
    row = pc.index(same, pa.scalar(False)).as_py()
    if row >= 0:
        value = body.columns[position][row].as_py()
        wanted = (expected if isinstance(expected, pa.Scalar) else expected[row]).as_py()
        raise Unreadable(f"column {header!r} has {value!r}, not {wanted!r}", place=f"line {body.lines[row]}")


def _reject_frame(rejects: Sequence[Reject]) -> pd.DataFrame:
    return of_columns(
        {
            name: pa.array([getattr(reject, name) for reject in rejects], dtype.pyarrow_dtype)
            for name, dtype in REJECTS.items()
        }
    )
