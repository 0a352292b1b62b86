"""SKUs that were sold more often than they are there: counted anew when something has come in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from batch.config import Configuration
from batch.errors import StoreError
from batch.ledger import glance, oversold
from batch.ledger.engine import Ledger

if TYPE_CHECKING:
    import pandas as pd

    from batch.store.memory import Memory

WORST = 10
"""So many SKUs are named."""


def recount(
    ledger: Ledger, configuration: Configuration, now: datetime, memory: Memory | None = None
) -> list[str]:
    """Counts the oversold SKUs of each merchant of which something has come in, or that is configured otherwise, since the last time.

    `memory`: where their states may be known already. Returns a sentence for each merchant whose tables cannot be read.
    """
    problems = []
    with ledger.read() as connection:
        seqs = glance.last_seqs(connection, configuration.merchants)
        counted = oversold.of_all(connection)
    for merchant, seq in seqs.items():
        row, reading = counted.get(merchant), _reading(configuration, merchant)
        if not seq or (row is not None and (row.seq, row.reading) == (seq, reading)):
            continue
        try:
            skus, worst = _below_zero(_available(ledger, configuration, merchant, seq, memory))
            if memory is not None:
                memory.trim([merchant])
        except StoreError as error:
            problems.append(f"merchant {merchant}: oversold SKUs cannot be counted: {error}")
            continue
        with ledger.write() as connection:
            oversold.note(connection, merchant, seq=seq, reading=reading, skus=skus, worst=worst, now=now)
    return problems


def _reading(configuration: Configuration, merchant: str) -> str:
    """What of the configuration the figures depend on."""
    owner = configuration.merchants[merchant]
    feeds = [feed.name for feed in (*configuration.inventory, *owner.inventory)]
    orders = [(feed.name, feed.order_lag) for feed in owner.orders]
    return hashlib.sha256(repr((feeds, orders)).encode()).hexdigest()[:16]


def _available(
    ledger: Ledger, configuration: Configuration, merchant: str, seq: int, memory: Memory | None
) -> pd.DataFrame:
    from batch.reconcile.available import available
    from batch.reconcile.coded import code_of_counted
    from batch.settings import counted_orders, feeds_of, lags_of
    from batch.store.state import load
    from batch.store.tables import Tables

    state = load(ledger, Tables(Path(configuration.state) / "tables"), merchant, seq, memory=memory)
    lags = lags_of(configuration.merchants[merchant])
    orders = counted_orders(state.orders, lags)
    return available(
        state.levels,
        orders,
        lags=lags,
        feeds=feeds_of(configuration, merchant),
        coded=code_of_counted(state, orders, lags),
    )


def _below_zero(figures: pd.DataFrame) -> tuple[int, Sequence[tuple[str, int]]]:
    """How many SKUs of AVAILABLE are below 0, and the lowest of them."""
    below = figures[figures["available"] < 0]
    lowest = below.sort_values(["available", "sku"]).head(WORST)
    pairs = zip(lowest["sku"].tolist(), lowest["available"].tolist(), strict=True)
    return len(below), [(str(sku), int(available)) for sku, available in pairs]
