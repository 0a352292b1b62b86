"""Work in lanes: what is in one lane is done one after another, lanes go side by side."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Lanes:
    """At most `width` lanes are at work at a time, so that a slow one holds up itself alone.

    Leaving the `with` block waits for what is being done; after an error what has not begun is left undone.
    """

    def __init__(self, width: int) -> None:
        self._pool = ThreadPoolExecutor(width, thread_name_prefix="lane")
        self._guard = threading.Lock()
        self._queues: dict[str, deque[tuple[Future[Any], Callable[[], Any]]]] = {}
        self._stopped = False

    def submit(self, lane: str, act: Callable[[], T]) -> Future[T]:
        """Puts work at the end of a lane."""
        future: Future[T] = Future()
        with self._guard:
            idle = lane not in self._queues
            self._queues.setdefault(lane, deque()).append((future, act))
        if idle:
            self._pool.submit(self._drive, lane)
        return future

    def _drive(self, lane: str) -> None:
        while True:
            with self._guard:
                if not self._queues[lane]:
                    del self._queues[lane]
                    return
                future, act = self._queues[lane].popleft()
            if self._stopped:
                future.cancel()
                continue
            try:
                future.set_result(act())
            except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
                future.set_exception(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = error is not None
        self._pool.shutdown()


def result(future: Future[T], meanwhile: Callable[[], object], every: float) -> T:
    """The result once it is there; `meanwhile` is called every so many seconds.

    Raises:
        Whatever the work raised.
    """
    while not future.done() and not wait([future], timeout=every).done:
        meanwhile()
    return future.result()
