"""What a cycle works with. Everything that touches the world is in here, so that a test can put in its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from batch.held import Held

if TYPE_CHECKING:
    from batch.clock import Clock
    from batch.config import Configuration
    from batch.ledger.engine import Ledger
    from batch.ledger.locks import Holder
    from batch.model import State
    from batch.remotes.retry import Connections
    from batch.store.archive import Archive
    from batch.store.memory import Memory
    from batch.store.tables import Tables

T = TypeVar("T")


def silent(_: str) -> None:
    """Says nothing."""


def never() -> bool:
    """No."""
    return False


def no_progress(items: Iterable[T], _: str) -> Iterable[T]:
    """Shows nothing."""
    return items


@dataclass(frozen=True, kw_only=True)
class Context:
    """The world of one cycle.

    `recorded_as`: SHA-256 of the configuration in the archive. `dry_run`: nothing outside a scratch state folder
    is changed. `slots`: (merchant, cart) → the time that it is due at, for a run that the daemon begins. `stopping`: whether
    nothing new is to be begun. `warn` gets a sentence for the operator; `progress` wraps a list that a person may have to wait for.
    `memory`: what stays known from one cycle to the next, in a process that has several. `held`: documents that this one has staged.
    """

    configuration: Configuration
    recorded_as: str
    ledger: Ledger
    archive: Archive
    tables: Tables
    remotes: Connections
    clock: Clock
    holder: Holder
    dry_run: bool = False
    slots: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    stopping: Callable[[], bool] = never
    warn: Callable[[str], None] = silent
    progress: Callable[[list[T], str], Iterable[T]] = no_progress
    memory: Memory | None = None
    held: Held = field(default_factory=Held)
    _states: dict[str, State] = field(default_factory=dict)
    _configurations: dict[str, Configuration] = field(default_factory=dict)

    def state(self, merchant: str, seq: int | None = None) -> State:
        """The merchant's state, at the intake `seq` if that is given; read once per cycle, unless others take in meanwhile."""
        from batch.store import state

        known = self._states.get(merchant)
        if known is None or seq not in (None, known.seq):
            known = self._states[merchant] = state.load(
                self.ledger, self.tables, merchant, seq, memory=self.memory
            )
        return known

    def recorded(self, sha256: str) -> Configuration:
        """The configuration that was recorded with a run, by the SHA-256 under which it is archived; read once.

        Raises:
            ConfigurationError: this release cannot use it.
            StoreError: it is missing from the archive, or damaged.
        """
        from batch.config import recorded

        if sha256 == self.recorded_as:
            return self.configuration
        if sha256 not in self._configurations:
            source = self.archive.get(sha256)
            self._configurations[sha256] = recorded(source, self.configuration.folder)
        return self._configurations[sha256]

    @property
    def at_hand(self) -> tuple[str, ...]:
        """The merchants whose states the cycle has had to do with."""
        return tuple(self._states)

    def forget(self) -> None:
        """The cycle is over: what memory has no room for goes."""
        if self.memory is not None:
            self.memory.trim(self._states)

    def advanced(self, merchant: str, after: State) -> None:
        """An intake has been recorded: this is the state after it."""
        self._states[merchant] = after
