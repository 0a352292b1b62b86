"""The SKUs of a file among those that are coded already: what comes in the order of the last export is not looked up.

A warehouse exports its SKUs in one order, day after day. A few of them are looked up, one in RUN; between these the file
and the codes' names are compared as they stand, and only what differs is looked up, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.reconcile.coded import Coded, find
from batch.reconcile.keys import FEW, Ids
from formats.frames import in_one

RUN = 1 << 7
"""Rows from one that is looked up to the next."""

FEWEST_STRETCHES = 1 << 6
"""So many are compared however short they are; beyond them, those of fewer than four runs on average are not worth it."""

SAMPLE = 1 << 12


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A file's SKUs by the codes of a state, `of`, and by those of the state after it.

    `names`: code → SKU after it: those of `of`, and new ones. `codes`: after it, a code for each row of the file. `moved`: code
    before → code after; None where all are what they were.
    """

    of: Coded
    names: pa.Array
    codes: Ids
    moved: Ids | None = None

    @property
    def has_new(self) -> bool:
        """Whether the file names a SKU that was not known."""
        return len(self.names) > len(self.of.names)

    def before(self, levels: Ids) -> Ids:
        """The codes, after it, of levels of the state before, by their positions, in whatever order these are."""
        codes = self.of.of_level[levels]
        return codes if self.moved is None else self.moved[codes]

    def levels(self) -> Ids:
        """The positions, ascending, of the levels before that have one of the file's SKUs."""
        asked = np.zeros(len(self.names), dtype=bool)
        asked[self.codes] = True
        before = asked if self.moved is None else asked[self.moved]
        return np.flatnonzero(before[self.of.of_level])


def recognise(skus: pa.ChunkedArray, coded: Coded) -> Recognised | None:
    """Codes the SKUs of a file; None where it names many, in another order: they are better coded anew."""
    codes = codes_among(skus, coded.names) if len(coded.names) else None
    if codes is None:
        return None
    is_new = codes < 0
    if not is_new.any():
        return Recognised(of=coded, names=coded.names, codes=codes)
    new = skus.filter(pa.array(is_new))
    added = new.unique()
    if coded.ascends:
        added = added.sort()
        names, moved, places = _merged(coded.names, added)
    else:
        names, moved = pa.concat_arrays([coded.names, added]), None
        places = np.arange(len(coded.names), len(names))
    codes = codes if moved is None else np.where(is_new, -1, moved[codes])
    codes[is_new] = places[find(new, added)]
    return Recognised(of=coded, names=names, codes=codes, moved=moved)


def of_segment(recognised: Recognised, rows: Ids, levels: Ids) -> Recognised:
    """The same for what is left of a file: these `rows` of it, then these `levels` before that it left out."""
    return replace(recognised, codes=np.concatenate([recognised.codes[rows], recognised.before(levels)]))


def _merged(names: pa.Array, added: pa.Array) -> tuple[pa.Array, Ids, Ids]:
    """Ascending names with others put among them, ascending too; where each of the first is then, and of the others."""
    at = np.asarray(pc.search_sorted(names, added), dtype=np.int64)
    before = np.cumsum(np.bincount(at, minlength=len(names) + 1), dtype=np.int64)[: len(names)]
    moved, places = np.arange(len(names)) + before, at + np.arange(len(added))
    order = np.empty(len(names) + len(added), dtype=np.int64)
    order[moved], order[places] = np.arange(len(names)), len(names) + np.arange(len(added))
    return pa.concat_arrays([names, added]).take(pa.array(order)), moved, places


def codes_among(skus: pa.ChunkedArray, names: pa.Array) -> Ids | None:
    """Where each SKU stands among `names`, -1 for none; None where that would have to be looked up for many."""
    if not len(skus) or len(skus) * FEW <= len(names):
        return find(skus, names)
    texts = in_one(skus)
    row_of = _once(texts)
    if row_of is None:
        return _in_order(texts, names)
    codes = _in_order(texts.filter(pa.array(np.diff(row_of, prepend=-1) > 0)), names)
    return None if codes is None else codes[row_of]


def _once(texts: pa.Array) -> Ids | None:
    """For each row its number if rows of the same text, one after the other, count as one; None where that is seldom."""
    sample = texts.slice(0, SAMPLE)
    if np.count_nonzero(_is_first(sample)) * FEW > len(sample) * (FEW - 1):
        return None
    return np.cumsum(_is_first(texts), dtype=np.int64) - 1


def _is_first(texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether each text is another than the one in front of it."""
    differs = _told(pc.not_equal(texts.slice(0, max(len(texts) - 1, 0)), texts.slice(1)))
    return np.concatenate([[True], differs])[: len(texts)]


def _in_order(texts: pa.Array, names: pa.Array) -> Ids | None:
    starts = np.arange(0, len(texts), RUN)
    places = find(pa.chunked_array([texts.take(pa.array(starts))]), names)
    stretches = _stretches(places)
    if len(stretches) > max(FEWEST_STRETCHES, len(places) // 4):
        return None
    codes = np.full(len(texts), -1, dtype=np.int64)
    for first, last in stretches:
        start, place = first * RUN, int(places[first])
        rows = min(last * RUN, len(texts), start + len(names) - place) - start
        same = _told(pc.equal(texts.slice(start, rows), names.slice(place, rows)))
        codes[start : start + rows] = np.where(same, np.arange(place, place + rows), -1)
    others = np.flatnonzero(codes < 0)
    if len(others) * FEW > len(texts):
        return None
    codes[others] = find(pa.chunked_array([texts.take(pa.array(others))]), names)
    return codes


def _stretches(places: Ids) -> list[tuple[int, int]]:
    """Runs, first and end, that follow one another among the names as they do in the file."""
    follows = (np.diff(places) == RUN) & (places[:-1] >= 0)
    cuts = np.flatnonzero(~follows) + 1
    firsts, ends = np.concatenate([[0], cuts]), np.append(cuts, len(places))
    known = places[firsts] >= 0
    return list(zip(firsts[known].tolist(), ends[known].tolist(), strict=True))


def _told(answers: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(answers.to_numpy(zero_copy_only=False), dtype=bool)
