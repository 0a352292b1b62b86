"""How long one file may take: a server that drips is given up, as one that stalls is."""

from __future__ import annotations

from collections.abc import Callable

from batch.clock import elapsed

Late = Callable[[], bool]
"""Whether it has taken too long by now."""


def never() -> bool:
    """No file is on its way."""
    return False


def deadline(size: int, *, slowest: int, grace: float, now: Callable[[], float] = elapsed) -> Late:
    """From now on a file of `size` bytes may take `grace` seconds, and what `slowest` bytes per second need for it."""
    until = now() + grace + size / slowest
    return lambda: now() > until
