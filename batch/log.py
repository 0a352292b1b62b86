"""What goes to stderr. Results go to stdout, and nothing else does."""

from __future__ import annotations

import logging
import sys

LIBRARIES = ("paramiko", "asyncssh", "asyncio")


def configure() -> None:
    """Sends our log to stderr; the libraries' own chatter (and their tracebacks) stays out of it."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s", force=True)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def warn(message: str) -> None:
    """A sentence for the operator that stops nothing."""
    logging.getLogger("stockferry").warning("warning: %s", message)
