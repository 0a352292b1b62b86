"""The advice for one cart: the SKUs it is sent, with the quantities after its rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from batch.model import arrow, frame
from batch.reconcile.rules import CartRules, told
from formats.contract import INT64, TEXT

FIELDS = {"sku": TEXT, "quantity": INT64, "as_of": TEXT, "merchant": TEXT, "cart": TEXT}


def advise(
    chosen: pd.DataFrame,
    rules: CartRules,
    *,
    merchant: str,
    cart: str,
    zone: ZoneInfo,
    attributes: Sequence[str] = (),
) -> pd.DataFrame:
    """The lines of a document: FIELDS plus a TEXT column per attribute.

    `chosen`: AVAILABLE with attributes. `as_of` is ISO 8601 with the offset of `zone`.
    """
    available = np.asarray(arrow(chosen["available"]).to_numpy(), dtype=np.int64)
    return frame(
        FIELDS,
        {
            "sku": chosen["sku"],
            "quantity": told(available, rules),
            "as_of": _in_words(arrow(chosen["as_of"]), zone),
            "merchant": merchant,
            "cart": cart,
            **{name: chosen[name] for name in attributes},
        },
    )


def _in_words(instants: pa.ChunkedArray, zone: ZoneInfo) -> pa.ChunkedArray:
    """Each distinct instant is written once."""
    coded = instants.combine_chunks().dictionary_encode()
    words = [in_zone(instant, zone) for instant in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)


def in_zone(instant: datetime, zone: ZoneInfo) -> str:
    """`2026-11-20T09:00:00-08:00`; `Z` for UTC; fractions of a second only where there are some."""
    local = instant.astimezone(zone).isoformat()
    return local.replace("+00:00", "Z") if zone.key == UTC.tzname(None) else local
