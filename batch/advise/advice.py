"""The advice for one cart: the SKUs it is sent, with the quantities after its rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import frame
from batch.reconcile.keys import Ids
from batch.reconcile.rules import CartRules, told
from formats.contract import INT64, TEXT, Columns
from formats.frames import in_one, repeated

FIELDS = {"sku": TEXT, "quantity": INT64, "as_of": TEXT, "merchant": TEXT, "cart": TEXT}
AS_OF = "as_of"


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What an advice begins with, as columns: of AVAILABLE, and a TEXT column per attribute."""

    sku: pa.ChunkedArray
    available: Ids
    as_of: pa.ChunkedArray
    attributes: Columns

    @property
    def parts(self) -> tuple[Any, ...]:
        """All that it takes memory for."""
        return (self.sku, self.available, self.as_of, *self.attributes.values())


def advise(
    basis: Basis, rules: CartRules, *, merchant: str, cart: str, zone: ZoneInfo | None
) -> pd.DataFrame:
    """The lines of a document: FIELDS plus a TEXT column per attribute.

    `zone`: in which the document tells as-ofs; None: it does not, and they are left blank.
    """
    return frame(
        FIELDS,
        {
            "sku": basis.sku,
            "quantity": told(basis.available, rules),
            "as_of": in_words(basis.as_of, zone) if zone else "",
            "merchant": merchant,
            "cart": cart,
            **basis.attributes,
        },
    )


def with_changed(basis: Basis, changed: Basis) -> Basis | None:
    """The same with the figures of a few SKUs in place of theirs; None if it does not have one of them. Both ascend by SKU."""
    skus = in_one(basis.sku)
    at = np.asarray(pc.search_sorted(skus, in_one(changed.sku)), dtype=np.int64)
    if len(at) and (at[-1] >= len(skus) or not _same(skus.take(pa.array(at)), changed.sku)):
        return None
    figures = basis.available.copy()
    figures[at] = changed.available
    return Basis(
        sku=basis.sku,
        available=figures,
        as_of=_put(basis.as_of, at, changed.as_of),
        attributes={
            name: _put(column, at, changed.attributes[name]) for name, column in basis.attributes.items()
        },
    )


def _put(column: pa.ChunkedArray, at: Ids, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with other values at these positions, which ascend; itself where they are the same."""
    cells = in_one(column)
    if _same(cells.take(pa.array(at)), values):
        return column
    is_put = np.zeros(len(cells), dtype=bool)
    is_put[at] = True
    return pa.chunked_array([pc.replace_with_mask(cells, pa.array(is_put), in_one(values))])


def _same(cells: pa.Array, others: pa.ChunkedArray) -> bool:
    return bool(pa.chunked_array([cells]).equals(others))


def in_words(instants: pa.ChunkedArray, zone: ZoneInfo) -> pa.ChunkedArray:
    """Instants as `in_zone` has them. Each distinct instant is written once."""
    coded = in_one(instants).dictionary_encode()
    words = [in_zone(instant, zone) for instant in coded.dictionary.to_pylist()]
    if len(words) == 1 and not coded.null_count:
        return repeated(words[0], pa.string(), len(coded))
    return pa.chunked_array([pa.array(words, pa.string()).take(coded.indices)])


def in_zone(instant: datetime, zone: ZoneInfo) -> str:
    """`2026-11-20T09:00:00-08:00`; `Z` for UTC; fractions of a second only where there are some."""
    local = instant.astimezone(zone).isoformat()
    return local.replace("+00:00", "Z") if zone.key == UTC.tzname(None) else local
