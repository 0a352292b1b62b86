"""A file over a data connection, block by block."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

from batch.remotes.contract import Sink
from batch.remotes.pace import Late

BLOCK = 1 << 18
FAREWELL = 5.0


class TooSlow(OSError):
    """The file takes longer than its size allows."""


def receive(connection: socket.socket, sink: Sink, *, size: int, late: Late) -> int:
    """Gives what comes to `sink`, and ends with the first block that goes on after `size` bytes, which it does not get.

    Returns:
        The bytes found.

    Raises:
        OSError: `TooSlow`, or the connection broke.
    """
    found = 0
    try:
        while data := connection.recv(BLOCK):
            found += len(data)
            if found > size:
                break
            _keep_pace(late)
            sink(data)
        _end_tls(connection)
    finally:
        connection.close()
    return found


def send(connection: socket.socket, data: bytes, *, late: Late) -> None:
    """Sends all bytes.

    Raises:
        OSError: `TooSlow`, or the connection broke.
    """
    view = memoryview(data)
    try:
        for begin in range(
            0, len(view), BLOCK
        ):  # the socket's timeout is for one call, however much that sends
            _keep_pace(late)
            connection.sendall(view[begin : begin + BLOCK])
        _end_tls(connection)
    finally:
        connection.close()


def _keep_pace(late: Late) -> None:
    if late():
        raise TooSlow


def _end_tls(connection: socket.socket) -> None:
    """Says that all has been sent; a server that closes without a farewell is forgiven, as the size tells."""
    if isinstance(connection, ssl.SSLSocket):
        connection.settimeout(FAREWELL)
        with suppress(OSError):
            connection.unwrap()
