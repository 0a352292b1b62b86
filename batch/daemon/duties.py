"""What the daemon does beside its carts: says that it is there, watches, tells people, counts, tidies up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from batch.alert.note import note
from batch.alert.tell import Teller
from batch.clock import Clock
from batch.config import Configuration
from batch.daemon.metrics import Metrics
from batch.errors import Busy, StockferryError, Stopped
from batch.ledger import glance, heartbeats, retention
from batch.ledger.engine import Ledger
from batch.ledger.locks import Holder
from batch.log import Log
from batch.receive.feeds import feeds_of
from batch.runner.session import opened
from batch.store.memory import Memory
from batch.upkeep.gc import gc
from batch.watch.conditions import standing
from batch.watch.oversold import recount

A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Duties:
    """Each says what goes wrong with it and ends nothing else.

    `clock`: one whose sleep ends when the daemon is to stop. `ledger`: a configuration's, which stays open.
    `memory`: the states that are known already.
    """

    clock: Clock
    journal: Log
    process: Holder
    metrics: Metrics
    ledger: Callable[[Configuration], Ledger]
    memory: Memory
    stopping: Callable[[], bool]

    def beat(self, configuration: Configuration) -> None:
        """Says that the daemon is there."""
        with self._ledger(configuration) as ledger, ledger.write() as connection:
            heartbeats.beat(connection, self.process, self.clock.wall())

    def watch(self, configuration: Configuration) -> None:
        """Logs what has come to stand, and what stands no longer, each once, over restarts too, and notes whom to tell."""
        with self._ledger(configuration) as ledger:
            now, merchants = self.clock.wall(), list(configuration.merchants)
            with ledger.read() as connection:
                found = standing(connection, configuration, merchants, now)
                names = [
                    (owner.id, cart) for owner in configuration.merchants.values() for cart in owner.carts
                ]
                carts = glance.of_carts(connection, names)
                feeds = glance.latest_files(
                    connection, [str(of.key) for of in feeds_of(configuration, merchants)]
                )
            with ledger.write() as connection:
                notices = note(connection, configuration, found, now)
            self.metrics.stand(found, carts, feeds.values())
        for notice in notices:
            about = {"condition": notice.kind, "merchant": notice.merchant}
            if notice.turn == "begun":
                self.journal.warning(f"{notice.subject} is {notice.kind}: {notice.text}", **about)
            else:
                self.journal.info(f"{notice.subject} is {notice.kind} no longer", **about)

    def tell(self, configuration: Configuration) -> None:
        """Tells alert routes what they have not been told yet."""
        if not configuration.alerts:
            return
        with self._ledger(configuration) as ledger:
            teller = Teller(
                ledger=ledger,
                configuration=configuration,
                clock=self.clock,
                holder=self.process,
                environ=os.environ,
                stopping=self.stopping,
            )
            outcomes = teller.tell()
        self.metrics.told(outcomes)
        for outcome in outcomes:
            if outcome.problem:
                self.journal.warning(f"alerts {outcome.route}: {outcome.problem}; it is tried again")
            else:
                self.journal.info(f"alerts {outcome.route}: told of {outcome.conditions} conditions")

    def recount(self, configuration: Configuration) -> None:
        """Counts oversold SKUs where something has come in."""
        with self._ledger(configuration) as ledger:
            for problem in recount(ledger, configuration, self.clock.wall(), self.memory):
                self.journal.warning(problem)

    def retain(self, configuration: Configuration) -> None:
        """Once a day removes what no day within `[account] keep` needs."""
        with self._ledger(configuration) as ledger, ledger.read() as connection:
            kept = retention.kept_from(connection)
        if kept is not None and self.clock.wall() - configuration.account.keep - kept < A_DAY:
            return
        with (
            self._telling(),
            opened(
                configuration,
                self.clock,
                ledger=self.ledger(configuration),
                stopping=self.stopping,
                warn=self.journal.info,
            ) as context,
        ):
            swept = gc(context, dry_run=False, wait=True)
            self.journal.info(
                f"gc: {swept.archived} files of the archive, {swept.tables} tables and {swept.leftovers} leftovers removed"
            )

    @contextmanager
    def _ledger(self, configuration: Configuration) -> Iterator[Ledger]:
        with self._telling():
            yield self.ledger(configuration)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (Busy, Stopped):
            pass  # another process does it, or the next start
        except StockferryError as error:
            self.journal.warning(f"{error}")
        except Exception as error:  # noqa: BLE001 - a thread of its own: nobody else would tell it
            self.journal.warning(f"a defect of Stockferry itself: {type(error).__name__}: {error}")
