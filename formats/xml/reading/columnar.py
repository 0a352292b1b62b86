"""The quick way: a plain document is read piece by piece with numpy and Arrow, without looking at single records.

Plain means what exports mostly are: no comments or CDATA among the records, attributes in double quotes, no path
that leads out of the record, no path twice in one record. Records may differ in what they hold. All else raises
`IrregularError`, and `careful` reads it, with the same outcome.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from formats.xml.paths import Path, is_uri
from formats.xml.reading.found import Found
from formats.xml.reading.tags import Ints, IrregularError, Tags, find_tags
from formats.xml.reading.values import TooManyReferencesError, from_attribute, from_text

PIECE = 1 << 21
"""Bytes read at a time: arrays of this size stay in the processor's cache."""

_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DECLARED = re.compile(rb'\sxmlns(?::([^\s="]+))?="([^"]*)"')


@dataclass(frozen=True, kw_only=True)
class _Records:
    """The records of a piece: `tags` of those and of all their siblings, and which record each sibling is (or -1)."""

    tags: Ints
    siblings: Ints
    numbers: Ints
    level: int


def read_columns(
    document: bytes, record: tuple[str, ...], paths: Sequence[Path], *, piece: int = PIECE
) -> Found:
    """The records of a checked document. A text column per path; see `reader` for what a value is.

    Raises:
        IrregularError: this document needs the careful reader.
    """
    if any(path.up for path in paths):
        raise IrregularError
    prologue = _PROLOG.match(document)
    start = prologue.end() if prologue else 0
    prefixes = _prefixes(document, start)
    columns: list[list[pa.Array]] = [[] for _ in paths]
    positions = []
    depth, level = 0, 0
    while start < len(document):
        tags, named, stop = _cut(document, start, piece, record[-1], depth=depth, prefixes=prefixes)
        records = _find_records(tags, named, record, level)
        for column, path in zip(columns, paths, strict=True):
            column.append(_column(tags, records, path))
        positions.append(tags.opens[records.tags] + start)
        start, level, depth = stop, records.level, records.level - 1
    return _found(columns, positions)


def _found(columns: list[list[pa.Array]], positions: list[Ints]) -> Found:
    whole = [pa.chunked_array(column, pa.string()) for column in columns]
    absent = tuple(index for index, column in enumerate(whole) if column.null_count == len(column))
    return Found(columns=whole, positions=np.concatenate([np.empty(0, np.int64), *positions]), absent=absent)


def _prefixes(document: bytes, start: int) -> tuple[bytes, ...]:
    """Prefixes that names may have: declared at the root with an ordinary URI, and nowhere else."""
    end = document.find(b">", start) + 1
    root = document[start:end]
    declared = _DECLARED.findall(root)
    mentioned = document.find(b"xml", end) >= 0
    if mentioned and (document.find(b"xmlns", end) >= 0 or document.find(b"<xml:", end) >= 0):
        raise IrregularError
    if len(declared) != root.count(b"xmlns") or not all(is_uri(uri.decode()) for _, uri in declared):
        raise IrregularError
    return tuple(prefix for prefix, _ in declared if prefix)


def _cut(
    document: bytes, start: int, piece: int, name: str, *, depth: int, prefixes: tuple[bytes, ...]
) -> tuple[Tags, Ints, int]:
    """The tags of a piece, those named like the record, and where the next piece starts.

    That is at this one's last record, which is left to the next.
    """
    last = start + piece >= len(document)
    octets = np.frombuffer(document, np.uint8, min(piece, len(document) - start), start)
    tags = find_tags(octets, depth=depth, prefixes=prefixes, last=last)
    named = tags.opening[tags.named(tags.opening, name)]
    if (tags.level[named] != tags.level[named[:1]]).any():
        raise IrregularError
    if last:
        return tags, named, len(document)
    if len(named) < 2:  # noqa: PLR2004 - one to read, and one for the next piece to start at
        raise IrregularError
    return tags.first(int(named[-1])), named[:-1], start + int(tags.opens[named[-1]])


def _find_records(tags: Tags, named: Ints, record: tuple[str, ...], level: int) -> _Records:
    """All on one level, 0 meaning that it is not known yet; and, if parents are asked for, under one parent."""
    own = tags.level[named]
    level = level or (int(own[0]) if len(own) else 0)
    if (own != level).any() or (len(own) and level == 1):
        raise IrregularError
    if len(record) > 1 and len(own):
        _check_parents(tags, record[:-1], int(named[0]), level)
    siblings = tags.at_level(level)
    known = tags.marked(named)[siblings]
    numbers = np.where(known, np.cumsum(known) - 1, -1)
    return _Records(tags=named, siblings=siblings, numbers=numbers, level=level)


def _check_parents(tags: Tags, parents: tuple[str, ...], first: int, level: int) -> None:
    """One chain of parents above all records: the names are those asked for, and no other parent comes later."""
    above = tags.opening[tags.level[tags.opening] < level]
    if (above > first).any():
        raise IrregularError
    if not len(above):
        return  # a later piece: the first one was checked
    for distance, name in enumerate(reversed(parents), start=1):
        row = above[tags.level[above] == level - distance]
        if not len(row) or not tags.named(row[-1:], name)[0]:
            raise IrregularError


def _column(tags: Tags, records: _Records, path: Path) -> pa.Array:
    elements = _elements(tags, records, path.steps)
    if path.attribute is None:
        starts, stops = tags.texts(elements)
    else:
        attributes = tags.attributes(elements, path.attribute)
        elements, starts, stops = attributes.tags, attributes.starts, attributes.stops
    owners = _owners(records, elements)
    if (np.diff(owners) <= 0).any():
        raise IrregularError
    slices = _slices(tags.octets, starts, stops, owners, len(records.tags))
    try:
        return from_text(slices) if path.attribute is None else from_attribute(slices)
    except TooManyReferencesError:
        raise IrregularError from None


def _elements(tags: Tags, records: _Records, steps: tuple[str, ...]) -> Ints:
    """The tags at that path below a record."""
    if not steps:
        return records.tags
    *parents, name = steps
    row = tags.at_level(records.level + len(steps))
    found = row[tags.named(row, name)]
    for depth, parent in enumerate(parents, start=1):
        row = tags.at_level(records.level + depth)
        above = row[np.searchsorted(row, found) - 1] if len(found) else found
        found = found[tags.named(above, parent)]
    return found[_owners(records, found) >= 0]


def _owners(records: _Records, elements: Ints) -> Ints:
    """The record that each element stands in, -1 for none."""
    if not len(elements) or not len(records.tags):
        return np.full(len(elements), -1)
    return records.numbers[np.searchsorted(records.siblings, elements, side="right") - 1]


def _slices(octets: Any, starts: Ints, stops: Ints, owners: Ints, rows: int) -> pa.Array:
    """A text per record. Arrow sees the octets as slices and the gaps between them by turns, and takes the slices."""
    if not len(starts):
        return pa.nulls(rows, pa.string())
    offsets = np.empty(2 * len(starts), np.int32)
    offsets[0::2], offsets[1::2] = starts, stops
    turns = pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(octets))
    if len(starts) == rows:
        return turns.take(pa.array(np.arange(0, 2 * rows, 2)))
    places = np.zeros(rows, np.int64)
    places[owners] = np.arange(0, 2 * len(starts), 2)
    missing = np.ones(rows, np.bool_)
    missing[owners] = False
    return turns.take(pa.array(places, mask=missing))
