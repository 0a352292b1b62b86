"""A fuse around everything that has an effect: it stops the world before or after effect number so-and-so."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from batch.context import Context

PRIMITIVES = ("list", "stat", "read", "write", "rename", "remove", "make_folder")


class Blown(BaseException):
    """The fuse: not an Exception, so that nothing in the runner can catch it."""


def stop() -> None:
    """Stops as an exception that nobody expects."""
    raise Blown


@dataclass
class Fuse:
    """Stops before or after effect `limit` (0: never); from then on nothing has any effect any more.

    `stopping`: how it stops. `names`: the effects so far, in order; those of other threads among them.
    """

    limit: int = 0
    after: bool = False
    stopping: Callable[[], None] = stop
    blown: bool = False
    names: list[str] = field(default_factory=list)
    _guard: Any = field(default_factory=threading.Lock)

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        with self._guard:
            self.names.append(name)
            mine = len(self.names)
        if self.blown or (mine == self.limit and not self.after):
            self._blow()
        yield
        if mine == self.limit:
            self._blow()

    def guard(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **more: Any) -> Any:
            with self.around(name):
                return act(*args, **more)

        return guarded

    def _blow(self) -> None:
        self.blown = True
        self.stopping()


class Fused:
    """A port whose named methods go through a fuse."""

    def __init__(self, inner: Any, fuse: Fuse, port: str, *names: str) -> None:
        self._inner, self._fuse, self._port, self._names = inner, fuse, port, names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._fuse.guard(f"{self._port} {name}", found) if name in self._names else found


class FusedLedger(Fused):
    """A transaction is an effect, and so is the moment before it is committed."""

    @contextmanager
    def write(self) -> Iterator[Any]:
        with self._fuse.around("ledger write"), self._inner.write() as connection:
            yield connection
            with self._fuse.around("ledger commit"):
                pass


class FusedConnections(Fused):
    """Every primitive of every remote is an effect of its own."""

    def use(self, name: str, act: Callable[[Any], Any]) -> Any:
        return self._inner.use(name, lambda remote: act(Fused(remote, self._fuse, "remote", *PRIMITIVES)))


def fused(context: Context, fuse: Fuse) -> Context:
    """The context with a fuse around every port: ledger, archive, tables, remotes, clock."""
    return replace(
        context,
        ledger=FusedLedger(context.ledger, fuse, "ledger"),
        archive=Fused(context.archive, fuse, "archive", "put"),
        tables=Fused(context.tables, fuse, "tables", "write"),
        remotes=FusedConnections(context.remotes, fuse, "remotes"),
        clock=Fused(context.clock, fuse, "clock", "sleep", "wall"),
    )


@contextmanager
def disk(fuse: Fuse, folder: Path) -> Iterator[None]:
    """The fuse around syncing and renaming files below a folder too: what lies there may be half done."""

    def watched(name: str, act: Callable[..., Any], *, only: bool) -> Callable[..., Any]:
        def acted(first: Any, *args: Any, **more: Any) -> Any:
            if only and not str(first).startswith(str(folder)):
                return act(first, *args, **more)
            with fuse.around(name):
                return act(first, *args, **more)

        return acted

    with (
        patch("os.replace", watched("disk replace", os.replace, only=True)),
        patch("os.fsync", watched("disk fsync", os.fsync, only=False)),
    ):
        yield
