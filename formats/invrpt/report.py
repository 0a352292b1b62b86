"""An INVRPT file opened: its lines, products and quantities, and the places these are of.

In D.96A a QTY opens its own group, in D.97A it stands in one that INV opens; LOC follows the QTY in both. Files where
LOC comes before QTY are read as well: what stands first in a line, tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from formats.edifact.envelope import Envelope, Message, messages_named, read_envelope
from formats.edifact.syntax import Document, open_document
from formats.warehouses import Places
from formats.x12.codes import code
from formats.x12.pairs import Column
from formats.x12.place import unreadable
from formats.x12.segments import Flags, Ints, Spans, inside

KIND = "INVRPT"
PRODUCTS = range(2, 7)  # elements of PIA
WAREHOUSE, WAREHOUSE_PLACE = "WH", "18"
"""NAD 3035 and LOC 3227 of a warehouse."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """`lines`, `quantities`, `places`: rows of LIN, QTY and LOC in INVRPT messages; `owner`: QTY → index of its LIN."""

    document: Document
    envelope: Envelope
    messages: tuple[Message, ...]
    lines: Ints
    quantities: Ints
    owner: Ints
    places: Ints

    def rows(self, name: str) -> Ints:
        """The segments of that name in INVRPT messages."""
        return inside(self.document.segments.rows(name), self.messages)


def open_report(file: bytes) -> Report:
    """Splits and checks a file.

    Raises:
        Unreadable: not EDIFACT, without an INVRPT, truncated, references or counts that do not agree, or a QTY
            before the first LIN of its message.
    """
    document = open_document(file)
    envelope = read_envelope(document)
    messages = messages_named(envelope, KIND)
    empty = np.zeros(0, dtype=np.int64)
    report = Report(
        document=document,
        envelope=envelope,
        messages=messages,
        lines=empty,
        quantities=empty,
        owner=empty,
        places=empty,
    )
    lines, quantities = report.rows("LIN"), report.rows("QTY")
    owner = np.searchsorted(lines, quantities) - 1
    firsts = np.array([one.first for one in messages])
    line = np.append(lines, -1)[owner]
    stray = np.flatnonzero((owner < 0) | (line < firsts[np.searchsorted(firsts, quantities) - 1]))
    for at in stray[:1].tolist():
        raise unreadable(
            document.place(int(quantities[at])),
            found="a QTY before the first LIN of its message",
            expected="LIN first",
        )
    return Report(
        document=document,
        envelope=envelope,
        messages=messages,
        lines=lines,
        quantities=quantities,
        owner=owner,
        places=report.rows("LOC"),
    )


def product(report: Report, qualifier: str) -> Column:
    """The number beside a qualifier (7140, 7143), in LIN or a PIA of its line."""
    document = report.document
    segments, wanted = document.segments, code(qualifier)
    start = segments.starts[report.lines].astype(np.int64)
    end = start.copy()
    times = np.zeros(len(report.lines), dtype=np.int64)
    additional = report.rows("PIA")
    owners = np.searchsorted(report.lines, additional) - 1
    sources = [(report.lines, np.arange(len(report.lines)), 3)]
    sources += [
        (additional[owners >= 0], owners[owners >= 0], element) for element in PRODUCTS if len(additional)
    ]
    for rows, owner, element in sources:
        spans = segments.elements(rows, element)
        numbers = document.components(spans, 1)
        here = (segments.codes(document.components(spans, 2)) == wanted) & (numbers.lengths > 0)
        start[owner[here]], end[owner[here]] = numbers.start[here], numbers.end[here]
        times += np.bincount(owner[here], minlength=len(times))
    return Column(values=document.texts(Spans(start=start, end=end)), times=times)


def qualifiers(report: Report) -> list[str]:
    """The qualifiers of the first line, in order."""
    document = report.document
    found = [document.text(row, 3, 2).upper() for row in report.lines[:1].tolist()]
    return [one for one in found if one]


def kinds(report: Report) -> set[str]:
    """The qualifiers (6063) of all QTY."""
    document = report.document
    spans = document.components(document.segments.elements(report.quantities, 1), 1)
    return set(document.texts(spans).unique().drop_null().to_pylist())


def of_kind(report: Report, kind: str) -> Flags:
    """Which QTY have that qualifier."""
    document = report.document
    spans = document.components(document.segments.elements(report.quantities, 1), 1)
    matching: Flags = (document.segments.codes(spans) == code(kind)) & (code(kind) > 0)
    return matching


def amounts(report: Report) -> pa.StringArray:
    """The number of each QTY (6060), its decimal mark a point."""
    document = report.document
    values = document.texts(document.components(document.segments.elements(report.quantities, 1), 2))
    return pc.replace_substring(values, ",", ".") if document.syntax.decimal == "," else values


def units(report: Report) -> pa.StringArray:
    """The unit of each QTY (6411), null where there is none."""
    document = report.document
    return document.texts(document.components(document.segments.elements(report.quantities, 1), 3))


def place_of(report: Report) -> Ints:
    """For each QTY the row of the LOC that it is of; -1 for none."""
    places, quantities = report.places, report.quantities
    nothing = len(report.document.segments)
    if not len(places) or not len(quantities):
        return np.full(len(quantities), -1, dtype=np.int64)
    line = report.lines[report.owner]
    bounds = np.append(report.lines, nothing)
    next_line = bounds[report.owner + 1]
    first_quantity = quantities[np.searchsorted(report.owner, report.owner)]
    after = np.append(places, nothing)
    first_place = after[np.searchsorted(places, line)]
    before_style = first_place < first_quantity
    following = after[np.searchsorted(places, quantities)]
    next_quantity = np.append(quantities[1:], nothing)
    following = np.where(following < np.minimum(next_quantity, next_line), following, -1)
    at = np.searchsorted(places, quantities) - 1
    preceding = np.where(at >= 0, places[at], -1)
    preceding = np.where(preceding > line, preceding, -1)
    return np.where(before_style, preceding, following)


def located(report: Report, chosen: Flags, place: Ints) -> Places:
    """The chosen QTY that are of a place: LOC C517, its number."""
    document = report.document
    mine = np.flatnonzero(chosen & (place >= 0))
    spans = document.components(document.segments.elements(place[mine], 2), 1)
    return Places(
        line=report.owner[mine],
        warehouse=document.texts(spans),
        quantity=amounts(report).take(pa.array(mine)),
    )


def heading(report: Report) -> pa.StringArray:
    """For each LIN the warehouse that the heading of its message names (NAD+WH, else LOC+18); null where it names none."""
    document = report.document
    first = np.searchsorted(report.lines, [one.first for one in report.messages])
    named = report.rows("NAD")
    names: list[str | None] = []
    for one, line in zip(report.messages, first.tolist(), strict=True):
        end = int(report.lines[line]) if line < len(report.lines) else one.last
        end = min(end, one.last)
        parties = named[np.searchsorted(named, one.first) : np.searchsorted(named, end)].tolist()
        places = report.places[
            np.searchsorted(report.places, one.first) : np.searchsorted(report.places, end)
        ].tolist()
        texts = [document.text(row, 2) for row in parties if document.text(row, 1).upper() == WAREHOUSE]
        texts += [document.text(row, 2) for row in places if document.text(row, 1) == WAREHOUSE_PLACE]
        names.append(next(filter(None, texts), None))
    counts = np.diff(np.append(first, len(report.lines)))
    return pa.array(names, pa.string()).take(pa.array(np.repeat(np.arange(len(names)), counts)))
