"""An explanation with the names that the ledger knows: files, documents, rejects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from batch.config import Cart, Configuration
from batch.deliver.told import LastTold, last_told
from batch.ledger import overview, retention, runs
from batch.ledger.engine import Ledger
from batch.reconcile.explain import Explanation, explain
from batch.settings import counted_orders, feeds_of, lags_of, rules_of
from batch.store import state
from batch.store.archive import Archive
from batch.store.tables import Tables


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is known of a SKU.

    `explanation`: None if no row that could be used has ever named it. `files`: intake → file name; `told`: cart →
    what it was last told of this SKU; `rejects`: the latest rows about it that could not be used.
    """

    merchant: str
    explanation: Explanation | None
    files: Mapping[int, str]
    told: Mapping[str, LastTold | None]
    rejects: Sequence[Any]


def answer(
    configuration: Configuration,
    ledger: Ledger,
    merchant: str,
    sku: str,
    carts: Sequence[Cart],
    *,
    at: datetime | None = None,
) -> Answer:
    """Why the SKU has its number in each of these carts: now, or by what had been received `at` an instant.

    Raises:
        UsageError: what was known then is kept no more.
    """
    with ledger.read() as connection:
        retention.must_be_kept(connection, at)
        seq = overview.seq_at(connection, merchant, at)
    known = state.load(ledger, Tables(configuration.state / "tables"), merchant, seq)
    known = replace(known, orders=counted_orders(known.orders, lags_of(configuration.merchants[merchant])))
    explanation = explain(
        known,
        sku,
        lags=lags_of(configuration.merchants[merchant]),
        feeds=feeds_of(configuration, merchant),
        carts={cart.id: rules_of(cart) for cart in carts},
    )
    seqs = _seqs(explanation) if explanation else set()
    archive = Archive(configuration.state / "archive")
    with ledger.read() as connection:
        sent = {cart.id: runs.sent_since_complete(connection, merchant, cart.id, at) for cart in carts}
        return Answer(
            merchant=merchant,
            explanation=explanation,
            files=overview.file_names(connection, merchant, seqs),
            told={cart.id: last_told(archive, cart, sent[cart.id], sku) for cart in carts},
            rejects=overview.rejects_of(connection, merchant, sku, at),
        )


def _seqs(explanation: Explanation) -> set[int]:
    """The intakes that the terms come from."""
    return {term.seq for term in explanation.levels} | {term.seq for term in explanation.orders}
