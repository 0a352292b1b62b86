"""What the tables add to a page about a day: the SKUs that moved most, and what rules made of the quantities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
import pandas as pd

from batch.config import Configuration, Merchant, recorded
from batch.errors import ConfigurationError, StoreError
from batch.ledger import days, overview
from batch.ledger.engine import Ledger
from batch.ledger.files import LedgerRow
from batch.model import LEVELS, ORDER_LINES, State, empty, stack
from batch.reconcile.available import available
from batch.reconcile.keys import Ids
from batch.report.effects import effect_of
from batch.report.movers import Figures, Movement, Step, Window, followed, movement, narrowed
from batch.report.values import CartEffect, Mover
from batch.settings import counted_orders, feeds_of, lags_of, rules_of
from batch.store import state
from batch.store.archive import Archive
from batch.store.tables import Tables
from formats.frames import arrow

INSTANT = timedelta(microseconds=1)
CANDIDATES = 48
"""So many SKUs are followed step by step, to choose among them by what could be promised."""


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """`movers`: those that moved most first; `moved`: how many SKUs did; `notes`: what could not be shown."""

    movers: Sequence[Mover] = ()
    moved: int = 0
    effects: Sequence[CartEffect] = ()
    notes: Sequence[str] = ()


def pictures_of(
    configuration: Configuration,
    ledger: Ledger,
    tables: Tables,
    archive: Archive,
    *,
    merchants: Sequence[str],
    syncs: Sequence[LedgerRow],
    start: datetime,
    until: datetime,
) -> Pictures:
    """Of these merchants from `start` to `until`. `syncs`: the last run of each cart that sent something."""
    files = Files(configuration=configuration, ledger=ledger, tables=tables, archive=archive)
    narrow: list[tuple[Window, Movement]] = []
    effects: list[CartEffect] = []
    notes: list[str] = []
    moved = 0
    for merchant in merchants:
        try:
            window = files.window(merchant, start, until)
            if window is not None:
                found = movement(window)
                moved += len(found.skus)
                most = found.skus[:CANDIDATES].to_pylist()
                narrow.append((narrowed(window, most), found))
            effects += files.effects([row for row in syncs if row.merchant == merchant])
        except StoreError as error:
            notes.append(f"Stock and rules of {merchant} are not shown: {error}")
    movers = [mover for window, skus in _most(narrow) for mover in files.movers(window, skus, start, until)]
    movers.sort(key=lambda mover: (-mover.swing, -mover.ordered, mover.merchant, mover.sku))
    return Pictures(movers=movers, moved=moved, effects=effects, notes=notes)


def _most(found: Sequence[tuple[Window, Movement]]) -> Iterator[tuple[Window, list[str]]]:
    """Of all merchants together the SKUs that moved most, by merchant."""
    moved = sorted(
        (
            (-int(quantity), number, sku)
            for number, (_, each) in enumerate(found)
            for quantity, sku in zip(
                each.quantity[:CANDIDATES], each.skus[:CANDIDATES].to_pylist(), strict=True
            )
        ),
    )
    chosen = sorted((number, sku) for _, number, sku in moved[:CANDIDATES])
    for number, skus in groupby(chosen, lambda each: each[0]):
        yield found[number][0], [sku for _, sku in skus]


@dataclass(frozen=True, kw_only=True)
class Files:
    """What is read from. Configurations of past runs are read once."""

    configuration: Configuration
    ledger: Ledger
    tables: Tables
    archive: Archive
    _recorded: dict[str, Configuration] = field(default_factory=dict)

    def window(self, merchant: str, start: datetime, until: datetime) -> Window | None:
        """The merchant's day; None if nothing was applied."""
        owner = self.configuration.merchants[merchant]
        with self.ledger.read() as connection:
            before = overview.seq_at(connection, merchant, start - INSTANT)
            last = overview.seq_at(connection, merchant, until)
            rows = days.steps(connection, merchant, before, last)
        if not rows:
            return None
        known = state.load(self.ledger, self.tables, merchant, before)
        return Window(
            merchant=merchant,
            before=State(
                seq=before, levels=known.levels, orders=counted_orders(known.orders, lags_of(owner))
            ),
            steps=[
                self._step(owner, at, list(parts)) for at, parts in groupby(rows, lambda row: row.recorded_at)
            ],
        )

    def _step(self, owner: Merchant, at: datetime, rows: Sequence[LedgerRow]) -> Step:
        def added(kind: str, nothing: pd.DataFrame) -> pd.DataFrame:
            return stack([nothing, *(self.tables.read(row.table) for row in rows if row.kind == kind)])

        orders = counted_orders(added(state.ORDERS_KIND, empty(ORDER_LINES)), lags_of(owner))
        return Step(at=at, levels=added(state.LEVELS_KIND, empty(LEVELS)), orders=orders)

    def movers(self, window: Window, skus: Sequence[str], start: datetime, until: datetime) -> list[Mover]:
        """These SKUs over the day."""
        figures = self._figures(self.configuration, window.merchant, attributes=("title",))
        return followed(narrowed(window, skus), figures, start=start, until=until)

    def _figures(
        self,
        configuration: Configuration,
        merchant: str,
        *,
        warehouses: Sequence[str] | None = None,
        attributes: Sequence[str] = (),
    ) -> Figures:
        owner, feeds = configuration.merchants[merchant], feeds_of(configuration, merchant)

        def figures(known: State) -> pd.DataFrame:
            return available(
                known.levels,
                counted_orders(known.orders, lags_of(owner)),
                lags=lags_of(owner),
                feeds=feeds,
                warehouses=warehouses,
                attributes=attributes,
            )

        return figures

    def effects(self, syncs: Sequence[LedgerRow]) -> Iterator[CartEffect]:
        """What rules made of the quantities at these syncs of one merchant; carts that count the same are counted once."""
        states: dict[int, State] = {}
        figures: dict[tuple[object, ...], Ids] = {}
        for run in syncs:
            configuration = self._as_of(run)
            owner = configuration.merchants.get(run.merchant)
            cart = owner.carts.get(run.cart) if owner else None
            if cart is None:
                continue
            key = (run.seq, run.configuration, cart.warehouses)
            if key not in figures:
                if run.seq not in states:
                    states[run.seq] = state.load(self.ledger, self.tables, run.merchant, run.seq)
                counted = self._figures(configuration, run.merchant, warehouses=cart.warehouses)(
                    states[run.seq]
                )
                figures[key] = np.asarray(arrow(counted["available"]).to_numpy(), dtype=np.int64)
            yield CartEffect(
                cart=f"{run.merchant}/{run.cart}", at=run.now, effect=effect_of(figures[key], rules_of(cart))
            )

    def _as_of(self, run: LedgerRow) -> Configuration:
        """The configuration that the run went by; today's, if this release cannot use it."""
        if run.configuration not in self._recorded:
            source = self.archive.get(run.configuration)
            try:
                self._recorded[run.configuration] = (
                    self.configuration
                    if source == self.configuration.source
                    else recorded(source, self.configuration.folder)
                )
            except ConfigurationError:
                self._recorded[run.configuration] = self.configuration
        return self._recorded[run.configuration]
