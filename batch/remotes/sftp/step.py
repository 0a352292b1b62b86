"""One step of setting up a session: how long it may take, and what its failure means."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import paramiko
from paramiko.ssh_exception import AuthenticationException, IncompatiblePeer, SSHException

from batch.errors import LoginRefused, NoCommonAlgorithm, RemoteError, RemoteRefused, Transient

BROKEN = (SSHException, EOFError, OSError)

# paramiko logs whole tracebacks of what is told by our own errors; whoever wants them sets a handler on this logger.
logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where to connect to, and how long (seconds) each step may take; `name` is the remote's."""

    name: str
    host: str
    port: int
    connect_timeout: float
    timeout: float

    def __str__(self) -> str:
        return f"remote {self.name} ({self.host}:{self.port})"


class Transport(paramiko.Transport):
    """paramiko's, which also remembers what the server offered: kind of algorithm → names."""

    offered: Mapping[str, list[str]] = MappingProxyType({})

    @property
    def agreed(self) -> tuple[str, ...]:
        """Key exchange, cipher and MAC of what comes in, once they are agreed on."""
        theirs = self.offered.get("kex_algo_list", [])
        exchange = [name for name in self.preferred_kex if name in theirs][:1]
        return (*exchange, str(self.remote_cipher), str(self.remote_mac))  # type: ignore[attr-defined]  # left out of the stubs

    def _really_parse_kex_init(self, message: paramiko.Message, **how: bool) -> dict[str, list[str]]:
        parsed: dict[str, list[str]] = super()._really_parse_kex_init(message, **how)  # type: ignore[misc]  # left out of the stubs
        self.offered = parsed
        return parsed


class Step:
    """One step of setting up: watched, since several of paramiko's calls never give up, and its errors mapped.

    Whatever went wrong in paramiko's own thread is raised here, of any class: none of them is let through.
    """

    def __init__(self, server: Server, transport: Transport, doing: str, seconds: float) -> None:
        self._server = server
        self._transport = transport
        self._doing = doing
        self._seconds = seconds
        self._stalled = threading.Event()
        self._watchdog = threading.Timer(seconds, self._give_up)
        self._watchdog.daemon = True

    def __enter__(self) -> None:
        self._watchdog.start()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._watchdog.cancel()
        if isinstance(error, Exception) and not isinstance(error, RemoteError):
            raise self._told(error) from error

    def _give_up(self) -> None:
        self._stalled.set()
        self._transport.close()

    def _told(self, error: Exception) -> RemoteError:
        where = f"{self._server}: {self._doing}"
        if self._stalled.is_set():
            return Transient(f"{where}: no answer for {self._seconds:g} s")
        if isinstance(error, IncompatiblePeer):
            return NoCommonAlgorithm(
                f"{where}: {_disagreement(self._transport, error)}; ask the partner to allow what we know"
            )
        if not self._transport.is_active():
            return Transient(f"{where}: the connection was closed ({words(error)})")
        if isinstance(error, AuthenticationException):
            return LoginRefused(
                f"{where}: the server refused the key or password; check user, key and password"
            )
        return RemoteRefused(
            f"{where}: the server refused ({words(error)}); ask the partner whether SFTP is allowed"
        )


def _disagreement(transport: Transport, error: Exception) -> str:
    for what, key, ours in (
        ("key exchange", "kex_algo_list", transport.preferred_kex),
        ("host key type", "server_key_algo_list", transport.preferred_keys),
        ("cipher", "client_encrypt_algo_list", transport.preferred_ciphers),
        ("MAC", "client_mac_algo_list", transport.preferred_macs),
    ):
        theirs = transport.offered.get(key, ours)
        if not set(ours) & set(theirs):
            return f"no common {what}: it offers {', '.join(theirs)}, we know {', '.join(ours)}"
    return words(error)


def words(error: Exception) -> str:
    """What an error of the system or of paramiko says, as printable text."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return ascii(text)[1:-1]
