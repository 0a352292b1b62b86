"""Something large done in a thread of its own while the caller goes on with what does not need it.

What is small is done in its turn, by the caller: a thread would cost more than it saves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")

WORTH_A_THREAD = 1 << 16
"""Rows from which on a thread of its own is worth its cost."""

AHEAD = "ahead"
BYTES_OF_A_ROW = 64
"""In a file that nobody has read yet, about."""


@contextmanager
def beside(act: Callable[[], T], rows: int) -> Iterator[Callable[[], T]]:
    """Begins `act` if it is about many rows, and gives what to call for its result; of few, that call does it.

    It is over when the `with` block is, whatever happens there.
    """
    if rows < WORTH_A_THREAD:
        yield act
        return
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as pool:
        yield pool.submit(act).result


@contextmanager
def ahead(
    items: Iterator[T], rows: Callable[[T], int], ready: Callable[[T], object]
) -> Iterator[Iterator[T]]:
    """Gives the items. While the caller is at one of many `rows`, the next is made, and then made `ready`, in a thread of its own.

    Leaving the block waits for the thread. A process that is being stopped does not: what is begun then stays as a crash
    leaves it (`left_behind`).
    """
    walk = _Walk(items, rows, ready)
    is_stopped = False
    try:
        yield iter(walk)
    except (SystemExit, KeyboardInterrupt):
        is_stopped = True
        raise
    finally:
        if not is_stopped:
            walk.wait()


def left_behind() -> bool:
    """Whether a thread of `ahead` is still at work."""
    return any(thread.name == AHEAD for thread in threading.enumerate())


class _Walk(Generic[T]):
    """The items, one after the other."""

    def __init__(self, items: Iterator[T], rows: Callable[[T], int], ready: Callable[[T], object]) -> None:
        self._items, self._rows, self._ready = items, rows, ready
        self._thread: threading.Thread | None = None

    def __iter__(self) -> Iterator[T]:
        item = next(self._items, None)
        while item is not None:
            if self._rows(item) < WORTH_A_THREAD:
                yield item
                item = next(self._items, None)
            else:
                following = self._begun()
                yield item
                item = following.result()

    def _begun(self) -> Future[T | None]:
        future: Future[T | None] = Future()
        self._thread = threading.Thread(target=self._make_next, args=(future,), name=AHEAD, daemon=True)
        self._thread.start()
        return future

    def _make_next(self, future: Future[T | None]) -> None:
        try:
            item = next(self._items, None)
            if item is not None:
                self._ready(item)
            future.set_result(item)
        except BaseException as error:  # noqa: BLE001 - raised where the item is asked for
            future.set_exception(error)

    def wait(self) -> None:
        if self._thread is not None:
            self._thread.join()
