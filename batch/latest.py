"""What was asked for last, kept for the next who asks the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Latest(Generic[K, V]):
    """One value, kept until another is asked for. Threads that ask for the same one have it made once."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: tuple[K, V] | None = None

    @property
    def kept(self) -> tuple[K, V] | None:
        """What is kept, with its key."""
        return self._kept

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of that key: the one kept, or else made and kept. After an error nothing is kept."""
        with self._guard:
            if self._kept is None or self._kept[0] != key:
                self._kept = None
                self._kept = (key, make())
            return self._kept[1]

    def drop(self) -> None:
        """Nothing is kept."""
        with self._guard:
            self._kept = None
