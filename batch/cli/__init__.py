"""What the operator types. One module per command; none of them decides anything.

Importing a command must stay cheap: what it needs is imported when it runs.
"""

from __future__ import annotations

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
    finally:
        freeze()  # or the interpreter, which is about to end, would look through all that was imported for garbage
