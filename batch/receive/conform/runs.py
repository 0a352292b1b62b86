"""Columns in which equal cells stand together, as the times do that a system stamps on the rows that it writes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

SAMPLE = 1 << 8
"""Cells of each piece of a column by which it is judged."""
LONG = 4
"""Cells of a run, on average, from which on it is worth to be looked for."""

Ends = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Runs:
    """A column as runs of equal cells: `cells`, one of each run, and `lengths`, how many it has."""

    cells: pa.ChunkedArray
    lengths: npt.NDArray[np.int64]


def runs_of(text: pa.ChunkedArray) -> Runs | None:
    """The runs of a column; None if it does not look as if they were long."""
    samples = [chunk.slice(0, SAMPLE) for chunk in text.chunks if len(chunk)]
    looked_at = sum(map(len, samples))
    if looked_at < SAMPLE or LONG * sum(len(_ends(sample)) for sample in samples) > looked_at:
        return None
    cells, lengths = [], []
    for chunk in text.chunks:
        if len(chunk):
            ends = _ends(chunk)
            cells.append(chunk.take(pa.array(ends - 1)))
            lengths.append(np.diff(ends, prepend=0))
    return Runs(cells=pa.chunked_array([pa.concat_arrays(cells)]), lengths=np.concatenate(lengths))


def _ends(text: pa.Array) -> Ends:
    """Where each run ends, the position after its last cell."""
    words = None if text.null_count else _words(text)
    if words is None:
        return np.asarray(pc.run_end_encode(text).run_ends, dtype=np.int64)
    per_cell = len(words) // len(text)
    changed = np.flatnonzero(words[per_cell:] != words[:-per_cell]) // per_cell
    return np.append(np.unique(changed) + 1, len(text))


def _words(text: pa.Array) -> npt.NDArray[np.unsignedinteger] | None:
    """The bytes of all cells in the largest units of which each cell has as many; None if they differ in length."""
    _, offsets, data = text.buffers()
    begins = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    first, size = int(begins[0]), int(begins[-1] - begins[0])
    length = size // len(text)
    if not length or (begins != np.arange(len(begins), dtype=np.int32) * length + first).any():
        return None
    unit = next(unit for unit in (8, 4, 2, 1) if not length % unit)
    return np.frombuffer(data, np.dtype(f"u{unit}"), count=size // unit, offset=first)
