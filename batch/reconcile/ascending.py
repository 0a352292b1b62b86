"""Coding text that comes in order: a warehouse exports its SKUs sorted, one warehouse after another, day after day.

What is in order needs no hashing: neighbours are compared, and two stretches of the same texts are compared as memory.
That is several times as fast as hashing a million texts, which `batch.reconcile.hashed` does where this gives up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from formats.frames import in_one

Ids = npt.NDArray[np.int64]

MOST_STRETCHES = 64
MOST_BYTES = 1 << 30
SAMPLE = 1 << 12


@dataclass
class _Distinct:
    """The distinct texts of one or more stretches, and where they are among all texts."""

    texts: pa.Array
    places: Ids


def code(columns: Sequence[pa.ChunkedArray]) -> tuple[pa.Array, list[Ids]] | None:
    """Codes of text columns that consist of a few ascending stretches each; None for other columns, and for nulls.

    Returns: the distinct texts, ascending, which codes are the positions in; and per column a code for each row.
    """
    if not all(map(_may_ascend, columns)):
        return None
    texts, seen = pa.array([], pa.string()), list[_Distinct]()
    coded: list[list[tuple[_Distinct, Ids | None]]] = []
    for column in columns:
        stretches = _stretches(column)
        if stretches is None:
            return None
        coded.append([])
        for own, codes in stretches:
            known = next((each for each in seen if each.texts.equals(own)), None)
            if known is None:
                texts, known = _among(texts, seen, own)
            coded[-1].append((known, codes))
    nothing = np.empty(0, np.int64)
    return texts, [np.concatenate([nothing, *(_places(of, codes) for of, codes in parts)]) for parts in coded]


def _places(of: _Distinct, codes: Ids | None) -> Ids:
    return of.places if codes is None else of.places[codes]


def is_ascending(texts: pa.Array) -> bool:
    """Whether no text comes before the one in front of it."""
    return not len(_descents(texts))


def _may_ascend(column: pa.ChunkedArray) -> bool:
    """Whether a column begins as one of a few stretches does, and has neither nulls nor more than is looked at."""
    if column.null_count or column.nbytes > MOST_BYTES:
        return False
    return len(_descents(in_one(column.slice(0, SAMPLE)))) <= MOST_STRETCHES


def _stretches(column: pa.ChunkedArray) -> Iterator[tuple[pa.Array, Ids | None]] | None:
    """The column cut where it descends: of each stretch its distinct texts, and a code for each of its rows. None if there are many.

    In place of the codes None, if each row has a text of its own.
    """
    texts = in_one(column)
    starts, again = _steps(texts)
    if len(starts) >= MOST_STRETCHES:
        return None
    cuts = [0, *starts.tolist(), len(texts)]
    parts = (texts.slice(start, end - start) for start, end in pairwise(cuts) if end > start)
    return (_distinct(part) if again else (part, None) for part in parts)


def _steps(texts: pa.Array) -> tuple[Ids, bool]:
    """Where the texts descend, and whether one comes twice in a row anywhere."""
    steps = np.flatnonzero(~_compared(pc.less, texts)) + 1
    if len(steps) >= MOST_STRETCHES:
        return _descents(texts), True
    same = pc.equal(texts.take(pa.array(steps)), texts.take(pa.array(steps - 1)))
    is_same = np.asarray(same.to_numpy(zero_copy_only=False), dtype=bool)
    return steps[~is_same], bool(is_same.any())


def _descents(texts: pa.Array) -> Ids:
    """Where a text comes before the one in front of it."""
    return np.flatnonzero(_compared(pc.greater, texts)) + 1


def _compared(how: Callable[[pa.Array, pa.Array], pa.Array], texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Each text beside the one after it."""
    compared = how(texts.slice(0, max(len(texts) - 1, 0)), texts.slice(1))
    return np.asarray(compared.to_numpy(zero_copy_only=False), dtype=bool)


def _distinct(stretch: pa.Array) -> tuple[pa.Array, Ids]:
    """The distinct texts of an ascending stretch, and a code for each of its rows."""
    is_first = np.concatenate([[True], _compared(pc.not_equal, stretch)])
    return stretch.filter(pa.array(is_first)), np.cumsum(is_first, dtype=np.int64) - 1


def _among(texts: pa.Array, seen: list[_Distinct], own: pa.Array) -> tuple[pa.Array, _Distinct]:
    """All texts with further ones inserted, and the places of these; the places of those seen before move along."""
    if not len(texts):
        seen.append(_Distinct(texts=own, places=np.arange(len(own), dtype=np.int64)))
        return own, seen[-1]
    at = np.asarray(pc.search_sorted(texts, own), dtype=np.int64)
    inside = texts.take(pa.array(np.minimum(at, len(texts) - 1)))
    is_new = np.asarray(pc.not_equal(inside, own).to_numpy(zero_copy_only=False))
    if is_new.any():
        fresh, before = own.filter(pa.array(is_new)), at[is_new]
        moved = np.cumsum(np.bincount(before, minlength=len(texts) + 1), dtype=np.int64)
        for each in seen:
            each.places = each.places + moved[each.places]
        order = np.insert(np.arange(len(texts)), before, len(texts) + np.arange(len(fresh)))
        at = at + np.where(is_new, np.cumsum(is_new) - 1, moved[at])
        texts = pa.concat_arrays([texts, fresh]).take(pa.array(order))
    found = _Distinct(texts=own, places=at)
    seen.append(found)
    return texts, found
