"""Trying again: only what may pass, each time over a new connection, with pauses that grow at random."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Self, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from batch.errors import RemoteError, RemoteRefused, StockferryError
from batch.remotes import connect
from batch.remotes.contract import Remote
from batch.remotes.settings import RemoteSettings

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 60.0

T = TypeVar("T")


class Connections:
    """The remotes of one cycle: each is connected when it is first used, and kept.

    A remote is used by one thread at a time; another one waits. One that could not be connected is not tried again:
    its error is raised at once, so that others need not wait for it.
    """

    def __init__(
        self,
        settings: Mapping[str, RemoteSettings],
        *,
        base: Path,
        environ: Mapping[str, str],
        sleep: Callable[[float], None],
        random: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._base = base
        self._environ = environ
        self._sleep = sleep
        self._random = random
        self._in_use: defaultdict[str, Lock] = defaultdict(Lock)
        self._open: dict[str, Remote] = {}
        self._down: dict[str, RemoteError] = {}

    def use(self, name: str, act: Callable[[Remote], T]) -> T:
        """What `act` returns for the remote `name`.

        Errors whose class says `retry` are tried again over a new connection, as often and as long as the remote's settings
        say; between attempts `random()` (0 to 1) times 2, 4, 8 … at most 60 seconds.

        Raises:
            RemoteError: the last one, or the one by which connecting failed earlier in this cycle.
        """
        with self._in_use[name]:
            if name in self._down:
                raise self._down[name]
            result: T = self._retrying(name)(self._attempt, name, act)
        return result

    def attempts(self, name: str) -> int:
        """How often an act on that remote is tried at most."""
        return self._settings[name].attempts if name in self._settings else 1

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _attempt(self, name: str, act: Callable[[Remote], T]) -> T:
        remote = self._connected(name)
        try:
            return act(remote)
        except StockferryError as error:
            if error.retry:
                self._discard(name)
            raise

    def _connected(self, name: str) -> Remote:
        if name in self._open:
            return self._open[name]
        if name not in self._settings:
            raise RemoteRefused(
                f"remote {name}: not configured any more; known: {', '.join(self._settings)}; configure it again"
            )
        try:
            remote = connect(name, self._settings[name], base=self._base, environ=self._environ)
        except RemoteError as error:
            self._down[name] = error
            raise
        self._down.pop(name, None)
        self._open[name] = remote
        return remote

    def _discard(self, name: str) -> None:
        self._open.pop(name).close()

    def _retrying(self, name: str) -> Retrying:
        attempts = self.attempts(name)
        within = self._settings[name].retry_within.total_seconds() if name in self._settings else 0.0

        def pause(state: RetryCallState) -> float:
            return self._random() * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (state.attempt_number - 1))

        def enough(state: RetryCallState) -> bool:
            spent = max(state.seconds_since_start or 0.0, state.idle_for)
            return state.attempt_number >= attempts or spent >= within

        return Retrying(
            sleep=self._sleep,
            wait=pause,
            stop=enough,
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, StockferryError) and error.retry
