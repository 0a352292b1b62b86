"""The lines of a cart as a format gets them, the options of its documents, and how each is read as a feed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from data import times

from formats.contract import INT64, QUANTITY_IN, TEXT, Envelope

ENVELOPE = Envelope(number=1, written_at=datetime(2026, 11, 20, 12, tzinfo=UTC), complete=True)
PARTNERS = {"sender": "ZZ/ACMEWHSE", "receiver": "ZZ/BIGBOX"}
WRITING: dict[str, dict[str, Any]] = {"csv": {}, "xml": {}, "edi846": PARTNERS}
FEED: dict[str, dict[str, Any]] = {
    "csv": {"columns": {"sku": "sku", "quantity": "quantity", "as_of": "as_of"}},
    "xml": {"fields": {"sku": "sku", "quantity": "quantity", "as_of": "as_of"}},
    "edi846": PARTNERS,
}
"""Options of a document that a feed could be: with the instant of each level, where the format has a place for it."""

READING: dict[str, dict[str, Any]] = {"csv": {}, "xml": {"record": "item"}, "edi846": {"location": "none"}}
FIELDS: dict[str, dict[str, str]] = {
    "csv": {"sku": "sku", "quantity": "quantity"},
    "xml": {"sku": "sku", "quantity": "quantity"},
    "edi846": {},
}

TAKES = 600
MOST = 80


def advice(count: int, *, warehouses: bool = False) -> pd.DataFrame:
    """So many lines; the instants of their levels lie within ten minutes."""
    random = np.random.default_rng(846)
    sku = pd.Series(np.arange(count)).astype(TEXT).str.zfill(7)
    seconds = np.linspace(0, TAKES, count, endpoint=False)
    lines = pd.DataFrame(
        {
            "sku": ("SKU-" + sku).astype(TEXT),
            "quantity": pd.Series(random.integers(0, MOST, count)).astype(INT64),
            "as_of": pd.Series(times(datetime(2026, 11, 20, 9, tzinfo=UTC), seconds), dtype=TEXT),
            "merchant": pd.Series(pa.repeat("acme", count), dtype=TEXT),
            "cart": pd.Series(pa.repeat("front", count), dtype=TEXT),
        }
    )
    if warehouses:
        lines[QUANTITY_IN + "EAST"] = lines["quantity"]
        lines[QUANTITY_IN + "WEST"] = lines["quantity"] * 0
    return lines
