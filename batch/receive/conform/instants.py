"""Columns of ISO 8601 text to columns of instants; what an instant is that has no offset, or an impossible one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.receive.conform.runs import runs_of
from batch.receive.conform.values import NO_FAULTS, Converted, Faults, each_distinct, faults_of
from formats.frames import repeated

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Instants beyond these are what systems write for "no date": as a level's as-of, 9999-12-31 would stand for ever."""

UTC_TIME = pa.timestamp("us", "UTC")
_SLICE = 1 << 16

_STAMP = re.compile(
    r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})"
    r"(?P<time>[Tt ]?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r" ?(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)

NO_SUCH_TIME = "no such day or time"

Lean = Literal["earlier", "later"]


def instants(cells: pa.ChunkedArray, zone: ZoneInfo, lean: Lean) -> Converted:
    """Instants (timestamp[us, UTC]) from ISO 8601 text, which may be dictionary-encoded; one without an offset is in `zone`.

    `lean`: which of two instants a local time means that occurs twice (or never) at a change of the clocks.
    Each distinct text is parsed once.
    """
    if pa.types.is_dictionary(cells.type):
        return _decoded(cells, zone, lean)
    runs = runs_of(cells)
    if runs is None:
        return _piece_by_piece(cells, zone, lean)
    return _repeated(_piece_by_piece(runs.cells, zone, lean), runs.lengths)


def _decoded(cells: pa.ChunkedArray, zone: ZoneInfo, lean: Lean) -> Converted:
    """Instants of dictionary-encoded cells, by those of the dictionaries."""
    words = pa.concat_arrays([chunk.dictionary for chunk in cells.chunks] or [pa.array([], pa.string())])
    each = _piece_by_piece(pa.chunked_array([words]), zone, lean)
    if (same := _same_throughout(each, len(cells))) is not None:
        return same
    known = each.values.cast(pa.int64()).to_numpy()
    moments, first, row = np.empty(len(cells), np.int64), 0, 0
    faults: list[tuple[Any, str]] = []
    for chunk in cells.chunks:
        codes, after = np.asarray(chunk.indices), first + len(chunk.dictionary)
        np.take(known[first:after], codes, out=moments[row : row + len(codes)], mode="clip")
        faults += _of_codes(each.faults, first, after, codes, row)
        first, row = after, row + len(codes)
    return Converted(values=pa.array(moments).view(UTC_TIME), faults=faults_of(faults))


def _of_codes(
    faults: Faults, first: int, after: int, codes: npt.NDArray[np.int32], row: int
) -> list[tuple[Any, str]]:
    """The faults of the values `first` to `after` as those of the rows, from `row` on, that have their codes."""
    begin, end = np.searchsorted(faults.rows, [first, after])
    if begin == end:
        return []
    reasons = dict(zip((faults.rows[begin:end] - first).tolist(), faults.reasons[begin:end], strict=True))
    bad = np.flatnonzero(np.isin(codes, list(reasons)))
    return [(row + at, reasons[code]) for at, code in zip(bad.tolist(), codes[bad].tolist(), strict=True)]


def _repeated(each: Converted, lengths: npt.NDArray[np.int64]) -> Converted:
    """Instants of runs of rows as those of the rows."""
    if (same := _same_throughout(each, int(lengths.sum()))) is not None:
        return same
    moments = np.repeat(each.values.cast(pa.int64()).to_numpy(), lengths)
    ends = np.cumsum(lengths)
    faults = [
        (row, why)
        for run, why in zip(each.faults.rows.tolist(), each.faults.reasons, strict=True)
        for row in range(ends[run] - lengths[run], ends[run])
    ]
    return Converted(values=pa.array(moments).view(UTC_TIME), faults=faults_of(faults))


def _same_throughout(each: Converted, rows: int) -> Converted | None:
    """So many rows of the one instant that these all are; None if they are several, or cannot all be used."""
    found = pc.min_max(each.values)
    if len(each.faults.rows) or found["min"] != found["max"]:
        return None
    return Converted(values=repeated(found["min"].as_py(), UTC_TIME, rows), faults=NO_FAULTS)


def _piece_by_piece(text: pa.ChunkedArray, zone: ZoneInfo, lean: Lean) -> Converted:
    pieces, faults, start = [], [], 0
    for chunk in _slices(text):
        piece = _all_regular(chunk, zone, lean) or _instant_by_instant(chunk, zone, lean)
        pieces.append(piece.values)
        faults += [
            (start + row, why) for row, why in zip(piece.faults.rows, piece.faults.reasons, strict=True)
        ]
        start += len(chunk)
    return Converted(values=pa.chunked_array(pieces, UTC_TIME), faults=faults_of(faults))


def _slices(text: pa.ChunkedArray) -> Iterator[pa.Array]:
    """Pieces small enough that one odd cell does not cost the whole column its speed."""
    for chunk in text.chunks:
        yield from (chunk.slice(start, _SLICE) for start in range(0, len(chunk), _SLICE))


def _all_regular(text: pa.Array, zone: ZoneInfo, lean: Lean) -> Converted | None:
    """The whole piece at once, if every cell is `2026-11-20T09:00[:00]`, all with an offset or all without."""
    if text.null_count or pc.min(pc.binary_length(text)).as_py() < len("2026-11-20 09:00"):
        return None
    with suppress(pa.ArrowInvalid):
        return _in_range(text.cast(UTC_TIME))
    with suppress(pa.ArrowInvalid):
        side = "earliest" if lean == "earlier" else "latest"
        local = text.cast(pa.timestamp("us"))
        return _in_range(
            pc.assume_timezone(local, zone.key, ambiguous=side, nonexistent="raise").cast(UTC_TIME)
        )
    return None


def _in_range(moments: pa.Array) -> Converted | None:
    first, after = pa.scalar(EARLIEST, UTC_TIME), pa.scalar(LATEST, UTC_TIME)
    usable = pc.and_(pc.greater_equal(moments, first), pc.less(moments, after))
    return Converted(values=moments, faults=NO_FAULTS) if pc.all(usable).as_py() else None


def _instant_by_instant(text: pa.Array, zone: ZoneInfo, lean: Lean) -> Converted:
    times, faults = each_distinct(text, lambda value: parse_instant(value, zone, lean), EARLIEST)
    return Converted(values=times.cast(UTC_TIME), faults=faults)


def parse_instant(text: str | None, zone: ZoneInfo, lean: Lean) -> datetime | str:
    """The instant in UTC, or why there is none. A date alone means its midnight, and only where that errs low."""
    if text is None or not text.strip():
        return "blank"
    match = _STAMP.fullmatch(text.strip())
    if match is None:
        return "not a time; ISO 8601 is expected, such as 2026-11-20T09:00:00-08:00"
    if match["time"] is None and lean == "later":
        return "a date without a time of day"
    try:
        local = _local(match)
        stated = local.replace(tzinfo=_offset(match["offset"])) if match["offset"] else local
    except ValueError:
        return NO_SUCH_TIME
    return instant_of(stated, zone, lean)


def instant_of(stated: datetime, zone: ZoneInfo, lean: Lean) -> datetime | str:
    """The instant in UTC that a time means, with its own offset or else in `zone`; or why it means none."""
    try:
        moment = stated.astimezone(UTC) if stated.tzinfo else in_zone(stated, zone, lean)
    except OverflowError:
        return NO_SUCH_TIME
    return moment if EARLIEST <= moment < LATEST else f"not a time of {EARLIEST.year} to {LATEST.year - 1}"


def in_zone(local: datetime, zone: ZoneInfo, lean: Lean) -> datetime:
    """The instant (UTC) that a local time means; of two that it may mean the earlier or the later one."""
    readings = sorted(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return readings[0 if lean == "earlier" else 1]


def _local(match: re.Match[str]) -> datetime:
    return datetime(  # noqa: DTZ001 - the zone follows
        int(match["year"]),
        int(match["month"]),
        int(match["day"]),
        int(match["hour"] or 0),
        int(match["minute"] or 0),
        int(match["second"] or 0),
        int((match["fraction"] or "0")[:6].ljust(6, "0")),
    )


def _offset(text: str) -> tzinfo:
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-length if text[0] == "-" else length)
