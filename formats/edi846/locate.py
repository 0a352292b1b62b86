"""What stands at a place of a document of ours: for a partner's complaint, which counts segments from ST."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from formats.edi846.codes import SET
from formats.x12.envelopes import read_envelopes, sets_named
from formats.x12.segments import Ints, Segments
from formats.x12.split import split_segments

Places = Sequence[tuple[str, int]]
"""ST02, and the position of a segment in that set, ST being 1."""


def elements_at(document: bytes, places: Places) -> list[str]:
    """The segment at each place as it stands there, without its terminator; "" for a place that is none."""
    segments = split_segments(document)
    return ["" if row < 0 else _whole(segments, row) for row in _rows(segments, places).tolist()]


def skus_at(document: bytes, places: Places, products: Mapping[str, str]) -> list[str | None]:
    """The SKU of the LIN loop in which each place lies; None before the first one, and where it is no place.

    `products`: LIN qualifier → field, as the document was written; the SKU stands beside the one of `sku`.
    """
    qualifier = next((code for code, field in products.items() if field == "sku"), "")
    segments = split_segments(document)
    rows = _rows(segments, places)
    lines = segments.rows("LIN")
    owners = np.searchsorted(lines, rows, side="right") - 1
    starts = np.append(segments.rows("ST"), len(segments))
    return [
        _product(segments, int(lines[owner]), qualifier)
        if row >= 0 and owner >= 0 and lines[owner] > starts[np.searchsorted(starts, row, side="right") - 1]
        else None
        for row, owner in zip(rows.tolist(), owners.tolist(), strict=True)
    ]


def _rows(segments: Segments, places: Places) -> Ints:
    """The row of each place in the table of segments; -1 for a place that is none."""
    sets = {one.number: one for one in sets_named(read_envelopes(segments), SET)}
    found = []
    for number, position in places:
        one = sets.get(number)
        inside = one is not None and 0 < position <= one.counted
        found.append(one.first + position - 1 if one is not None and inside else -1)
    return np.array(found, dtype=np.int64)


def _whole(segments: Segments, row: int) -> str:
    end = int(segments.marks[segments.last[row]])
    return segments.data[int(segments.starts[row]) : end].decode()


def _product(segments: Segments, row: int, qualifier: str) -> str | None:
    elements = _whole(segments, row).split(segments.delimiters.element)[2:]
    return dict(zip(elements[0::2], elements[1::2], strict=False)).get(qualifier)
