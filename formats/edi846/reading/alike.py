"""The quickest way of reading an 846: its LIN loops differ in their values alone, as programs write them.

The loops are cut at their marks, and compared with the first of them byte for byte. What stands around them, with two loops of
each set and with counts that fit these, is an 846 as well: the careful reader reads it. If it finds nothing odd there, and in
the loops what was cut out of them, then there is nothing odd about the whole, once its own counts fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from formats.alike import Ints, UnlikeError
from formats.cells import joined_cells
from formats.contract import QUANTITIES, RawTable
from formats.edi846.reading.frame import Frame
from formats.edi846.reading.loops import Cutter, Run
from formats.edi846.reading.reduced import Reduced
from formats.errors import FormatError
from formats.frames import as_text, columns_of, of_columns, picked, repeated

SMALLEST = 1 << 20
"""Documents of fewer bytes are not worth it."""
WAREHOUSE = "warehouse"
PIECE = 1 << 20
"""Bytes looked at at once: what is worked out of them stays near the processor."""


def read_alike(
    data: bytes,
    fields: Mapping[str, str],
    careful: Callable[[bytes], RawTable],
    *,
    smallest: int = SMALLEST,
    piece: int = PIECE,
) -> RawTable:
    """What `careful`, which reads any 846 for these fields, would find in the document: nothing odd, and no reject.

    Raises:
        UnlikeError: it is for the careful reader to say what this document is.
    """
    if len(data) < smallest or not _are_plain(fields):
        raise UnlikeError
    try:
        frame = Frame.of(data)
        labels = _judged(frame.beginning(), careful).columns
        runs = _runs(Cutter(frame=frame, labels=labels), piece)
        reduced = Reduced.of(frame, runs)
        judged = _judged(reduced.document(), careful)
    except FormatError:
        raise UnlikeError from None
    cells = {field: joined_cells([run.cells[field] for run in runs]) for field in labels}
    return replace(judged, cells=_agreed(cells, reduced, judged), lines=_lines(reduced, judged))


def _are_plain(fields: Mapping[str, str]) -> bool:
    """Whether no LIN01 that is a number can be one of the qualifiers, and no field takes the place of a warehouse."""
    qualifiers = [name for field, name in fields.items() if field not in QUANTITIES]
    return WAREHOUSE not in fields and all(name[:1] > "9" for name in qualifiers)


def _judged(document: bytes, careful: Callable[[bytes], RawTable]) -> RawTable:
    judged = careful(document) if document.isascii() else None
    if judged is None or judged.warnings or len(judged.rejects):
        raise UnlikeError
    return judged


def _runs(cutter: Cutter, size: int) -> list[Run]:
    """All loops, cut on all cores."""
    frame = cutter.frame
    cuts = [frame.start]
    while cuts[-1] < frame.stop:
        found = frame.data.find(frame.opening, cuts[-1] + size, frame.stop)
        cuts.append(frame.stop if found < 0 else found)
    with ThreadPoolExecutor(pa.cpu_count()) as pool:
        return [run for runs in pool.map(cutter.cut, cuts, cuts[1:]) for run in runs]


def _agreed(cells: Mapping[str, pa.ChunkedArray], reduced: Reduced, judged: RawTable) -> pd.DataFrame:
    """The cells of the whole, if those of the samples are what the careful reader found.

    What it knows beside them, the warehouse that a heading names, is the same for all loops of a set.
    """
    rows, samples = _firsts(one.rows for one in reduced.sets), _firsts(one.samples for one in reduced.sets)
    sampled = _numbered(rows[:-1], np.diff(samples), 1)
    columns = {}
    for name, judgement in columns_of(judged.cells).items():
        known = cells.get(name)
        if known is None:
            known = _by_set(judgement, samples, np.diff(rows))
        if not as_text(picked(known, sampled)).equals(judgement):
            raise UnlikeError
        columns[name] = known
    return of_columns(columns)


def _by_set(column: pa.ChunkedArray, firsts: Ints, rows: Ints) -> pa.ChunkedArray:
    """What stands in the first row of each set, in as many rows as that has."""
    parts = [
        repeated(column[first].as_py(), column.type, count)
        for first, count in zip(firsts.tolist(), rows.tolist(), strict=False)
    ]
    return pa.chunked_array([chunk for part in parts for chunk in part.chunks], column.type)


def _lines(reduced: Reduced, judged: RawTable) -> Ints:
    """The numbers of the segments with which the loops begin."""
    step, sets = reduced.frame.segments, reduced.sets
    left_out = _firsts((one.rows - one.samples) * step for one in sets)
    first = judged.lines[_firsts(one.samples for one in sets)[:-1]] + left_out[:-1]
    return _numbered(first, np.array([one.rows for one in sets]), step)


def _firsts(counts: Iterable[int]) -> Ints:
    """Where each begins of what stands one after another, and where the last one ends."""
    return np.cumsum([0, *counts])


def _numbered(firsts: Ints, counts: Ints, step: int) -> Ints:
    """So many numbers from each of these on."""
    ends = np.cumsum(counts)
    numbers = np.empty(ends[-1], np.int64)
    for first, count, end in zip(firsts.tolist(), counts.tolist(), ends.tolist(), strict=True):
        numbers[end - count : end] = np.arange(first, first + count * step, step)
    return numbers
