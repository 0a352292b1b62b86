"""Where equal cells stand together, as the times do that a system stamps on the rows that it writes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SAMPLE = 1 << 8
"""Cells by which a column, or a piece of one, is judged."""
LONG = 4
"""Cells of a run, on average, from which on it is worth to be looked for."""

Ends = npt.NDArray[np.int64]


def run_ends(octets: npt.NDArray[np.uint8], cells: int) -> Ends:
    """Where each run ends, the position after its last cell; of cells that all have as many of these bytes, not 0."""
    length = len(octets) // cells
    unit = next(unit for unit in (8, 4, 2, 1) if not length % unit)
    words, per_cell = octets.view(np.dtype(f"u{unit}")), length // unit
    changed = np.flatnonzero(words[per_cell:] != words[:-per_cell]) // per_cell
    return np.append(np.unique(changed) + 1, cells)


def are_long(runs: int, cells: int) -> bool:
    """Whether so many runs of so many cells are long enough, on average."""
    return LONG * runs <= cells
