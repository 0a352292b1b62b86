"""Memory that was used and is free, given back to the system: malloc keeps much of it for what may come."""

from __future__ import annotations

from contextlib import suppress

from batch.beside import WORTH_A_THREAD

# malloc.h of the GNU C library
M_ARENA_MAX = -8

MOST_ARENAS = 2
"""Heaps of a process whose threads come and go."""


def give_back(rows: int) -> None:
    """After a step on so many rows; after one on few there is nothing that is worth it."""
    if rows >= WORTH_A_THREAD:
        _ask("malloc_trim", 0)


def share_heaps() -> None:
    """Before many threads are begun: each would have a heap of its own, in which ever more stays free between what is kept."""
    _ask("mallopt", M_ARENA_MAX, MOST_ARENAS)


def _ask(name: str, *words: int) -> None:
    """Only the GNU C library has these calls, and some systems no such library."""
    import ctypes

    with suppress(OSError, AttributeError, TypeError):
        getattr(ctypes.CDLL(None), name)(*words)
