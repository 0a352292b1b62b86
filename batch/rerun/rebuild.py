"""A past sync built once more, from the state that was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from batch.advise.document import Document, write_documents
from batch.config import Cart, Configuration
from batch.context import Context
from batch.deliver.lines import lines_of
from batch.errors import ConfigurationError, UsageError
from batch.ledger import runs
from batch.model import State
from batch.rerun.past import Past
from batch.rerun.reread import Reading, reread
from batch.settings import number_series
from batch.store import state

NOTHING: Sequence[Document] = ()
Inputs = Literal["as recorded", "read again"]
"""The rows of the files of then: as they were understood then, or read once more from the archive."""


@dataclass(frozen=True)
class Builder:
    """Builds past syncs. A state serves the carts that were synced at it.

    `current`: by today's configuration instead of the one that was recorded with each run; files that it reads in another
    way are read again. `every`: all files are read again, whatever the configuration.
    """

    context: Context
    current: bool
    every: bool
    _states: dict[str, State] = field(default_factory=dict)
    _readings: dict[tuple[str, str], Reading] = field(default_factory=dict)

    def recorded(self, past: Past) -> Configuration:
        """The configuration that the sync ran under; for an instant without a run today's.

        Raises:
            UsageError: this release cannot use it.
            StoreError: it is missing from the archive, or damaged.
        """
        context, sha256 = self.context, past.configuration
        if sha256 is None:
            return context.configuration
        try:
            return context.recorded(sha256)
        except ConfigurationError as error:
            raise UsageError(
                f"{past.title}: its configuration cannot be used by this release; --current-config takes "
                f"today's instead\n{error}"
            ) from error

    def source(self, past: Past) -> Configuration:
        """The configuration that this rerun goes by."""
        return self.context.configuration if self.current else self.recorded(past)

    def recorded_as(self, past: Past) -> str:
        """The SHA-256 of `source` in the archive."""
        return self.context.recorded_as if self.current else past.configuration or self.context.recorded_as

    def lines(self, past: Past, configuration: Configuration, inputs: Inputs) -> pd.DataFrame:
        """What the cart was to be told, as `lines_of` has it.

        Raises:
            UsageError: the configuration has no such cart.
            DocumentRefused: as `lines_of`.
        """
        cart, known = cart_of(past, configuration), self._state(past, inputs)
        return lines_of(configuration, cart, known, complete=past.told.complete, since=past.told.since)

    def documents(self, past: Past, configuration: Configuration, inputs: Inputs) -> Sequence[Document]:
        """The documents as they were to be written: with the run's clock and number, or the next number if none ran.

        Raises:
            UsageError: the configuration has no such cart.
            DocumentRefused: as `lines_of` and `write_documents`.
        """
        cart, lines = cart_of(past, configuration), self.lines(past, configuration, inputs)
        if not len(lines):
            return NOTHING
        number = past.number
        if number is None:
            with self.context.ledger.read() as connection:
                number = runs.next_number(connection, number_series(cart))
        return write_documents(lines, cart, number=number, now=past.at, complete=past.told.complete)

    @property
    def inputs(self) -> Inputs:
        """How this rerun takes the files of then."""
        return "read again" if self.current or self.every else "as recorded"

    def _state(self, past: Past, inputs: Inputs) -> State:
        if inputs == "read again":
            read = self._read_again(past)
            if read is not None:
                return read
        known = self._states.get(past.merchant)
        if known is None or known.seq != past.told.seq:
            known = state.load(self.context.ledger, self.context.tables, past.merchant, past.told.seq)
            self._states[past.merchant] = known
        return known

    def _read_again(self, past: Past) -> State | None:
        key = (past.merchant, self.recorded_as(past))
        earlier = self._readings.get(key)
        if earlier is not None and earlier.state.seq > past.told.seq:
            earlier = None
        read = reread(self.context, past, self.source(past), earlier=earlier, every=self.every)
        if read is None:
            return None
        self._readings[key] = read
        return read.state


def cart_of(past: Past, configuration: Configuration) -> Cart:
    """The cart, as it is configured there.

    Raises:
        UsageError: it is not.
    """
    owner = configuration.merchants.get(past.merchant)
    if owner is None or past.cart not in owner.carts:
        raise UsageError(
            f"{past.title}: the configuration has no such cart any more; leave out --current-config"
        )
    return owner.carts[past.cart]
