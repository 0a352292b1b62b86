"""Columns in which equal cells stand together, as the times do that a system stamps on the rows that it writes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from formats.runs import SAMPLE, Ends, are_long, run_ends


@dataclass(frozen=True, kw_only=True)
class Runs:
    """A column as runs of equal cells: `cells`, one of each run, and `lengths`, how many it has."""

    cells: pa.ChunkedArray
    lengths: npt.NDArray[np.int64]


def runs_of(text: pa.ChunkedArray) -> Runs | None:
    """The runs of a column; None if it does not look as if they were long."""
    samples = [chunk.slice(0, SAMPLE) for chunk in text.chunks if len(chunk)]
    looked_at = sum(map(len, samples))
    if looked_at < SAMPLE or not are_long(sum(len(_ends(sample)) for sample in samples), looked_at):
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
    octets = None if text.null_count else _of_one_length(text)
    if octets is None:
        return np.asarray(pc.run_end_encode(text).run_ends, dtype=np.int64)
    return run_ends(octets, len(text))


def _of_one_length(text: pa.Array) -> npt.NDArray[np.uint8] | None:
    """The bytes of all cells; None if they differ in length, or have none."""
    _, offsets, data = text.buffers()
    begins = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    first, size = int(begins[0]), int(begins[-1] - begins[0])
    length = size // len(text)
    if not length or (begins != np.arange(len(begins), dtype=np.int32) * length + first).any():
        return None
    return np.frombuffer(data, np.uint8, count=size, offset=first)
