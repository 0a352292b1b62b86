"""Something large done in a thread of its own while the caller goes on with what does not need it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

WORTH_A_THREAD = 1 << 16
"""Rows from which on a thread of its own is worth its cost."""


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
