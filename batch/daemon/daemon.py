"""The daemon: looks which carts are due, receives for their merchants, and runs each of them by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import schedule

from batch.clock import Clock
from batch.config import Cart, Configuration, Schedule, load
from batch.context import Context
from batch.daemon.aside import Aside
from batch.daemon.duties import Duties
from batch.daemon.kept import Kept
from batch.daemon.metrics import Metrics
from batch.daemon.slots import Slot, latest_due
from batch.deliver.outbox import Told, run_record
from batch.errors import LedgerDamaged, StockferryError, Stopped
from batch.ledger import heartbeats, runs, slots
from batch.ledger.locks import Holder, is_gone, this_process
from batch.ledger.slots import Name
from batch.log import Log
from batch.runner.cycle import TROUBLE, Report, receive_only, run_cycle
from batch.runner.session import opened
from batch.spare import share_heaps
from batch.store.memory import Memory

LOOKING = 1
"""Seconds between two looks for carts that are due."""
READING = 2
"""Seconds between two looks at the configuration file."""
BEATING = 5
"""Seconds between two signs that the daemon is there."""
WATCHING = 5
"""Seconds between two looks for what is not as it should be."""
TELLING = 5
"""Seconds between two looks for alert routes that are to be told something."""
COUNTING = 60
"""Seconds between two looks for oversold SKUs."""
KEEPING = 3600
"""Seconds between two looks whether it is time to tidy up."""
ANOTHER = timedelta(seconds=30)
"""A daemon that has looked around so lately is at work."""
BESIDE = 3
"""So many duties are at work at a time."""
WIDTH = 32
"""So many carts and intakes are at work at a time: most of them wait for partners."""
PAUSE = timedelta(minutes=1)
"""So long a cart is left alone after something that no run could record: a full disk, say."""


@dataclass(frozen=True)
class Patience:
    """A clock on which nobody sleeps once the daemon is to stop: whoever waits for a lock, a settling file or a partner gives up."""

    inner: Clock
    stopped: threading.Event

    def now(self) -> datetime:
        return self.inner.now()

    def wall(self) -> datetime:
        return self.inner.wall()

    def sleep(self, seconds: float) -> None:
        if self.stopped.wait(seconds):
            raise Stopped("the daemon is to stop; the next start goes on from here")


@dataclass
class Daemon:
    """Runs until `stop` is set; `reread` has it read its configuration again. `journal` gets every file, run and trouble."""

    path: Path
    clock: Clock
    journal: Log
    metrics: Metrics = field(default_factory=Metrics)
    stop: threading.Event = field(default_factory=threading.Event)
    reread: threading.Event = field(default_factory=threading.Event)
    process: Holder = field(default_factory=this_process)
    _ledger: Kept = field(default_factory=Kept)
    memory: Memory = field(default_factory=Memory)
    _busy: dict[Name, object] = field(default_factory=dict)
    _resting: dict[Name, datetime] = field(default_factory=dict)
    _paused: datetime | None = None
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Ticks until it is stopped; then lets what is at work finish the file in hand.

        Raises:
            ConfigurationError: the configuration cannot be used at all.
            LedgerDamaged: the ledger cannot be trusted.
        """
        share_heaps()
        with closing(self._ledger):
            self._read()
            self._look_for_another()
            self._tick()

    def _tick(self) -> None:
        duties = Duties(
            clock=Patience(self.clock, self.stop),
            journal=self.journal,
            process=self.process,
            metrics=self.metrics,
            ledger=self._ledger,
            memory=self.memory,
            stopping=self.stop.is_set,
        )
        ticks = schedule.Scheduler()
        with (
            Aside(BESIDE) as aside,
            ThreadPoolExecutor(WIDTH, thread_name_prefix="cart") as self._carts,
            ThreadPoolExecutor(WIDTH, thread_name_prefix="group") as self._groups,
        ):
            ticks.every(LOOKING).seconds.do(self._look)
            ticks.every(READING).seconds.do(self._read_again)
            for seconds, duty in (
                (BEATING, duties.beat),
                (WATCHING, duties.watch),
                (TELLING, duties.tell),
                (COUNTING, duties.recount),
                (KEEPING, duties.retain),
            ):
                ticks.every(seconds).seconds.do(self._begin, aside, duty)
            ticks.run_all()
            try:
                while not self.stop.wait(max(0.0, min(ticks.idle_seconds or 0.0, LOOKING))):
                    ticks.run_pending()
            finally:
                self.stop.set()

    def _look_for_another(self) -> None:
        with self._ledger(self._configuration).read() as connection:
            last = heartbeats.latest(connection)
        if last is None or is_gone(last.process) or self.clock.wall() - last.at > ANOTHER:
            return
        host, pid, _ = last.process.rsplit(" ", 2)
        self.journal.warning(
            f"another daemon (process {pid} on {host}) is at work on this state folder; no slot is taken twice, but stop one of them"
        )

    def _begin(self, aside: Aside, duty: Callable[[Configuration], object]) -> None:
        aside.begin(duty.__name__, partial(duty, self._configuration))

    def _read(self) -> None:
        self._seen = self.path.stat().st_mtime_ns if self.path.exists() else 0
        configuration = load(self.path)
        self._ledger(configuration)
        self.memory.room = configuration.account.memory
        self._configuration = configuration

    def _read_again(self) -> None:
        """A changed file is taken over; one that cannot be used is not, and the daemon goes on with what it has."""
        try:
            changed = self.path.stat().st_mtime_ns != self._seen
        except OSError as error:
            changed = self.reread.is_set()
            if changed:
                self.journal.warning(
                    f"{self.path}: {error.strerror}; the daemon goes on with the configuration it has"
                )
                self.reread.clear()
            return
        if not changed and not self.reread.is_set():
            return
        self.reread.clear()
        try:
            self._read()
        except StockferryError as error:
            self.journal.warning(f"{error}\nthe daemon goes on with the configuration it has")
            return
        self.journal.info(f"{self.path}: taken over")

    def _look(self) -> None:
        """Begins what is due; one that is still at work is not begun twice."""
        configuration, now = self._configuration, self.clock.wall()
        if self._paused is not None and self._paused > now:
            return
        carts = {(cart.merchant, cart.id): cart for cart in scheduled(configuration)}
        try:
            due = self._due(configuration, carts, now)
        except LedgerDamaged:
            raise
        except StockferryError as error:
            self.journal.warning(f"{error}")
            self._paused = now + PAUSE
            return
        for names in groups(configuration, list(due)):
            chosen = {name: carts[name] for name in names}
            with self._guard:
                self._busy.update(dict.fromkeys(names, now))
            self._groups.submit(self._run, configuration, chosen, {name: due[name] for name in names})

    def _due(
        self, configuration: Configuration, carts: Mapping[Name, Cart], now: datetime
    ) -> dict[Name, Slot]:
        ledger = self._ledger(configuration)
        with ledger.read() as connection:
            last = slots.last_taken(connection, now)
        if fresh := carts.keys() - last.keys():
            with ledger.write() as connection:
                slots.begin(connection, sorted(fresh), now)
        with self._guard:
            free = [name for name in carts if name in last and not self._occupied(name, now)]
        found = {name: latest_due(plan(carts[name]), "/".join(name), last[name], now) for name in free}
        return {name: slot for name, slot in found.items() if slot is not None}

    def _occupied(self, name: Name, now: datetime) -> bool:
        return name in self._busy or self._resting.get(name, now) > now

    def _run(
        self, configuration: Configuration, carts: Mapping[Name, Cart], due: Mapping[Name, Slot]
    ) -> None:
        """Receives once for all of them, then lets each go its own way."""
        merchants = list(dict.fromkeys(merchant for merchant, _ in carts))
        clock = Patience(self.clock, self.stop)
        try:
            with opened(
                configuration,
                clock,
                ledger=self._ledger(configuration),
                memory=self.memory,
                slots={name: slot.at for name, slot in due.items()},
                stopping=self.stop.is_set,
                warn=self.journal.warning,
            ) as context:
                self._tell(receive_only(context, list(carts.values()), merchants, wait=True))
                wait(
                    [self._carts.submit(self._sync, context, cart, due[name]) for name, cart in carts.items()]
                )
        except Exception as error:  # noqa: BLE001 - what happens to some carts must not end the others
            self._give_up(f"receiving for {', '.join(merchants)}", error, list(carts))

    def _sync(self, context: Context, cart: Cart, slot: Slot) -> None:
        name, begun = (cart.merchant, cart.id), self.clock.wall()
        try:
            if not context.stopping():
                report = run_cycle(context, [cart], (), wait=True)
                self._tell(report)
            if not context.stopping():
                note_unrun(context, cart, slot.at, report)
                self.metrics.slot(
                    delay=(begun - slot.due).total_seconds(),
                    took=(self.clock.wall() - begun).total_seconds(),
                )
        except Exception as error:  # noqa: BLE001 - as above
            self._give_up(f"cart {cart.merchant}/{cart.id}", error, [name])
        with self._guard:
            self._busy.pop(name, None)

    def _give_up(self, what: str, error: Exception, names: Sequence[Name]) -> None:
        """Says it, and leaves these carts alone for a while."""
        defect = (
            ""
            if isinstance(error, StockferryError)
            else f"a defect of Stockferry itself: {type(error).__name__}: "
        )
        self.journal.warning(f"{what}: {defect}{error}")
        for name in names:
            self._rest(name)

    def _rest(self, name: Name) -> None:
        with self._guard:
            self._resting[name] = self.clock.wall() + PAUSE
            self._busy.pop(name, None)

    def _tell(self, report: Report) -> None:
        self.metrics.report(report)
        for file in report.files:
            self.journal.info(
                f"feed {file.feed.title}: {file.entry.name} {file.status} {file.reason}".rstrip(),
                merchant=file.feed.merchant,
                file=file.entry.name,
                rejected=file.counts.rejected,
            )
        for cart in report.carts:
            what = f"{cart.document}, {cart.lines} lines" if cart.document else cart.reason
            tell = self.journal.warning if cart.status in TROUBLE else self.journal.info
            tell(
                f"cart {cart.merchant}/{cart.cart}: {cart.status}: {what}",
                merchant=cart.merchant,
                cart=cart.cart,
                run=cart.run,
            )
        for problem in report.problems:
            self.journal.warning(f"{problem.where}: {problem.message}")


def scheduled(configuration: Configuration) -> list[Cart]:
    """The carts that have a schedule."""
    return [
        cart
        for merchant in configuration.merchants.values()
        for cart in merchant.carts.values()
        if cart.schedule is not None
    ]


def plan(cart: Cart) -> Schedule:
    """The schedule of a cart that has one."""
    if cart.schedule is None:
        raise ValueError(f"cart {cart.merchant}/{cart.id} has no schedule")
    return cart.schedule


def groups(configuration: Configuration, due: Sequence[Name]) -> list[list[Name]]:
    """The carts that feeds are received for together: a merchant's own, or all, where a feed is the account's."""
    if configuration.inventory:
        return [list(due)] if due else []
    merchants = dict.fromkeys(merchant for merchant, _ in due)
    return [[name for name in due if name[0] == merchant] for merchant in merchants]


def note_unrun(context: Context, cart: Cart, slot: datetime, report: Report) -> None:
    """A slot of which no run was recorded (an earlier delivery is still open, a table is damaged) is taken all the same."""
    with context.ledger.read() as connection:
        if slots.is_taken(connection, (cart.merchant, cart.id), slot):
            return
    with context.ledger.write() as connection:
        reasons = [outcome.reason for outcome in report.carts if outcome.reason]
        told = Told(complete=False, since=0, seq=0)
        reason = "; ".join(reasons) or "nothing could be done"
        runs.record_run(connection, run_record(context, cart, told, status="failed", reason=reason))
