"""Memory that was used and is free, given back to the system: malloc keeps much of it for what may come."""

from __future__ import annotations

from contextlib import suppress

from batch.beside import WORTH_A_THREAD


def give_back(rows: int) -> None:
    """After a step on so many rows; after one on few there is nothing that is worth it."""
    if rows < WORTH_A_THREAD:
        return
    import ctypes

    with suppress(OSError, AttributeError, TypeError):  # only glibc has it, and some systems no such library
        ctypes.CDLL(None).malloc_trim(0)
