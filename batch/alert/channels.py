"""The ways to people: Apprise, which speaks to most services, and a command of the operator's own."""

from __future__ import annotations

import json
import logging
import subprocess
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from batch.alert.message import Message, without
from batch.errors import AlertFailed

PATIENCE = 30
"""Seconds that a command may take."""
LONGEST = 1 << 16
"""Bytes of what a command says that are read."""
MISSING = "Apprise is not installed; pip install 'stockferry[alerts]', or give the route a command"

logging.getLogger("apprise").setLevel(
    logging.CRITICAL + 1
)  # its words may hold addresses, and these hold secrets


def by_apprise(urls: Sequence[str], message: Message) -> str:
    """Sends the message to every address. Returns which were not reached, by place and kind, as an address holds secrets.

    Raises:
        AlertFailed: Apprise is missing, or none of them was reached.
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
    if not failed:
        return ""
    problem = f"address {', '.join(failed)} of {len(urls)}: not reached, or not an address of Apprise's; try it with its own command"
    if len(failed) == len(urls):
        raise AlertFailed(problem)
    return problem


def _service(url: str) -> str:
    """`slack` of `slack://…`; the rest of an address is secret."""
    return url.partition("://")[0] if "://" in url else "no address"


def _notified(sender: Any, url: str, message: Message) -> bool:
    return bool(
        sender.add(url) and sender.notify(title=message.title, body=message.body, notify_type=message.mood)
    )


def by_command(
    command: Sequence[str], message: Message, details: object, *, folder: Path, secrets: Collection[str]
) -> None:
    """Runs the command in `folder`, with `details` as JSON on its standard input and title and body among them.

    What it says on standard error is told without the secrets. Processes that it leaves behind are not waited for.

    Raises:
        AlertFailed: it cannot be run, takes too long, or ends with another code than 0.
    """
    told = json.dumps({"title": message.title, "body": message.body, "conditions": details})
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(told.encode())
        given.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own configuration names it
                command,
                stdin=given,
                stdout=subprocess.DEVNULL,
                stderr=said,
                timeout=PATIENCE,
                cwd=folder,
                check=False,
            )
        except OSError as error:
            raise AlertFailed(f"{command[0]}: cannot be run: {error.strerror}") from error
        except subprocess.TimeoutExpired:
            raise AlertFailed(f"{command[0]}: did not end within {PATIENCE} s") from None
        if done.returncode:
            said.seek(0)
            words = without(secrets, said.read(LONGEST).decode(errors="replace")).strip()
            last = ascii(words.rpartition("\n")[2])[1:-1][:200]
            raise AlertFailed(f"{command[0]}: ended with {done.returncode}: {last or 'no words'}")
