"""What goes to stderr. Results go to stdout, and nothing else does."""

from __future__ import annotations

import logging
import sys
from typing import Any, Protocol

LIBRARIES = ("paramiko", "asyncssh", "asyncio")


def configure() -> None:
    """Sends our log to stderr; the libraries' own chatter (and their tracebacks) stays out of it."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s", force=True)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class Log(Protocol):
    """A log of events, each with the merchant, cart, run and file that it is about, as far as it is about them."""

    def info(self, event: str, **about: Any) -> Any: ...

    def warning(self, event: str, **about: Any) -> Any: ...


def events(*, as_json: bool) -> Log:
    """The daemon's log on stderr: a line for each event, for people or (`as_json`) one JSON object. Times are UTC."""
    import structlog

    last = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False)
    )
    log: Log = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            last,
        ],
    )
    return log


def warn(message: str) -> None:
    """A sentence for the operator that stops nothing."""
    logging.getLogger("stockferry").warning("warning: %s", message)
