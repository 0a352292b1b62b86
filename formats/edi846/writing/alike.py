"""The quick way of reading a document of ours back: its LIN loops differ in their values alone.

The loops of each set are cut at their marks, and compared with samples byte for byte. The document without the loops
that are like others is an 846 as well, once its counts are those of the loops that are left: the careful reader reads it,
and must find in them what was cut out. The counts of the whole are compared on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from formats.alike import UnlikeError
from formats.edi846.writing.careful import read_carefully
from formats.edi846.writing.looped import Columns, Looped, LoopReader
from formats.edi846.writing.options import Writing
from formats.edi846.writing.side_by_side import plain, together
from formats.edi846.writing.templates import WAREHOUSE
from formats.errors import FormatError
from formats.x12.delimiters import begin, find_delimiters

SMALLEST = 1 << 16
"""Documents of fewer bytes are not worth it."""
SMALLEST_SET = 1 << 12
"""Nor are those with a set of fewer, the last one apart."""
CLOSE = 16
"""The part of its length by which a set may be shorter than the one before it without being looked for twice."""


def read_alike(
    document: bytes, options: Writing, *, smallest: int = SMALLEST, smallest_set: int = SMALLEST_SET
) -> dict[str, pa.ChunkedArray]:
    """What the careful reader would find in the document.

    Raises:
        UnlikeError: it is for the careful reader to say what this document is.
    """
    if len(document) < smallest or not document.isascii():
        raise UnlikeError
    try:
        check_delimiters(document, options)
        sets = list(_sets(document, LoopReader(options=options), smallest_set))
        judged = read_carefully(_reduced(document, sets), options)
    except FormatError:
        raise UnlikeError from None
    return _agreed(sets, judged)


def check_delimiters(document: bytes, options: Writing) -> None:
    """Passes if the separators of the document are those that are configured."""
    found, _ = find_delimiters(document, begin(document))
    wanted = options.separators()
    if (found.element, found.segment) != (wanted.element, wanted.segment):
        raise UnlikeError


def _sets(document: bytes, reader: LoopReader, smallest: int) -> Iterator[Looped]:
    """The sets, which must follow one another.

    Each is about as long as the one before it: its end is looked for only where that would end, and from its beginning on
    if what ends there is not a set.
    """
    opening = reader.opening("ST")
    at = document.find(opening)
    if at < 0:
        raise UnlikeError
    length = 0
    while document.startswith(opening, at):
        try:
            one = reader.read(document, at, reader.end(document, at, length - length // CLOSE))
        except UnlikeError:
            if not length:
                raise
            one = reader.read(document, at, reader.end(document, at, 0))
        if one.stop - at < smallest and document.startswith(opening, one.stop):
            raise UnlikeError
        yield one
        at, length = one.stop, one.stop - at


def _reduced(document: bytes, sets: Sequence[Looped]) -> bytes:
    """The document with the samples alone."""
    return b"".join([document[: sets[0].start], *(one.reduced for one in sets), document[sets[-1].stop :]])


def _agreed(sets: Sequence[Looped], judged: Columns) -> dict[str, pa.ChunkedArray]:
    """The columns of the whole, if those of the samples are what the careful reader found."""
    names = dict.fromkeys(name for one in sets for name in one.columns)
    found = {name: [one.column(name) for one in sets] for name in names}
    for name, parts in found.items():
        sampled = [plain(part.take(pa.array(one.samples))) for part, one in zip(parts, sets, strict=True)]
        if name not in judged or not pa.concat_arrays(sampled).equals(judged[name]):
            raise UnlikeError
    if others := judged.keys() - found.keys() - {WAREHOUSE}:
        raise UnlikeError(others)
    if WAREHOUSE in judged:
        found[WAREHOUSE] = _headed(sets, judged[WAREHOUSE])
    return {name: together(parts) for name, parts in found.items()}


def _headed(sets: Sequence[Looped], warehouses: pa.StringArray) -> list[pa.StringArray]:
    """What the heading of each set says of its samples, of all its lines."""
    first = np.cumsum([0, *(len(one.samples) for one in sets[:-1])])
    return [pa.repeat(warehouses[at], len(one)) for at, one in zip(first.tolist(), sets, strict=True)]
