"""The ledger as the daemon has it: held open from one look to the next."""

from __future__ import annotations

from threading import Lock

from batch.config import Configuration
from batch.ledger.engine import Ledger, check_again, open_ledger
from batch.runner.session import LEDGER


class Kept:
    """One ledger for all threads. Opened anew where the configuration names another, or another file has taken its place."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._ledger: Ledger | None = None

    def __call__(self, configuration: Configuration) -> Ledger:
        """The configuration's ledger.

        Raises:
            LedgerDamaged: it cannot be trusted, or a newer release has taken it over.
            StoreError, Busy: as `open_ledger` does.
        """
        path = configuration.state / LEDGER
        with self._guard:
            if self._ledger is None or self._ledger.path != path or self._ledger.replaced:
                self._close()
                self._ledger = open_ledger(path)
            else:
                check_again(self._ledger)
            return self._ledger

    def close(self) -> None:
        """Whoever is still at work with it may go on to, as long as its file lies there."""
        with self._guard:
            self._close()

    def _close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
