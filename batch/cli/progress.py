"""Progress bars where a person waits; nothing at all where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Progress = Callable[[list[Any], str], Iterable[Any]]


@contextmanager
def bars() -> Iterator[Progress]:
    """Yields a function that wraps a list; on a terminal (stderr) its progress is shown while it is worked on."""
    if not sys.stderr.isatty():
        yield lambda items, _title: items
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    with Bars(console=console, transient=True) as shown:

        def wrap(items: list[Any], title: str) -> Iterable[Any]:
            task = shown.add_task(title, total=len(items))
            for item in items:
                yield item
                shown.advance(task)
            shown.remove_task(task)

        yield wrap
