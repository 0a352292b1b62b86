"""Bytes at hand: what this process has staged is uploaded without being read from the archive again."""

from __future__ import annotations

import threading

ROOM = 1 << 26
"""Bytes of documents that wait for their upload together; a single one may have more, it is in memory in any case."""


class Held:
    """Documents by the number of their delivery, each until somebody takes it. What there is no room for is not held."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self._guard = threading.Lock()
        self._held: dict[int, bytes] = {}

    def hold(self, delivery: int, data: bytes) -> None:
        """Keeps the document of a delivery, if there is room or no other is held."""
        with self._guard:
            if not self._held or sum(map(len, self._held.values())) + len(data) <= self.room:
                self._held[delivery] = data

    def take(self, delivery: int) -> bytes | None:
        """The document, if it is held; it is not held any more then."""
        with self._guard:
            return self._held.pop(delivery, None)
