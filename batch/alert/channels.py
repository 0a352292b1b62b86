"""The ways to people: Apprise, which speaks to most services, and a command of the operator's own."""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from batch.alert.message import Message
from batch.errors import AlertFailed

PATIENCE = 60
"""Seconds that a command may take."""
MISSING = "Apprise is not installed; pip install 'stockferry[alerts]', or give the route a command"

logging.getLogger("apprise").setLevel(
    logging.CRITICAL + 1
)  # its words may hold addresses, and these hold secrets


def by_apprise(urls: Sequence[str], message: Message) -> None:
    """Sends the message to every address.

    Raises:
        AlertFailed: Apprise is missing, or one of them (told by its place and kind: an address holds secrets) was not reached.
    """
    try:
        import apprise
    except ImportError:
        raise AlertFailed(MISSING) from None
    failed = [
        f"{place} ({_service(url)})"
        for place, url in enumerate(urls, start=1)
        if not _notified(apprise.Apprise(), url, message)
    ]
    if failed:
        raise AlertFailed(
            f"address {', '.join(failed)} of {len(urls)}: not reached, or not an address of Apprise's; try it with its own command"
        )


def _service(url: str) -> str:
    """`slack` of `slack://…`; the rest of an address is secret."""
    return url.partition("://")[0] if "://" in url else "no address"


def _notified(sender: Any, url: str, message: Message) -> bool:
    return bool(
        sender.add(url) and sender.notify(title=message.title, body=message.body, notify_type=message.mood)
    )


def by_command(command: Sequence[str], message: Message, details: object, *, folder: Path) -> None:
    """Runs the command in `folder`, with `details` as JSON on its standard input and title and body among them.

    Raises:
        AlertFailed: it cannot be run, takes too long, or ends with another code than 0.
    """
    told = json.dumps({"title": message.title, "body": message.body, "conditions": details})
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own configuration names it
            command, input=told.encode(), capture_output=True, timeout=PATIENCE, cwd=folder, check=False
        )
    except OSError as error:
        raise AlertFailed(f"{command[0]}: cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired:
        raise AlertFailed(f"{command[0]}: did not end within {PATIENCE} s") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200]
        raise AlertFailed(f"{command[0]}: ended with {done.returncode}: {ascii(said)[1:-1] or 'no words'}")
