"""Something large done in a thread of its own while the caller goes on with what does not need it.

What is small is done in its turn, by the caller: a thread would cost more than it saves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

WORTH_A_THREAD = 1 << 16
"""Rows from which on a thread of its own is worth its cost."""

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


def ahead(items: Iterator[T], rows: Callable[[T], int], ready: Callable[[T], object]) -> Iterator[T]:
    """The items. While the caller is at one of many `rows`, the next is made, and then made `ready`, in a thread of its own."""
    item = next(items, None)
    while item is not None:
        if rows(item) < WORTH_A_THREAD:
            yield item
            item = next(items, None)
            continue
        with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
            following = pool.submit(_made_ready, items, ready)
            yield item
            item = following.result()


def _made_ready(items: Iterator[T], ready: Callable[[T], object]) -> T | None:
    item = next(items, None)
    if item is not None:
        ready(item)
    return item
