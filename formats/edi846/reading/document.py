"""An 846 file opened: its segments, its envelopes, its LIN and QTY, and who owns which quantity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formats.edi846.codes import SET
from formats.edi846.reading.shape import check_shape
from formats.x12.envelopes import Envelopes, TransactionSet, read_envelopes, same_number, sets_named
from formats.x12.place import few, shown, unreadable
from formats.x12.segments import Ints, Segments, inside
from formats.x12.split import split_segments
from formats.x12.view import View


@dataclass(frozen=True, kw_only=True)
class Document:
    """What is in the file.

    `lines`, `quantities`: rows of the LIN and QTY of all 846 sets, in order; `lin`, `qty`: the same, to be asked for
    elements. `owner`: QTY → index of its LIN. `sets`: the 846 sets alone.
    `warnings`: oddities of envelope, shape and counts.
    """

    segments: Segments
    envelopes: Envelopes
    sets: tuple[TransactionSet, ...]
    lines: Ints
    quantities: Ints
    lin: View
    qty: View
    owner: Ints
    warnings: tuple[str, ...]

    def own(self, name: str, *, anywhere: bool = False) -> Ints:
        """The segments of that name in LIN loops; `anywhere`: also those of the headings."""
        rows = inside(self.segments.rows(name), self.sets)
        if anywhere or not len(rows):
            return rows
        opened = np.array([one.first for one in self.sets])
        owner = np.searchsorted(self.lines, rows) - 1
        line = np.append(self.lines, -1)[owner]
        return rows[line > opened[np.searchsorted(opened, rows) - 1]]


def open_document(file: bytes, qualifiers: frozenset[str] = frozenset()) -> Document:
    """Splits and checks a file. `qualifiers`: LIN qualifiers that are expected beside the usual ones.

    Raises:
        Unreadable: not an 846, truncated, or its segments are not what they should be.
    """
    segments = split_segments(file)
    envelopes = read_envelopes(segments)
    sets = sets_named(envelopes, SET)
    lines, quantities = inside(segments.rows("LIN"), sets), inside(segments.rows("QTY"), sets)
    lin, qty = View(segments=segments, rows=lines), View(segments=segments, rows=quantities)
    shape = check_shape(segments, sets, lin, qty, qualifiers)
    return Document(
        segments=segments,
        envelopes=envelopes,
        sets=sets,
        lines=lines,
        quantities=quantities,
        lin=lin,
        qty=qty,
        owner=_owners(segments, sets, lines, quantities),
        warnings=(
            *segments.warnings,
            *envelopes.warnings,
            *_others(envelopes),
            *shape,
            *_totals(segments, sets, lines),
        ),
    )


def _owners(segments: Segments, sets: tuple[TransactionSet, ...], lines: Ints, quantities: Ints) -> Ints:
    """For each QTY the LIN before it in the same set."""
    opened = np.array([one.first for one in sets])
    if _take_turns(lines, quantities, opened):
        return np.arange(len(lines))
    owner = np.searchsorted(lines, quantities) - 1
    set_began = opened[np.searchsorted(opened, quantities) - 1]
    line = lines[owner] if len(lines) else np.full(len(quantities), -1)
    ownerless = np.flatnonzero((owner < 0) | (line < set_began))
    if len(ownerless):
        raise unreadable(
            segments.place(int(quantities[ownerless[0]])),
            found="a QTY before the first LIN of its set",
            expected="LIN first; a segment is missing, ask for the file again",
        )
    return owner


def _take_turns(lines: Ints, quantities: Ints, opened: Ints) -> bool:
    """Whether each LIN has one QTY, before the next LIN and before the set after it is `opened`: as in most files."""
    if not len(lines) or len(lines) != len(quantities):
        return False
    before = np.searchsorted(lines, opened) - 1
    before = before[before >= 0]
    in_turn = (quantities > lines).all() and (quantities[:-1] < lines[1:]).all()
    return (
        bool(in_turn and (quantities[before] < opened[-len(before) :]).all())
        if len(before)
        else bool(in_turn)
    )


def _others(envelopes: Envelopes) -> list[str]:
    others = sorted(one.code for one in envelopes.sets if one.code != SET)
    kinds = ", ".join(shown(kind) for kind in dict.fromkeys(others))
    return [f"{len(others)} other sets were passed over: {kinds}"] if others else []


def _totals(segments: Segments, sets: tuple[TransactionSet, ...], lines: Ints) -> tuple[str, ...]:
    """Sets without a LIN, and CTT01 that do not agree with the number of LIN."""
    bounds = [edge for one in sets for edge in (one.first, one.last)]
    edges = np.searchsorted(lines, bounds)
    counts = (edges[1::2] - edges[0::2]).tolist()
    warnings = [
        f"{segments.place(one.first)}: an 846 without a LIN"
        for one, n in zip(sets, counts, strict=True)
        if not n
    ]
    totals = inside(segments.rows("CTT"), sets)
    owners = np.searchsorted([one.last for one in sets], totals)
    for row, owner in zip(totals.tolist(), owners.tolist(), strict=True):
        count, stated = counts[owner], segments.text(row, 1).strip()
        if not same_number(stated, str(count)):
            warnings.append(f"{segments.place(row, 1)} counts {shown(stated)} LIN where {count} stand")
    return few(warnings)
