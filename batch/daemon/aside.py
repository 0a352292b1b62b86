"""Work beside the carts: each kind in its turn, and never twice at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self


class Aside:
    """Leaving the `with` block waits for what is at work."""

    def __init__(self, width: int) -> None:
        self._pool = ThreadPoolExecutor(width, thread_name_prefix="aside")
        self._guard = threading.Lock()
        self._at_work: set[str] = set()

    def begin(self, name: str, act: Callable[[], object]) -> bool:
        """Begins it in a thread, unless what was begun under this name is still at work; whether it was begun."""
        with self._guard:
            if name in self._at_work:
                return False
            self._at_work.add(name)
        self._pool.submit(self._do, name, act)
        return True

    def _do(self, name: str, act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            with self._guard:
                self._at_work.discard(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()
