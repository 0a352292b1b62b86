"""Trying again: only what may pass, each time over a new connection, with pauses that grow at random."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from batch.errors import RemoteError, RemoteRefused, StockferryError
from batch.remotes import connect
from batch.remotes.contract import Remote
from batch.remotes.settings import RemoteSettings

ATTEMPTS = 3
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 60.0

T = TypeVar("T")


def with_retry(
    connect: Callable[[], Remote],
    act: Callable[[Remote], T],
    *,
    sleep: Callable[[float], None],
    random: Callable[[], float],
    attempts: int = ATTEMPTS,
) -> T:
    """What `act` returns, with a new connection for each attempt, closed after it.

    Errors whose class says `retry` are tried again, up to `attempts` in all; between them
    `random()` (0 to 1) times 2, 4, 8 … at most 60 seconds.

    Raises:
        RemoteError: the last one.
    """

    def attempt() -> T:
        with connect() as remote:
            return act(remote)

    result: T = _retrying(sleep, random, attempts)(attempt)
    return result


class Connections:
    """The remotes of one cycle: each is connected when it is first used, and kept. For one thread.

    A remote that could not be connected is not tried again: its error is raised at once, so that others need
    not wait for it.
    """

    def __init__(
        self,
        settings: Mapping[str, RemoteSettings],
        *,
        base: Path,
        environ: Mapping[str, str],
        sleep: Callable[[float], None],
        random: Callable[[], float],
        attempts: int = ATTEMPTS,
    ) -> None:
        self._settings = settings
        self._base = base
        self._environ = environ
        self._retrying = _retrying(sleep, random, attempts)
        self._open: dict[str, Remote] = {}
        self._down: dict[str, RemoteError] = {}

    def use(self, name: str, act: Callable[[Remote], T]) -> T:
        """What `act` returns for the remote `name`; tried again as `with_retry` does.

        Raises:
            RemoteError: the last one, or the one by which connecting failed earlier in this cycle.
        """
        if name in self._down:
            raise self._down[name]
        result: T = self._retrying(self._attempt, name, act)
        return result

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


def _retrying(sleep: Callable[[float], None], random: Callable[[], float], attempts: int) -> Retrying:
    def pause(state: RetryCallState) -> float:
        return random() * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (state.attempt_number - 1))

    return Retrying(
        sleep=sleep,
        wait=pause,
        stop=stop_after_attempt(attempts),
        retry=retry_if_exception(_may_pass),
        reraise=True,
    )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, StockferryError) and error.retry
