"""The quickest way: records that differ in their values alone, as programs write them.

The document is not parsed as a whole. A record is plain text between tags that are those of a sample, byte for byte; and
the beginning of the document, one sample of each kind, the last record and what follows it are a document as well, which
the careful reader reads. If that is well-formed, and says of the samples what was cut out of them, so does the whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pyarrow as pa

from formats.alike import Ints, Kinds, Octets, Piece, Skeleton, UnlikeError, begin_with, stretches
from formats.errors import FormatError
from formats.xml.paths import Path
from formats.xml.reading.careful import read_carefully
from formats.xml.reading.found import Found
from formats.xml.reading.skeleton import learn
from formats.xml.reading.source import is_utf8, line_ends, load
from formats.xml.reading.values import TooManyReferencesError, from_attribute, from_text

SMALLEST = 1 << 16
"""Documents of fewer bytes are not worth it."""
PIECE = 1 << 19
"""Bytes looked at at once: what is worked out of them stays in the processor's cache."""

_CONTROLS = bytes(range(ord(" ")))
_REFERENCES = (b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;", b"&#10;", b"&#13;", b"&#9;")
_NO_CHARACTERS = b"\xef\xbf"
"""How U+FFFE and U+FFFF begin, which no document may have, and a few others."""


def read_alike(
    data: bytes,
    record: tuple[str, ...],
    paths: Sequence[Path],
    *,
    piece: int = PIECE,
    smallest: int = SMALLEST,
) -> Found:
    """The records of a document that nobody has checked, with their lines; none is refused, none stands inside another.

    Raises:
        UnlikeError: it is for another reader to say what this document is.
    """
    if len(data) < smallest or not is_utf8(data) or any(path.up for path in paths):
        raise UnlikeError
    frame = _Frame.of(data, record[-1])
    kinds = Kinds(learn=lambda sample: learn(sample, quoted=frame.quoted))
    found = _cut(frame, kinds, paths, piece)
    last = _judge(frame.reduced(kinds), kinds, record, paths)
    lines = np.cumsum(np.concatenate([[line_ends(data[: frame.start]) + 1], *found.line_ends]))
    return Found(
        columns=[
            pa.chunked_array([*column, end], pa.string())
            for column, end in zip(found.columns, last.columns, strict=True)
        ],
        positions=np.concatenate([*found.positions, [frame.last]]),
        absent=last.absent,
        lines=lines,
    )


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """A document: where its first record and its last begin, how each begins, and whether records have attributes."""

    data: bytes
    start: int
    last: int
    opening: bytes
    quoted: bool

    @classmethod
    def of(cls, data: bytes, name: str) -> Self:
        """Of a document that is mostly records: the rest is for the careful reader, which takes its time."""
        found = re.search(rb"<(?:[^\s<>/:!?]+:)?" + re.escape(name.encode()) + rb"[\s/>]", data)
        last = data.rfind(found[0]) if found else 0
        if found is None or found.start() + len(data) - last > max(len(data) // 4, SMALLEST):
            raise UnlikeError
        return cls(
            data=data,
            start=found.start(),
            last=last,
            opening=found[0],
            quoted=b'="' in data[found.start() : found.start() + PIECE],
        )

    def reduced(self, kinds: Kinds) -> _Frame:
        """The document with one record of each kind in place of all but the last."""
        body = b"".join(kind.sample for kind in kinds.known)
        data = self.data[: self.start] + body + self.data[self.last :]
        return _Frame(
            data=data,
            start=self.start,
            last=self.start + len(body),
            opening=self.opening,
            quoted=self.quoted,
        )


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What was cut out so far, a list of pieces each. `line_ends`: how many lines end in each record."""

    columns: list[list[pa.Array]]
    positions: list[Ints] = field(default_factory=list)
    line_ends: list[Ints] = field(default_factory=list)


def _cut(frame: _Frame, kinds: Kinds, paths: Sequence[Path], size: int) -> _Found:
    """All records but the last."""
    found = _Found(columns=[[] for _ in paths])
    at = frame.start
    while at < frame.last:
        piece = _piece(frame, at, min(at + size, frame.last))
        sorted_out = kinds.sort(piece)
        _check_plain(piece, sorted_out)
        for into, path in zip(found.columns, paths, strict=True):
            values = stretches(piece, sorted_out, (path.steps, path.attribute)).texts()
            into.append(_resolved(values, path))
        ends = np.zeros(len(piece), np.int64)
        for kind, rows in sorted_out:
            ends[rows] = line_ends(kind.text)
        found.line_ends.append(ends)
        found.positions.append(piece.begins[:-1] + at)
        at += int(piece.begins[-1])
    return found


def _piece(frame: _Frame, at: int, stop: int) -> Piece:
    """The records from `at` on up to the last one that begins at `stop` or before."""
    octets = np.frombuffer(frame.data, np.uint8, offset=at)
    looked_at = octets[: stop - at + 1]
    marked = looked_at == ord("<")
    if frame.quoted:
        marked |= looked_at == ord('"')
    places = np.flatnonzero(marked)
    first = _begins(octets, places, frame.opening)
    if len(first) < 2:  # noqa: PLR2004 - one to read, and one at which the next piece starts
        raise UnlikeError
    return Piece(octets=octets, places=places, first=first)


def _begins(octets: Octets, places: Ints, opening: bytes) -> Ints:
    """Which of the marks begin a record. Only a few have the same letter after them."""
    likely = np.flatnonzero(octets[1:].take(places) == opening[1])
    found: Ints = likely[begin_with(octets, places.take(likely), opening)]
    return found


def _check_plain(piece: Piece, kinds: Sequence[tuple[Skeleton, Ints]]) -> None:
    """Passes if values have nothing in them that could be layout, markup or no text: all such is in what is fixed."""
    octets = piece.octets[: piece.begins[-1]]
    controls = sum(
        len(rows) * (len(kind.text) - len(kind.text.translate(None, _CONTROLS))) for kind, rows in kinds
    )
    closing = sum(len(rows) * kind.text.count(b">") for kind, rows in kinds)
    if np.count_nonzero(octets < ord(" ")) != controls or np.count_nonzero(octets == ord(">")) != closing:
        raise UnlikeError
    _check_references(octets)
    if (octets >= 0x80).any():  # noqa: PLR2004 - the first that is not ASCII
        _check_characters(octets)


def _check_references(octets: Octets) -> None:
    """Passes if every ampersand begins a reference that is surely one."""
    left = np.flatnonzero(octets == ord("&"))
    for reference in _REFERENCES:
        if not len(left):
            return
        found = begin_with(octets, left, reference)
        left = left[:0] if isinstance(found, slice) else left[~found]
    if len(left):
        raise UnlikeError


def _check_characters(octets: Octets) -> None:
    text = octets.tobytes()
    try:
        text.decode()
    except UnicodeDecodeError:
        raise UnlikeError from None
    if _NO_CHARACTERS in text:
        raise UnlikeError


def _resolved(values: pa.Array, path: Path) -> pa.Array:
    try:
        return from_text(values) if path.attribute is None else from_attribute(values)
    except TooManyReferencesError:
        raise UnlikeError from None


def _judge(frame: _Frame, kinds: Kinds, record: tuple[str, ...], paths: Sequence[Path]) -> Found:
    """What the careful reader says of the last record of a document that has one record of each kind before it.

    Raises:
        UnlikeError: it finds other values, or anything that is not plain; or it takes no such document.
    """
    try:
        found = read_carefully(load(frame.data), record, paths)
    except FormatError:
        raise UnlikeError from None
    count = len(kinds.known)
    if found.refused or found.nested or len(found.positions) != count + 1:
        raise UnlikeError
    cut = _cut(frame, kinds, paths, len(frame.data))
    if not np.array_equal(found.positions, np.concatenate([*cut.positions, [frame.last]])):
        raise UnlikeError  # it finds its records elsewhere: what was taken for one stands in a comment, say
    for mine, judged in zip(cut.columns, found.columns, strict=True):
        if not pa.chunked_array(mine, pa.string()).equals(judged.slice(0, count)):
            raise UnlikeError
    return replace(
        found,
        columns=[column.slice(count).combine_chunks() for column in found.columns],
        positions=found.positions[count:],
    )
