"""What partners write otherwise than X12 says, and what is taken as it is, with a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from formats.edi846.reading.document import Document
from formats.x12.dictionary.codes import REPORTS
from formats.x12.interchange import FIRST_WITH_REPETITION
from formats.x12.place import shown, unreadable

INQUIRIES = ("13", "28")
"""BIA01: a request, a query."""


def refuse_inquiry(document: Document) -> None:
    """Refuses a file in which no LIN has a QTY.

    Raises:
        Unreadable: with the place of the first LIN.
    """
    if len(document.lines) and not len(document.quantities):
        raise unreadable(
            document.segments.place(int(document.lines[0])),
            found=f"{len(document.lines)} LIN and no QTY in the file",
            expected="QTY with what is there; this is an inquiry, or the stock stands in other segments",
        )


def oddities(document: Document) -> tuple[str, ...]:
    """A sentence for each kind of oddity, with its first place."""
    return (*_versions(document), *_reports(document), *_set_numbers(document), *_line_numbers(document))


def _versions(document: Document) -> Iterator[str]:
    """ISA11 and ISA12 that are not what GS08 says; the release of the group counts."""
    for interchange in document.envelopes.interchanges[:1]:
        for group in interchange.groups[:1]:
            version = group.release[:5]
            if version and interchange.version != version:
                yield f"ISA12 is {shown(interchange.version)}, GS08 is {shown(group.release)}; GS08 counts"
            if version >= FIRST_WITH_REPETITION and document.segments.delimiters.repetition is None:
                yield f"ISA11 is no repetition separator, which {group.release} has; none is read"


def _reports(document: Document) -> Iterator[str]:
    rows = [one.first + 1 for one in document.sets]
    odd = {
        row: text
        for row in rows
        if document.segments.text(row, 0).upper() == "BIA"
        and (text := document.segments.text(row, 2).strip().upper()) not in REPORTS
    }
    for row, text in list(odd.items())[:1]:
        yield f"{document.segments.place(row, 2)} is {shown(text)}, which is not a report of inventory"
    asked = [row for row in rows if document.segments.text(row, 1).strip() in INQUIRIES]
    for row in asked[:1]:
        yield f"{document.segments.place(row, 1)} says that the set asks for stock rather than telling it"


def _set_numbers(document: Document) -> Iterator[str]:
    for group in document.envelopes.groups:
        seen: set[str] = set()
        for one in group.sets:
            if one.number in seen:
                yield f"{document.segments.place(one.first, 2)} {shown(one.number)} stands twice in its group"
                return
            seen.add(one.number)


def _line_numbers(document: Document) -> Iterator[str]:
    """LIN01 that is the same in a line and the next one."""
    number = document.lin.elements(1)
    if len(document.lin) < 2 or not number.lengths[:2].all():  # noqa: PLR2004 - a line and the next
        return
    first, second = (document.segments.text(row, 1) for row in document.lines[:2].tolist())
    one_set = np.searchsorted([one.first for one in document.sets], document.lines[:2])
    if first == second and one_set[0] == one_set[1]:
        yield f"{document.segments.place(int(document.lines[1]), 1)} is {shown(second)} again; lines are not counted"
