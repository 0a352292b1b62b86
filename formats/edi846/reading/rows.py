"""From LIN loops to rows: one for each, or where it tells quantities per warehouse, one for each of those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from formats.edi846.reading import places
from formats.edi846.reading.document import Document
from formats.warehouses import Flags, Ints, Places, divide

FORMS: Mapping[str, Callable[[Document], Places]] = MappingProxyType(
    {"ls": places.ls, "sdq": places.sdq, "sch": places.sch}
)
"""The forms that stand inside a LIN loop, in the order in which they are looked for."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Which rows there are.

    `line`: index of each row's LIN, ascending. `warehouse`: None if the file tells none. `quantity`: None for that
    of the LIN. `whole_skus`: the rows of a SKU say all there is of it.
    """

    line: Ints
    warehouse: pa.StringArray | None = None
    quantity: pa.StringArray | None = None
    whole_skus: bool = False
    warnings: tuple[str, ...] = ()


def rows_of(document: Document, form: str, total: pa.StringArray | None) -> Rows:
    """The rows of a document.

    `form`: as in `Reading.location`. `total`: the QTY02 of each LIN, null where there is none; None if the rows need
    another quantity than that of one QTY, which warehouses do not tell.

    The total is the answer: where the warehouses of a LIN do not add up to it, or one of them has no whole number, the
    LIN is one row of no warehouse.
    """
    every = np.arange(len(document.lines))
    if form == "auto":
        form = _found(document)
    if form == "header":
        return Rows(line=every, warehouse=places.heading(document))
    if form not in FORMS or total is None:
        return Rows(line=every)
    return _split(document, FORMS[form](document), total)


def _found(document: Document) -> str:
    """The form that the document has."""
    if len(document.own("LS")):
        return "ls"
    if len(document.own("SDQ")):
        return "sdq"
    if len(document.own("SCH")) and len(places.sch(document)):
        return "sch"
    return "header" if places.names_warehouse(document) else "none"


def _split(document: Document, found: Places, total: pa.StringArray) -> Rows:
    divided = divide(found, total)
    return Rows(
        line=divided.line,
        warehouse=divided.warehouse,
        quantity=divided.quantity,
        whole_skus=True,
        warnings=tuple(_oddities(document, divided.unequal, divided.without_total)),
    )


def _oddities(document: Document, unequal: Flags, without_total: Flags) -> list[str]:
    said = (
        (unequal, "the quantities per warehouse are not what QTY tells; QTY counts, without a warehouse"),
        (without_total, "there are quantities per warehouse and no QTY; they count"),
    )
    return [
        f"{document.segments.place(int(document.lines[np.flatnonzero(where)[0]]))}: {sentence}"
        + (f" (and so for {int(where.sum()) - 1} more)" if where.sum() > 1 else "")
        for where, sentence in said
        if where.any()
    ]
