"""Text that stands in long stretches of the same: a warehouse's name beside each of its levels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.reconcile.keys import Ids
from formats.frames import PIECE, repeated

MOST_STRETCHES = 64
"""More are too short to be worth it."""


def stretches_of(column: pa.ChunkedArray) -> list[tuple[str, slice]] | None:
    """The text of each stretch of the same text, and its rows; None if there are more than a few, or nulls.

    Nothing is hashed: where lengths are the same, the bytes of a row are compared with those of the row before it.
    """
    texts: list[str] = []
    edges: list[int] = []
    first = 0
    for chunk in column.chunks:
        starts = None if chunk.null_count else _starts(chunk)
        if starts is None:
            return None
        for start in starts:
            text = chunk[start].as_py()
            if texts[-1:] != [text]:
                texts.append(text)
                edges.append(first + start)
        first += len(chunk)
        if len(texts) > MOST_STRETCHES:
            return None
    return [(text, slice(*rows)) for text, rows in zip(texts, pairwise([*edges, first]), strict=True)]


def shared(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same texts, those of each stretch in the memory of a few; the column itself if it is short, or has many stretches."""
    stretches = stretches_of(column) if len(column) > PIECE else None
    if stretches is None:
        return column
    parts = (repeated(text, pa.string(), rows.stop - rows.start) for text, rows in stretches)
    return pa.chunked_array([chunk for part in parts for chunk in part.chunks], pa.string())


def _starts(texts: pa.StringArray) -> list[int] | None:
    """The rows that begin a stretch; None if there are more than a few."""
    if not len(texts):
        return []
    _, offsets, octets = texts.buffers()
    edges = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    lengths = np.diff(edges)
    starts = [0, *_few(lengths[1:] != lengths[:-1], 1)]
    if len(starts) > MOST_STRETCHES:
        return None
    content = np.frombuffer(octets or b"", np.uint8)
    for start, stop in pairwise([*starts, len(texts)]):
        width = int(lengths[start])
        own = content[edges[start] : edges[stop]]
        changes = _few(own[width:] != own[:-width], width) if width else []
        if len(changes) > MOST_STRETCHES:
            return None
        starts += [start + change for change in changes]
    return sorted(starts)


def _few(differs: npt.NDArray[np.bool_], width: int) -> list[int]:
    """The rows, of so many cells each, that have a cell which differs from the row before them; too many if they are many."""
    if np.count_nonzero(differs) > MOST_STRETCHES * width:
        return list(range(MOST_STRETCHES + 1))
    rows: Ids = np.unique(np.flatnonzero(differs) // width) + 1
    return [int(row) for row in rows]
