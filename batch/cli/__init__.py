"""What the operator types. One module per command; none of them decides anything.

Importing a command must stay cheap: what it needs is imported when it runs.
"""

from __future__ import annotations

import os
from gc import freeze, set_threshold
from typing import NoReturn

__all__ = ["main"]

NEW_OBJECTS = 500_000
"""After so many, garbage is looked for. Imports alone make 200,000, and Python's own 700 would go through them again and again."""


def main() -> NoReturn:
    """Runs a command, and ends the process with its exit code."""
    set_threshold(NEW_OBJECTS)
    try:
        from batch.cli.app import main as run

        run()
    except SystemExit as end:
        _end_beside_threads(end)
        raise
    finally:
        freeze()  # or the interpreter, which is about to end, would look through all that was imported for garbage


def _end_beside_threads(end: SystemExit) -> None:
    """Ends the process where a thread is still at work, which the interpreter would pull the ground from under."""
    import sys

    beside = sys.modules.get("batch.beside")
    if beside is not None and beside.left_behind():
        if sys.stdout is not None:  # it may have been closed before we began
            sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)
