"""Where the rows of an irregular text begin, and which of them are no rows.

A quote that is left open would make a parser take the lines after it for one value. Here the line that opens it
is rejected alone, and the lines after it are rows of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from formats.cells import Kind
from formats.csv.encoding import decodable, shown
from formats.csv.lines import Lines, split_lines
from formats.csv.syntax import OPEN, read_record
from formats.errors import Unreadable

TOO_MANY = 20


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What the rows should look like.

    `names`: the header. `wanted`: positions of the columns to read. `sku`: position of the SKU, if it is read.
    `first_line`: the number of the line on which the text begins. `kinds`: position → what its cells may be made, if
    not text.
    """

    delimiter: str
    names: tuple[str, ...]
    wanted: tuple[int, ...]
    sku: int | None
    first_line: int
    kinds: Mapping[int, Kind] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reject:
    """One row that cannot be used; as in `formats.contract.REJECTS`. `column` is "" for a row as a whole."""

    line: int
    column: str
    value: str
    reason: str
    sku: str | None


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`text`: the rows, rejected ones overwritten with line ends. `begins`: the line of each remaining row (0-based).

    `multiline`: values hold line ends. `longest`: no row has more bytes.
    """

    text: bytes | bytearray
    begins: npt.NDArray[np.int64]
    multiline: bool
    longest: int
    rejects: tuple[Reject, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Span:
    """The lines `first` to `last` (0-based), and why they are no row."""

    first: int
    last: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Findings:
    """Which lines begin a row as it should be, which are none, and which rows may have swallowed others."""

    begins: npt.NDArray[np.bool_]
    broken: Sequence[_Span]
    ragged: Sequence[_Span]
    multiline: bool
    doubtful: Sequence[int]


def lay_out(text: bytes, shape: Shape) -> Layout:
    """Finds the rows of a text.

    Raises:
        Unreadable: more than 20 rows have broken quotes.
    """
    lines = split_lines(text)
    found = _examine(lines, shape)
    starts = np.flatnonzero(found.begins)
    bad = [*found.broken, *(span for span in found.ragged if not _is_blank(lines, span))]
    return Layout(
        text=_without(lines, [*found.broken, *found.ragged]),
        begins=starts,
        multiline=found.multiline,
        longest=int(np.diff(lines.offsets[starts], prepend=0, append=len(text)).max(initial=0)),
        rejects=tuple(_reject(lines, span, shape) for span in bad),
        warnings=_warnings(found.doubtful, shape),
    )


def _examine(lines: Lines, shape: Shape) -> _Findings:
    """Looks at the lines that are not simply a row, one by one."""
    width = len(shape.names)
    begins, simple = ~lines.blank(), lines.simple_rows(shape.delimiter, width)
    broken: list[_Span] = []
    ragged: list[_Span] = []
    doubtful: list[int] = []
    multiline = False
    for line in np.flatnonzero(begins & ~simple).tolist():
        if not begins[line]:  # part of a row that began earlier
            continue
        record = read_record(lines.text, int(lines.offsets[line]), shape.delimiter)
        last, whole = lines.at(record.end), len(record.values) == width
        if record.trouble or (simple[line + 1 : last + 1].any() and not whole):
            broken.append(_Span(first=line, last=line, reason=record.trouble or OPEN))
            _refuse_too_many(broken, shape)
            begins[line] = False
            continue
        if not whole:
            ragged.append(_Span(first=line, last=last, reason=_ragged(len(record.values), width)))
        elif simple[line + 1 : last].any() and width > 1:
            doubtful.append(line)
        multiline = multiline or last > line
        begins[line if not whole else line + 1 : last + 1] = False
    return _Findings(begins=begins, broken=broken, ragged=ragged, multiline=multiline, doubtful=doubtful)


def _refuse_too_many(broken: Sequence[_Span], shape: Shape) -> None:
    if len(broken) > TOO_MANY:
        raise Unreadable(
            f"{broken[0].reason}, and more than {TOO_MANY} rows have such quotes; "
            "have the file written with every quote inside a value doubled",
            place=f"line {shape.first_line + broken[0].first}",
        )


def _ragged(width: int, expected: int) -> str:
    fields = "1 field" if width == 1 else f"{width} fields"
    return f"{fields}, the header has {expected}"


def _is_blank(lines: Lines, span: _Span) -> bool:
    return not lines.raw(span.first, span.last).strip(b" \t")


def _without(lines: Lines, spans: Sequence[_Span]) -> bytes | bytearray:
    """The text with line ends in place of these rows: whoever reads it skips them."""
    if not spans:
        return lines.text
    text = bytearray(lines.text)
    for span in spans:
        begin, end = int(lines.offsets[span.first]), int(lines.offsets[span.last + 1])
        text[begin:end] = b"\n" * (end - begin)
    return text


def _reject(lines: Lines, span: _Span, shape: Shape) -> Reject:
    raw = lines.raw(span.first, span.last)
    return Reject(
        line=shape.first_line + span.first,
        column="",
        value=shown(raw),
        reason=span.reason,
        sku=_probable_sku(raw, span, shape),
    )


def _probable_sku(raw: bytes, span: _Span, shape: Shape) -> str | None:
    """The SKU by its position; of a row whose quotes are broken, the text there without them. None if there is none."""
    record = read_record(raw, 0, shape.delimiter)
    values = record.values
    if span.reason == OPEN or record.trouble:
        values = tuple(value.strip(b' "\t\r\n') for value in raw.split(shape.delimiter.encode()))
    return sku_of(values[shape.sku]) if shape.sku is not None and shape.sku < len(values) else None


def sku_of(raw: bytes) -> str | None:
    """The SKU as text, if it is text."""
    return raw.decode() if decodable(raw) else None


def _warnings(doubtful: Sequence[int], shape: Shape) -> tuple[str, ...]:
    if not doubtful:
        return ()
    more = f", and so do {len(doubtful) - 1} more" if len(doubtful) > 1 else ""
    place = f"line {shape.first_line + doubtful[0]}"
    what = f"a quoted value holds lines that look like rows of their own{more}"
    return (f"{place}: {what}; check that the quote before them is meant to be there",)
