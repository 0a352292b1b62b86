"""What either way of reading finds in a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A record that cannot be used: the byte at which it begins, the path, what stood there, and why not."""

    position: int
    path: str
    value: str
    reason: str
    sku: str | None


@dataclass(frozen=True, kw_only=True)
class Found:
    """The records of a document.

    `columns`: a string column per path asked for, null where a record has no such place. `positions`: the byte at
    which each record of `columns` begins. `absent`: indices of paths that no record has, the refused ones included.
    `nested`: elements named like the record that stand inside one. `lines`: the line (1-based) on which each record
    begins, where that is known already.
    """

    columns: Sequence[pa.ChunkedArray]
    positions: npt.NDArray[np.int64]
    absent: tuple[int, ...]
    refused: tuple[Refused, ...] = ()
    nested: int = 0
    lines: npt.NDArray[np.int64] | None = None

    @property
    def empty(self) -> bool:
        """Whether the document has no record at all."""
        return len(self.positions) == 0 and not self.refused
