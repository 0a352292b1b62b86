"""An SFTP server on loopback, for as long as the demo takes. It lets in one key, made for this one time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch.errors import UsageError

HOST = "127.0.0.1"
USER = "ferry"
KEY_TYPE = "ssh-ed25519"


@dataclass(frozen=True, kw_only=True)
class Access:
    """How to get in. `fingerprint`: of the host key, `SHA256:…`; `private_key`: OpenSSH form, no passphrase."""

    host: str
    port: int
    user: str
    fingerprint: str
    private_key: bytes


@contextmanager
def serving(root: Path) -> Iterator[Access]:
    """Serves `root` as `/`, with fresh keys on a free port, in a thread of its own.

    Raises:
        UsageError: asyncssh is not installed.
    """
    asyncssh = _library()
    host_key, client_key = (asyncssh.generate_private_key(KEY_TYPE) for _ in range(2))
    server = _Server(asyncssh, root, host_key, client_key.export_public_key().decode())
    port = server.start()
    try:
        yield Access(
            host=HOST,
            port=port,
            user=USER,
            fingerprint=host_key.get_fingerprint(),
            private_key=client_key.export_private_key(),
        )
    finally:
        server.stop()


def _library() -> Any:
    try:
        import asyncssh
    except ImportError as error:
        raise UsageError("the demo's SFTP server needs asyncssh: pip install 'stockferry[demo]'") from error
    return asyncssh


class _Server:
    def __init__(self, asyncssh: Any, root: Path, host_key: Any, authorized: str) -> None:
        self._asyncssh = asyncssh
        self._options = {
            "server_host_keys": [host_key],
            "authorized_client_keys": asyncssh.import_authorized_keys(authorized),
            "sftp_factory": lambda channel: asyncssh.SFTPServer(channel, chroot=bytes(root.resolve())),
            "gss_host": None,
        }
        self._connections: set[Any] = set()
        self._started: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="demo-sftp", daemon=True
        )

    def start(self) -> int:
        """Returns the port once it is open."""
        self._thread.start()
        return self._started.result()[0]

    def stop(self) -> None:
        _, loop, stopped = self._started.result()
        loop.call_soon_threadsafe(stopped.set)
        self._thread.join()

    async def _serve(self) -> None:
        try:
            listener = await self._asyncssh.listen(HOST, 0, acceptor=self._connections.add, **self._options)
        except Exception as error:  # noqa: BLE001 - whoever waits for the port gets it, whatever it is
            self._started.set_exception(error)
            return
        stopped = asyncio.Event()
        self._started.set_result((listener.get_port(), asyncio.get_running_loop(), stopped))
        await stopped.wait()
        listener.close()
        for connection in self._connections:
            connection.abort()
            await connection.wait_closed()
