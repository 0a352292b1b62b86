"""The SSH session under SFTP. paramiko is used here, in `login` and in `step`: nothing of it leaves them.

The order is fixed: connect, exchange keys, compare the host key, and only then say who we are.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import paramiko

from batch.errors import HostKeyRefused, NoCommonAlgorithm, Transient
from batch.remotes.credentials import Login
from batch.remotes.pace import deadline, never
from batch.remotes.sftp.host_keys import ALGORITHMS, HostKeys, fingerprint, key_type
from batch.remotes.sftp.login import log_in
from batch.remotes.sftp.step import BROKEN, Server, Step, Transport, words
from batch.remotes.sftp.wire import ChannelLost

CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr")
MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
KEEPALIVE = 15
WATCHDOG_FIRST = 5  # paramiko's own limits come later than ours, which can tell a stall from a refusal


class Session:
    """The byte channel of one SFTP session."""

    def __init__(self, server: Server, transport: Transport, channel: paramiko.Channel) -> None:
        self._server = server
        self._transport = transport
        self._channel = channel
        self._late = never

    @contextmanager
    def moving(self, size: int, *, slowest: int) -> Iterator[None]:
        """A file of so many bytes is on its way: a server that moves fewer than `slowest` per second is one that is lost."""
        self._late = deadline(size, slowest=slowest, grace=self._server.timeout)
        try:
            yield
        finally:
            self._late = never

    def send(self, data: bytes) -> None:
        self._keep_pace()
        with self._losing():
            self._channel.sendall(data)

    def receive(self, size: int) -> bytes:
        self._keep_pace()
        with self._losing():
            data = self._channel.recv(size)
        if not data:
            raise ChannelLost("the server closed the connection")
        return data

    def describe(self) -> Mapping[str, str]:
        """Version, host key and algorithms."""
        transport = self._transport
        key = transport.get_remote_server_key().asbytes()
        return {
            "server": f"{self._server.host}:{self._server.port}, {ascii(transport.remote_version)[1:-1]}",
            "host key": f"{key_type(key)} {fingerprint(key)}",
            "algorithms": ", ".join(dict.fromkeys(transport.agreed)),
        }

    def close(self) -> None:
        self._transport.close()

    def _keep_pace(self) -> None:
        if self._late():
            raise ChannelLost("the file took longer than the remote's slowest allows")

    @contextmanager
    def _losing(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise ChannelLost(f"no answer for {self._server.timeout:g} s") from error
        except BROKEN as error:
            raise ChannelLost(f"the connection broke ({words(error)})") from error


def open_session(server: Server, known: HostKeys, login: Login) -> Session:
    """Connects and logs in; on failure everything is closed again.

    Raises:
        Transient: not reachable, dropped, or no answer in time.
        HostKeyRefused: the server's key is not one of `known`; nothing was sent that tells who we are.
        LoginRefused, NoCommonAlgorithm, RemoteRefused: as their names say.
    """
    transport = _verified(server, known)
    try:
        log_in(server, transport, login)
        return Session(server, transport, _open_channel(server, transport))
    except BaseException:
        transport.close()
        raise


def _verified(server: Server, known: HostKeys) -> Transport:
    """A transport whose host key is known.

    A server with several keys shows one per connection. A fingerprint does not tell which one it belongs to, so
    the other types are asked for as well.
    """
    types, seen = known.types, list[bytes]()
    while types:
        try:
            transport, key = _exchange_keys(server, types)
        except NoCommonAlgorithm:
            if seen:
                break
            raise
        if known.accepts(key):
            return transport
        transport.close()
        seen.append(key)
        types = tuple(kind for kind in types if known.fingerprints and kind != key_type(key))
    raise HostKeyRefused(_mismatch(server, known, seen))


def offered_keys(server: Server) -> list[bytes]:
    """The server's host keys, one of each type that it has; nobody logs in.

    Raises:
        RemoteError: not reachable, or no type of key that is known.
    """
    keys: list[bytes] = []
    for kind in ALGORITHMS:
        try:
            transport, key = _exchange_keys(server, (kind,))
        except NoCommonAlgorithm as error:
            missing = error
            continue
        transport.close()
        keys.append(key)
    if not keys:
        raise missing
    return keys


def _mismatch(server: Server, known: HostKeys, seen: list[bytes]) -> str:
    shown = ", ".join(f"{fingerprint(key)} ({key_type(key)})" for key in seen)
    if any(key in known.revoked for key in seen):
        return f"{server}: the host key {shown} is marked as revoked; ask the partner for the new one"
    if not known.shown:
        return (
            f"{server}: no host key is known; it shows {shown}. Have the partner confirm it, then "
            f"`stockferry trust {server.name}` adds it"
        )
    return (
        f"{server}: the host key is {shown}, pinned is {known.shown}. Do not go on before the partner confirms "
        "the change by another way than this connection; then "
        f"`stockferry trust {server.name}` adds the new one"
    )


def _exchange_keys(server: Server, types: tuple[str, ...]) -> tuple[Transport, bytes]:
    """A transport that is not logged in, and the host key the server proved to have."""
    connected = _connect(server)
    transport: Transport | None = None
    try:
        transport = _transport(server, connected, types)
        with Step(server, transport, "exchanging keys", server.connect_timeout):
            transport.start_client()
            key = transport.get_remote_server_key().asbytes()
        transport.set_keepalive(KEEPALIVE)
    except BaseException:
        if transport is not None:
            transport.close()
        connected.close()
        raise
    return transport, key


def _connect(server: Server) -> socket.socket:
    try:
        connected = socket.create_connection((server.host, server.port), server.connect_timeout)
    except TimeoutError as error:
        raise Transient(f"{server}: connecting: no answer for {server.connect_timeout:g} s") from error
    except OSError as error:
        raise Transient(f"{server}: connecting: {words(error)}; check host, port and network") from error
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(server.timeout * 1000))
    return connected


def _transport(server: Server, connected: socket.socket, types: tuple[str, ...]) -> Transport:
    transport = Transport(connected)
    options = transport.get_security_options()
    options.ciphers = CIPHERS
    options.digests = MACS
    options.key_types = tuple(algorithm for kind in types for algorithm in ALGORITHMS[kind])
    transport.banner_timeout = transport.handshake_timeout = server.connect_timeout + WATCHDOG_FIRST
    transport.auth_timeout = transport.channel_timeout = server.timeout + WATCHDOG_FIRST
    transport.clear_to_send_timeout = server.timeout
    return transport


def _open_channel(server: Server, transport: Transport) -> paramiko.Channel:
    with Step(server, transport, "opening SFTP", server.timeout):
        channel = transport.open_session()
        channel.settimeout(server.timeout)
        channel.invoke_subsystem("sftp")
    return channel
