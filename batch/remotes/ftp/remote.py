"""The FTP remote: the primitives of a remote over one control connection, every transfer in binary and counted."""

from __future__ import annotations

import ftplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import datetime
from typing import Self

from batch.errors import Incomplete, RemoteRefused, Transient, UnsafeName
from batch.remotes.contract import Entry, Listing, Sink
from batch.remotes.credentials import Login
from batch.remotes.ftp import listing
from batch.remotes.ftp.client import Ftp, FtpTls
from batch.remotes.ftp.listing import Told
from batch.remotes.ftp.replies import BROKEN, NOT_OFFERED, NOT_THERE, meaning
from batch.remotes.ftp.transfer import BLOCK, TooSlow, receive, send
from batch.remotes.names import check_path, decode_name, join
from batch.remotes.pace import Late, deadline
from batch.remotes.settings import RemoteSettings

MAX_ENTRIES = 1_000_000


class FtpRemote:
    """One connection to one FTP server."""

    def __init__(
        self,
        name: str,
        client: Ftp | FtpTls,
        *,
        where: tuple[str, int],
        folder: str,
        settings: RemoteSettings,
    ) -> None:
        self.name = name
        self._client = client
        self._where = where
        self._folder = folder
        self._timeout = settings.timeout.total_seconds()
        self._slowest = settings.slowest
        self._features: frozenset[str] = frozenset()

    def open(self, login: Login) -> None:
        """Connects and logs in.

        Raises:
            RemoteError: the most specific kind.
        """
        client = self._client
        with self._telling("connecting"):
            client.connect(*self._where)
        if isinstance(client, FtpTls) and not isinstance(client.sock, ssl.SSLSocket):
            with self._telling("beginning TLS"):
                client.auth()
        with self._telling("logging in"):
            ftplib.FTP.login(client, login.user, login.password or "")
            if isinstance(client, FtpTls):
                client.prot_p()
            self._features = self._asked_features()
            client.voidcmd("TYPE I")
        client.timeout = self._timeout
        if client.sock is not None:
            client.sock.settimeout(self._timeout)

    def list(self, folder: str) -> Listing:
        path = self._path(folder)
        with self._telling(f"listing {path!a}"):
            told = self._facts_of(path) if "MLST" in self._features else self._listed(path)
        entries = []
        refused = [
            f"{one!a}: a line of the listing that is not understood" for one in told if isinstance(one, bytes)
        ]
        for one in told:
            try:
                if isinstance(one, Told):
                    entries.append(_entry(decode_name(one.name), one))
            except UnsafeName as error:
                refused.append(str(error))
        return Listing(entries=tuple(entries), refused=tuple(refused))

    def stat(self, path: str) -> Entry | None:
        full = self._path(path)
        with self._telling(f"looking at {full!a}"):
            told = self._look(full)
        if told is None or not told.is_file:
            return None
        try:
            return _entry(path.rpartition("/")[2], told)
        except UnsafeName as error:
            raise RemoteRefused(f"{self}: {error}") from error

    def read(self, path: str, sink: Sink, *, size: int) -> None:
        full = self._path(path)
        with self._telling(f"reading {full!a}"):
            late = self._deadline(size)
            found = receive(self._client.transfercmd(f"RETR {full}"), sink, size=size, late=late)
            with suppress(ftplib.error_temp) if found > size else nullcontext():
                self._client.voidresp()  # 426 where we broke off
        if found > size:
            raise Incomplete(f"{self}: {full!a} goes on after {size} bytes; it is still being written")
        if found < size:
            raise Incomplete(f"{self}: {full!a} ends after {found} of {size} bytes; it is read again")

    def write(self, path: str, data: bytes) -> None:
        full = self._path(path)
        with self._telling(f"writing {full!a}"):
            if self._exists(full):
                raise RemoteRefused(f"{self}: writing {full!a}: exists already")
            late = self._deadline(len(data))
            send(self._client.transfercmd(f"STOR {full}"), data, late=late)
            self._client.voidresp()
            held = self._size(full)
        if held is not None and held != len(data):
            raise Incomplete(f"{self}: {full!a} has {held} bytes after writing {len(data)}")

    def rename(self, old: str, new: str) -> None:
        source, target = self._path(old), self._path(new)
        with self._telling(f"renaming {source!a} to {target!a}"):
            try:
                self._client.rename(source, target)
            except ftplib.error_perm:
                if not (self._exists(source) and self._exists(target)):
                    raise
                self._client.delete(target)
                self._client.rename(source, target)

    def remove(self, path: str) -> None:
        full = self._path(path)
        with self._telling(f"removing {full!a}"):
            try:
                self._client.delete(full)
            except ftplib.error_perm:
                if self._exists(full):
                    raise

    def make_folder(self, path: str) -> None:
        full = self._path(path)
        with self._telling(f"making the folder {full!a}"):
            try:
                self._client.mkd(full)
            except ftplib.error_perm:
                if not self._is_folder(full):
                    raise

    def describe(self) -> Mapping[str, str]:
        connection = self._client.sock
        tls = connection.version() if isinstance(connection, ssl.SSLSocket) else None
        return {
            "server": f"{self._where[0]}:{self._where[1]}, {ascii((self._client.welcome or '')[:100])[1:-1]}",
            "connection": tls or "not encrypted",
            "listing": "MLSD" if "MLST" in self._features else "LIST, and MDTM for each file",
        }

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __str__(self) -> str:
        return f"remote {self.name} ({self._where[0]}:{self._where[1]})"

    def _path(self, path: str) -> str:
        checked = check_path(path)
        if checked in ("", "."):
            return self._folder
        return join("" if self._folder == "." else self._folder, checked)

    def _asked_features(self) -> frozenset[str]:
        """Names of what FEAT lists; nothing where the server does not know FEAT. A server that wants it is set to UTF-8."""
        try:
            reply = self._client.sendcmd("FEAT")
        except ftplib.error_perm:
            return frozenset()
        features = frozenset(line.split()[0].upper() for line in reply.splitlines()[1:-1] if line.strip())
        if "UTF8" in features:
            with suppress(ftplib.error_perm):
                self._client.sendcmd("OPTS UTF8 ON")
        return features

    def _lines(self, command: str) -> Sequence[bytes]:
        connection = self._client.transfercmd(command)
        blocks = []
        try:
            while data := connection.recv(BLOCK):
                blocks.append(data)
        finally:
            connection.close()
        self._client.voidresp()
        lines = b"".join(blocks).replace(b"\r\n", b"\n").split(b"\n")
        if len(lines) > MAX_ENTRIES:
            raise RemoteRefused(f"{self}: {command!a} lists more than {MAX_ENTRIES} entries")
        return lines

    def _facts_of(self, path: str) -> Sequence[Told | bytes]:
        lines = self._lines(f"MLSD {path}" if path != "." else "MLSD")
        return _plain_files([listing.facts(line) or line for line in lines])

    def _listed(self, path: str) -> Sequence[Told | bytes]:
        """By LIST inside the folder: of one that is not there, some servers list nothing as if it were empty.

        LIST tells times too roughly, and in a zone of its own: each file is asked for.
        """
        here = self._client.pwd()
        if path != ".":
            self._client.cwd(path)
        try:
            lines = [line for line in self._lines("LIST") if not listing.TOTAL.fullmatch(line)]
            told = _plain_files([listing.listed(line) or line for line in lines])
            return [self._dated(one) if isinstance(one, Told) else one for one in told]
        finally:
            self._client.cwd(here)

    def _dated(self, told: Told) -> Told:
        return replace(told, modified=self._modified(told.name.decode(errors="replace")))

    def _look(self, path: str) -> Told | None:
        if "MLST" in self._features:
            reply = self._unless_not_there(f"MLST {path}")
            return None if reply is None else listing.facts(reply.splitlines()[1].strip().encode())
        size = self._size(path)
        if size is None:
            return None
        return Told(name=path.encode(), is_file=True, size=size, modified=self._modified(path))

    def _modified(self, path: str) -> datetime | None:
        reply = self._unless_not_there(f"MDTM {path}")
        return None if reply is None else listing.moment(reply[4:])

    def _unless_not_there(self, command: str) -> str | None:
        try:
            return self._client.sendcmd(command)
        except ftplib.Error as error:
            if str(error)[:3] in (*NOT_THERE, *NOT_OFFERED):
                return None
            raise

    def _size(self, path: str) -> int | None:
        """The size that the server tells; None if it tells none, or there is no such file."""
        reply = self._unless_not_there(f"SIZE {path}")
        number = "" if reply is None else reply[4:].strip()
        return int(number) if number.isdecimal() else None

    def _exists(self, path: str) -> bool:
        return self._look(path) is not None

    def _is_folder(self, path: str) -> bool:
        if "MLST" in self._features:
            reply = self._unless_not_there(f"MLST {path}")
            return reply is not None and "type=dir" in reply.lower()
        here = self._client.pwd()
        try:
            self._client.cwd(path)
        except ftplib.error_perm:
            return False
        self._client.cwd(here)
        return True

    def _deadline(self, size: int) -> Late:
        return deadline(size, slowest=self._slowest, grace=self._timeout)

    @contextmanager
    def _telling(self, doing: str) -> Iterator[None]:
        try:
            yield
        except TooSlow as error:
            self.close()
            raise Transient(
                f"{self}: {doing}: the file took longer than the remote's slowest allows"
            ) from error
        except BROKEN as error:
            told = meaning(f"{self}: {doing}", error, self._client.timeout)
            if told.retry:
                self.close()
            raise told from error


def _plain_files(told: Sequence[Told | bytes]) -> list[Told | bytes]:
    """Files that are not hidden, and lines that could not be understood."""
    return [
        one
        for one in told
        if one and (isinstance(one, bytes) or (one.is_file and not one.name.startswith(b".")))
    ]


def _entry(name: str, told: Told) -> Entry:
    if told.size is None or told.modified is None:
        missing = "size" if told.size is None else "modification time"
        raise UnsafeName(
            f"{name!r}: the server tells no {missing}, so it cannot be seen whether the file is complete"
        )
    return Entry(name=name, size=told.size, modified=told.modified)
