"""A server that misbehaves on demand: log-in methods and faults that OpenSSH cannot be asked for."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest


class Door(paramiko.ServerInterface):
    """Lets in by `password`, asked in one of the ways in `methods`; or by any key first, if `both`."""

    def __init__(self, *, password: str, methods: str, both: bool) -> None:
        self.password = password
        self.methods = methods
        self.both = both
        self.tries: list[str] = []

    def get_allowed_auths(self, username: str) -> str:
        return self.methods

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.tries.append("key")
        return paramiko.AUTH_PARTIALLY_SUCCESSFUL if self.both else paramiko.AUTH_SUCCESSFUL

    def check_auth_password(self, username: str, password: str) -> int:
        self.tries.append("password")
        good = "password" in self.methods and password == self.password
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> paramiko.InteractiveQuery:
        return paramiko.InteractiveQuery("", "", ("Password: ", False))

    def check_auth_interactive_response(self, responses: list[str]) -> int:
        self.tries.append("interactive")
        return paramiko.AUTH_SUCCESSFUL if responses == [self.password] else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class Faults:
    """What goes wrong. `fired` counts how often it did."""

    def __init__(self, *, fail_write: int = 0, lose_write: int = 0, end_at: int = 0) -> None:
        self.fail_write = fail_write
        self.lose_write = lose_write
        self.end_at = end_at
        self.writes = 0
        self.fired = 0


class Handle(paramiko.SFTPHandle):
    def __init__(self, faults: Faults, path: str, flags: int) -> None:
        super().__init__(flags)
        self.faults = faults
        self.file = os.open(path, flags, 0o600)

    def read(self, offset: int, length: int) -> bytes | int:
        if self.faults.end_at and offset >= self.faults.end_at:
            self.faults.fired += 1
            return b""
        return os.pread(self.file, length // 2 + 1, offset)

    def write(self, offset: int, data: bytes) -> int:
        self.faults.writes += 1
        if self.faults.writes == self.faults.fail_write:
            self.faults.fired += 1
            return paramiko.SFTP_FAILURE
        if self.faults.writes == self.faults.lose_write:
            self.faults.fired += 1
            return paramiko.SFTP_OK
        os.pwrite(self.file, data, offset)
        return paramiko.SFTP_OK

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.file))

    def close(self) -> None:
        os.close(self.file)


class Files(paramiko.SFTPServerInterface):
    def __init__(self, server: Door, faults: Faults) -> None:
        super().__init__(server)
        self.faults = faults

    def open(self, path: str, flags: int, attr: object) -> Handle | int:
        try:
            return Handle(self.faults, path, flags)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(os.lstat(path))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    def rename(self, oldpath: str, newpath: str) -> int:
        if os.path.lexists(newpath):
            return paramiko.SFTP_FAILURE
        try:
            Path(oldpath).rename(newpath)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return paramiko.SFTP_OK

    def remove(self, path: str) -> int:
        try:
            Path(path).unlink()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return paramiko.SFTP_OK


class OddServer:
    """A paramiko server on loopback that serves the whole disk, and a settings table that fits it."""

    def __init__(self, root: Path, door: Door, faults: Faults) -> None:
        self.root = root
        self.door = door
        self.faults = faults
        self._key = paramiko.ECDSAKey.generate()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._transports: list[paramiko.Transport] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def settings(self, **changed: object) -> dict[str, object]:
        port = self._listener.getsockname()[1]
        pin = f"{self._key.get_name()} {self._key.get_base64()}"
        return {"url": f"sftp://ferry@127.0.0.1:{port}{self.root}", "host_keys": [pin], **changed}

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for transport in self._transports:
            transport.close()

    def _serve(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport = paramiko.Transport(connected)
            self._transports.append(transport)
            transport.add_server_key(self._key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files, self.faults)
            transport.start_server(event=threading.Event(), server=self.door)


@pytest.fixture
def odd_server(tmp_path: Path) -> Iterator[Callable[..., OddServer]]:
    """`odd_server(methods="password", both=False, fail_write=5, …)`: see `Door` and `Faults`."""
    started: list[OddServer] = []

    def start(*, methods: str = "password", both: bool = False, **faults: int) -> OddServer:
        door = Door(password="let me in", methods=methods, both=both)
        started.append(OddServer(tmp_path, door, Faults(**faults)))
        return started[-1]

    yield start
    for server in started:
        server.close()
