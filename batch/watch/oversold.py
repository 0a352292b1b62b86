"""SKUs that were sold more often than they are there: counted anew when something has come in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from batch.config import Configuration
from batch.errors import StoreError
from batch.ledger import glance, oversold
from batch.ledger.engine import Ledger
from batch.ledger.oversold import Count, Every

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.context import Context
    from batch.store.memory import Memory


def recount(
    ledger: Ledger, configuration: Configuration, now: datetime, memory: Memory | None = None
) -> list[str]:
    """Counts the oversold SKUs of each merchant of which something has come in, or that is configured otherwise, since the last time.

    `memory`: where their states may be known already. Returns a sentence for each merchant whose tables cannot be read.
    """
    from batch.store.tables import Tables

    tables = Tables(Path(configuration.state) / "tables")

    def look(merchant: str, seq: int, before: Every | None) -> pa.Table:
        from batch.store.state import load
        from batch.watch.below_zero import below_zero

        state = load(ledger, tables, merchant, seq, memory=memory)
        found = below_zero(configuration, merchant, state, before)
        if memory is not None:
            memory.trim([merchant])
        return found

    return _recounted(ledger, configuration, configuration.merchants, look, now)


def recount_at_hand(context: Context) -> list[str]:
    """The same for the merchants whose states this cycle has had to do with: whoever looks next finds it done."""
    if context.dry_run:
        return []

    def look(merchant: str, seq: int, before: Every | None) -> pa.Table:
        from batch.watch.below_zero import below_zero

        return below_zero(context.configuration, merchant, context.state(merchant, seq), before)

    return _recounted(context.ledger, context.configuration, context.at_hand, look, context.clock.now())


def _recounted(
    ledger: Ledger,
    configuration: Configuration,
    merchants: Iterable[str],
    look: Callable[[str, int, Every | None], pa.Table],
    now: datetime,
) -> list[str]:
    """`look`: what `below_zero` finds for a merchant at an intake."""
    with ledger.read() as connection:
        seqs = glance.last_seqs(connection, merchants)
        counted = oversold.of_all(connection)
    problems, found = [], []
    for merchant, seq in seqs.items():
        last, reading = counted.get(merchant), _reading(configuration, merchant)
        if last is not None and last.reading != reading:
            last = None
        if not seq or (last is not None and last.seq == seq):
            continue
        try:
            below = look(merchant, seq, None if last is None else oversold.every(last))
        except StoreError as error:
            problems.append(f"merchant {merchant}: oversold SKUs cannot be counted: {error}")
            continue
        found.append(_count(merchant, seq, reading, below))
    if found:
        with ledger.write() as connection:
            for count in found:
                oversold.note(connection, count, now)
    return problems


def _reading(configuration: Configuration, merchant: str) -> str:
    """What of the configuration the figures depend on."""
    owner = configuration.merchants[merchant]
    feeds = [feed.name for feed in (*configuration.inventory, *owner.inventory)]
    orders = [(feed.name, feed.order_lag) for feed in owner.orders]
    return hashlib.sha256(repr((feeds, orders)).encode()).hexdigest()[:16]


def _count(merchant: str, seq: int, reading: str, below: pa.Table) -> Count:
    from batch.watch.below_zero import lowest

    return Count(
        merchant=merchant, seq=seq, reading=reading, skus=len(below), worst=lowest(below, oversold.MOST_KEPT)
    )
