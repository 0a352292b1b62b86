"""The rows of a CSV text as Arrow columns.

A regular text is read at once, on all cores, what is plain of it without a parser. Its line numbers then are simply
consecutive, which is certain if no line is blank and all quotes are sound. Anything else is laid out line by line first.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from formats.cells import joined_cells
from formats.csv.encoding import Text, decodable, shown
from formats.csv.layout import Layout, Reject, Shape, lay_out, sku_of
from formats.csv.plain import cut, plain_columns
from formats.csv.syntax import sound_pattern
from formats.errors import Unreadable

BLOCK = 1 << 21
LARGEST_BLOCK = (1 << 31) - 1
SLICE = 1 << 23
UTF8 = (
    r"\A(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    r"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    r"|\xf4[\x80-\x8f][\x80-\xbf]{2})*\z"
)
"""RE2, over Latin-1: well-formed UTF-8."""

Columns = Mapping[int, Any]
"""Position → cells (Arrow, chunked or not)."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """`columns`: position → cells of its kind (chunked, never null). `lines`: where each row begins (1-based).

    Every row of the text is in `columns` or in `rejects`, which are in the order of their lines.
    """

    columns: Mapping[int, Any]
    lines: npt.NDArray[np.int64]
    rejects: tuple[Reject, ...]
    warnings: tuple[str, ...] = ()


def read_body(text: Text, start: int, shape: Shape) -> Body:
    """Reads the rows from `start` on.

    Raises:
        Unreadable: quotes are broken in too many rows, or a row is too long to be one.
    """
    return _read_regular(text.data, start, shape) or _read_irregular(text, start, shape)


def _read_regular(data: bytes, start: int, shape: Shape) -> Body | None:
    """The rows of a text without blank lines, line ends in values, or anything to reject; None for another."""
    parts = _parts(data, start, shape)
    if parts is None:
        return None
    columns = {position: joined_cells([part[position] for part in parts]) for position in shape.wanted}
    rows = len(columns[shape.wanted[0]])
    lines = np.arange(shape.first_line, shape.first_line + rows, dtype=np.int64)
    return Body(columns=columns, lines=lines, rejects=())


def _parts(data: bytes, start: int, shape: Shape) -> list[Columns] | None:
    """The columns of the text piece by piece; what does not begin plainly is one piece."""
    octets, cuts = np.frombuffer(data, np.uint8), cut(data, start)
    first = plain_columns(octets[start : cuts[min(1, len(cuts) - 1)]], shape)
    if first is None:
        whole = _regular_columns(data, start, len(data), shape)
        return None if whole is None else [whole]

    def read(begin: int, end: int) -> Columns | None:
        return plain_columns(octets[begin:end], shape) or _regular_columns(data, begin, end, shape)

    if not cuts[2:]:
        return [first]
    with ThreadPoolExecutor(pa.cpu_count()) as pool:
        rest = list(pool.map(read, cuts[1:-1], cuts[2:]))
    found = [part for part in rest if part is not None]
    return [first, *found] if len(found) == len(rest) else None


def _regular_columns(data: bytes, start: int, end: int, shape: Shape) -> Columns | None:
    """What the parser makes of these lines at once, if it is certain that it may."""
    if data.startswith(codecs.BOM_UTF8, start):  # the parser would swallow it
        return None
    text = pa.py_buffer(data).slice(start, end - start)
    try:
        columns = _by_position(_parse(text, shape, pa.string(), block=BLOCK), shape)
    except pa.ArrowException:
        return None
    if _may_have_blank_lines(columns) or not _quotes_are_sound(data, start, end, shape.delimiter):
        return None
    return columns


def _may_have_blank_lines(columns: Columns) -> bool:
    """Whether a row is empty in all columns, which is what the parser makes of a blank line."""
    empty = pa.scalar(True)
    for column in columns.values():
        empty = pc.and_(empty, pc.equal(pc.binary_length(column), 0))
        if not pc.any(empty).as_py():
            return False
    return True


def _read_irregular(text: Text, start: int, shape: Shape) -> Body:
    layout = lay_out(text.data[start:], shape) if start < len(text.data) else None
    if layout is None or not len(layout.begins):
        none = dict.fromkeys(shape.wanted, pa.chunked_array([], pa.string()))
        rejects, warnings = (layout.rejects, layout.warnings) if layout else ((), ())
        return Body(columns=none, lines=np.zeros(0, np.int64), rejects=_in_order(rejects), warnings=warnings)
    columns = _by_position(_parse_layout(layout, shape), shape)
    lines = layout.begins + shape.first_line
    usable = reduce(np.logical_and, (_is_text(column) for column in columns.values()))
    undecodable = [
        _undecodable(columns, row, int(lines[row]), text, shape) for row in np.flatnonzero(~usable).tolist()
    ]
    return Body(
        columns={at: _chosen(column, usable).cast(pa.string()) for at, column in columns.items()},
        lines=lines[usable],
        rejects=_in_order([*layout.rejects, *undecodable]),
        warnings=layout.warnings,
    )


def _chosen(column: Any, usable: npt.NDArray[np.bool_]) -> Any:
    return column if usable.all() else column.filter(pa.array(usable))


def _parse_layout(layout: Layout, shape: Shape) -> Any:
    if layout.longest >= LARGEST_BLOCK:
        raise Unreadable("a row is longer than 2 GiB; check the delimiter and the line ends of the file")
    block = min(max(BLOCK, layout.longest + 2), LARGEST_BLOCK)
    buffer = pa.py_buffer(b"\n" + layout.text)
    try:
        table = _parse(buffer, shape, pa.binary(), block=block, multiline=layout.multiline, skip_blank=True)
    except pa.ArrowException as error:
        raise Unreadable("the rows cannot be read as CSV; have the file written anew") from error
    if table.num_rows != len(layout.begins):
        raise Unreadable(
            f"{len(layout.begins)} rows begin, but {table.num_rows} were read; have the file written anew"
        )
    return table


def _parse(
    buffer: Any,
    shape: Shape,
    kind: Any,
    *,
    block: int,
    multiline: bool = False,
    skip_blank: bool = False,
) -> Any:
    """The wanted columns, named by their positions.

    `multiline`: values may hold line ends. `skip_blank`: lines with nothing on them are no rows, else they are rows of
    empty values.
    """
    names = [str(position) for position in range(len(shape.names))]
    wanted = [str(position) for position in shape.wanted]
    return arrow_csv.read_csv(
        buffer,
        read_options=arrow_csv.ReadOptions(column_names=names, block_size=block),
        parse_options=arrow_csv.ParseOptions(
            delimiter=shape.delimiter, newlines_in_values=multiline, ignore_empty_lines=skip_blank
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, kind),
            include_columns=wanted,
            strings_can_be_null=False,
        ),
    )


def _by_position(table: Any, shape: Shape) -> Columns:
    return {position: table.column(str(position)) for position in shape.wanted}


def _quotes_are_sound(data: bytes, start: int, end: int, delimiter: str) -> bool:
    """Whether each of these lines is a whole row as far as its quotes go; looked at in slices, on all cores."""
    if data.find(b'"', start, end) < 0:
        return True
    cuts = [start]
    while cuts[-1] < end:
        cuts.append(data.find(b"\n", cuts[-1] + SLICE, end) + 1 or end)
    slices = pa.Array.from_buffers(
        pa.large_binary(), len(cuts) - 1, [None, pa.py_buffer(np.array(cuts, np.int64)), pa.py_buffer(data)]
    )
    pattern = sound_pattern(delimiter)
    with ThreadPoolExecutor() as pool:
        sound = pool.map(
            lambda at: pc.match_substring_regex(slices.slice(at, 1), pattern)[0].as_py(), range(len(slices))
        )
        return all(sound)


def _is_text(column: Any) -> npt.NDArray[np.bool_]:
    """Which values of a binary column are UTF-8."""
    try:
        column.cast(pa.string())
    except pa.ArrowInvalid:
        return np.asarray(pc.match_substring_regex(column, UTF8))
    return np.ones(len(column), bool)


def _undecodable(columns: Mapping[int, Any], row: int, line: int, text: Text, shape: Shape) -> Reject:
    """The reject for a row with bytes that are no text, naming the first such column."""
    raw = {position: column[row].as_py() for position, column in columns.items()}
    position = next(position for position, value in raw.items() if not decodable(value))
    return Reject(
        line=line,
        column=shape.names[position],
        value=shown(raw[position]),
        reason=text.complaint(raw[position]),
        sku=sku_of(raw[shape.sku]) if shape.sku is not None else None,
    )


def _in_order(rejects: Sequence[Reject]) -> tuple[Reject, ...]:
    return tuple(sorted(rejects, key=lambda reject: reject.line))
