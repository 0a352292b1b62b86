"""The SFTP remote: the primitives of a remote, spoken over one SFTP session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Self

from batch.errors import Incomplete, RemoteRefused, Transient, UnsafeName
from batch.remotes.contract import Entry, Listing, Sink
from batch.remotes.names import check_path, decode_name, join
from batch.remotes.sftp.packets import Attributes, Code, Named, NotSftp, Status
from batch.remotes.sftp.session import Session
from batch.remotes.sftp.step import Server
from batch.remotes.sftp.wire import CREATING, NOT_OFFERED, POSIX_RENAME, READING, ChannelLost, Sftp

MAX_ENTRIES = 1_000_000
MAX_WORDS = 200
MEANINGS = {
    Code.NO_SUCH_FILE: "no such file or folder",
    Code.PERMISSION_DENIED: "permission denied",
    Code.FAILURE: "the server refused without a reason",
    Code.UNSUPPORTED: "the server cannot do this",
    Code.ALREADY_EXISTS: "exists already",
}


class SftpRemote:
    """One connection to one SFTP server."""

    def __init__(self, server: Server, session: Session, *, folder: str, slowest: int) -> None:
        self.name = server.name
        self._server = server
        self._session = session
        self._folder = folder
        self._slowest = slowest
        with self._telling("greeting"):
            self._sftp = Sftp(session)
        self._replaces = POSIX_RENAME in self._sftp.extensions
        """Whether renaming replaces a file in one step; a server that claims it and refuses it is asked once."""

    def list(self, folder: str) -> Listing:
        path = self._path(folder)
        with self._telling(f"listing {_shown(path)}"):
            found = [self._judge(named) for named in self._named(path)]
        return Listing(
            entries=tuple(item for item in found if isinstance(item, Entry)),
            refused=tuple(item for item in found if isinstance(item, str)),
        )

    def stat(self, path: str) -> Entry | None:
        full = self._path(path)
        with self._telling(f"looking at {_shown(full)}"):
            attributes = self._look(full)
        if attributes is None or attributes.is_file is False:
            return None
        entry = _entry(path.rpartition("/")[2], attributes)
        if isinstance(entry, str):
            raise RemoteRefused(f"{self._server}: {entry}")
        return entry

    def read(self, path: str, sink: Sink, *, size: int) -> None:
        full = self._path(path)
        with self._telling(f"reading {_shown(full)}"), self._session.moving(size, slowest=self._slowest):
            handle = self._sftp.open(full, READING)
            found = self._sftp.read(handle, size, sink)
            self._sftp.close_unheard(handle)
        if found < size:
            raise Incomplete(
                f"{self._server}: {_shown(full)} ends after {found} of {size} bytes; it is read again"
            )
        if found > size:
            raise Incomplete(
                f"{self._server}: {_shown(full)} goes on after {size} bytes; it is still being written"
            )

    def write(self, path: str, data: bytes) -> None:
        full = self._path(path)
        with self._telling(f"writing {_shown(full)}"), self._session.moving(len(data), slowest=self._slowest):
            handle = self._create(full)
            try:
                held = self._sftp.write(handle, data)
            except Status:
                self._sftp.close_unheard(handle)
                raise
        if held is not None and held != len(data):
            raise Incomplete(f"{self._server}: {_shown(full)} has {held} bytes after writing {len(data)}")

    def rename(self, old: str, new: str) -> None:
        source, target = self._path(old), self._path(new)
        with self._telling(f"renaming {_shown(source)} to {_shown(target)}"):
            if self._replaces:
                self._replaces = self._unless_not_offered(lambda: self._sftp.replace(source, target))
            if not self._replaces:
                self._rename_in_two_steps(source, target)

    def remove(self, path: str) -> None:
        full = self._path(path)
        with self._telling(f"removing {_shown(full)}"):
            self._remove(full)

    def make_folder(self, path: str) -> None:
        full = self._path(path)
        with self._telling(f"making the folder {_shown(full)}"):
            try:
                self._sftp.make_folder(full)
            except Status:
                if not self._is_folder(full):
                    raise

    def describe(self) -> Mapping[str, str]:
        known = ", ".join(sorted(name.partition("@")[0] for name in self._sftp.extensions)) or "none"
        return {
            **self._session.describe(),
            "extensions": known,
            "replacing": "in one step" if self._replaces else "in two steps",
        }

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _path(self, path: str) -> bytes:
        checked = check_path(path)
        if checked in ("", "."):
            return self._folder.encode()
        return join("" if self._folder == "." else self._folder, checked).encode()

    def _named(self, path: bytes) -> Iterator[Named]:
        with closing(self._sftp.list(path)) as entries:
            for count, named in enumerate(entries):
                if count >= MAX_ENTRIES:
                    raise RemoteRefused(f"{self._server}: {_shown(path)} has more than {MAX_ENTRIES} entries")
                if _may_be_file(named):
                    yield named

    def _judge(self, named: Named) -> Entry | str:
        try:
            return _entry(decode_name(named.name), named.attributes)
        except UnsafeName as error:
            return str(error)

    def _look(self, path: bytes, *, follow: bool = False) -> Attributes | None:
        try:
            return self._sftp.stat(path, follow=follow)
        except Status as status:
            if status.code == Code.NO_SUCH_FILE:
                return None
            raise

    def _exists(self, path: bytes) -> bool:
        try:
            return self._look(path) is not None
        except Status:
            return False

    def _is_folder(self, path: bytes) -> bool:
        try:
            attributes = self._look(path, follow=True)
        except Status:
            return False
        return attributes is not None and attributes.is_folder is True

    def _create(self, path: bytes) -> bytes:
        try:
            return self._sftp.open(path, CREATING)
        except Status as status:
            if status.code == Code.FAILURE and self._exists(path):
                raise Status(Code.ALREADY_EXISTS, status.text) from status
            raise

    def _unless_not_offered(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except Status as status:
            if status.code in NOT_OFFERED:
                return False
            raise
        return True

    def _rename_in_two_steps(self, source: bytes, target: bytes) -> None:
        try:
            self._sftp.rename(source, target)
        except Status as status:
            if status.code in NOT_OFFERED or not (self._exists(source) and self._exists(target)):
                raise
            self._remove(target)
            self._sftp.rename(source, target)

    def _remove(self, path: bytes) -> None:
        try:
            self._sftp.remove(path)
        except Status as status:
            if status.code != Code.NO_SUCH_FILE:
                raise

    @contextmanager
    def _telling(self, doing: str) -> Iterator[None]:
        try:
            yield
        except Status as status:
            raise RemoteRefused(f"{self._server}: {doing}: {_meaning(status)}") from status
        except NotSftp as error:
            self.close()
            raise Transient(f"{self._server}: {doing}: the server sent what is not SFTP ({error})") from error
        except ChannelLost as error:
            self.close()
            raise Transient(f"{self._server}: {doing}: {error}") from error


def _may_be_file(named: Named) -> bool:
    """Regular files that are not hidden; where a server gives no type, its `ls -l` line tells."""
    if named.name.startswith(b"."):
        return False
    is_file = named.attributes.is_file
    return named.line[:1] in (b"-", b"") if is_file is None else is_file


def _entry(name: str, attributes: Attributes) -> Entry | str:
    if attributes.size is None or attributes.modified is None:
        missing = "size" if attributes.size is None else "modification time"
        return f"{name!r}: the server tells no {missing}, so it cannot be seen whether the file is complete"
    return Entry(name=name, size=attributes.size, modified=datetime.fromtimestamp(attributes.modified, UTC))


def _meaning(status: Status) -> str:
    words = ascii(status.text[:MAX_WORDS])
    meaning = next((text for code, text in MEANINGS.items() if code == status.code), f"status {status.code}")
    return f"{meaning} (the server's words: {words})" if status.text else meaning


def _shown(path: bytes) -> str:
    return ascii(path.decode("utf-8", "replace"))
