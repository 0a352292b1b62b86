"""A folder as a remote: for partners that share a disk, for the demo and for tests.

The folder itself must be there (it may be a share that is not mounted); folders below it are made when written to.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from batch.errors import Incomplete, RemoteRefused, UnsafeName
from batch.remotes.contract import Entry, Listing, Sink
from batch.remotes.names import check_path, decode_name, is_hidden
from batch.remotes.settings import RemoteSettings

CHUNK = 1 << 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
READING = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
)
CREATING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def connect(name: str, settings: RemoteSettings, *, base: Path, environ: Mapping[str, str]) -> LocalRemote:  # noqa: ARG001 - every remote is connected alike
    """The folder of `settings`, relative to `base`.

    Raises:
        RemoteRefused: there is no such folder.
    """
    folder = base / settings.address.folder
    if not folder.is_dir():
        raise RemoteRefused(f"remote {name}: no folder {folder}; create it or correct the url")
    return LocalRemote(name, folder)


class LocalRemote:
    """The primitives on a folder of this machine. A link is never followed to a file."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    def list(self, folder: str) -> Listing:
        entries: list[Entry] = []
        refused: list[str] = []
        with self._telling("listing", folder), os.scandir(self._path(folder)) as found:
            for item in found:
                if is_hidden(item.name) or not item.is_file(follow_symlinks=False):
                    continue
                try:
                    entries.append(
                        _entry(decode_name(os.fsencode(item.name)), item.stat(follow_symlinks=False))
                    )
                except UnsafeName as error:
                    refused.append(str(error))
                except FileNotFoundError:
                    continue
        return Listing(entries=tuple(entries), refused=tuple(refused))

    def stat(self, path: str) -> Entry | None:
        full = self._path(path)
        with self._telling("looking at", path):
            try:
                found = full.lstat()
            except FileNotFoundError:
                return None
        return _entry(full.name, found) if stat.S_ISREG(found.st_mode) else None

    def read(self, path: str, sink: Sink, *, size: int) -> None:
        descriptor = self._open(path)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            left = size
            while left and (data := self._next(file.fileno(), path, min(left, CHUNK))):
                sink(data)
                left -= len(data)
            more = not left and self._next(file.fileno(), path, 1)
        if left:
            raise Incomplete(
                f"{self._place(path)} ends after {size - left} of {size} bytes; it is read again"
            )
        if more:
            raise Incomplete(f"{self._place(path)} goes on after {size} bytes; it is still being written")

    def write(self, path: str, data: bytes) -> None:
        full = self._path(path)
        with self._telling("writing", path):
            full.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(full, CREATING, 0o666), "wb", buffering=0) as file:
                view = memoryview(data)
                while view:
                    view = view[file.write(view) :]
                os.fsync(file.fileno())
                held = os.fstat(file.fileno()).st_size
            if not is_hidden(full.name):  # a temporary name need not last: renaming it syncs the folder
                _sync_folder(full.parent)
        if held != len(data):
            raise Incomplete(f"{self._place(path)} has {held} bytes after writing {len(data)}")

    def rename(self, old: str, new: str) -> None:
        source, target = self._path(old), self._path(new)
        with self._telling("renaming", old):
            source.replace(target)
            _sync_folder(target.parent)
            if source.parent != target.parent:
                _sync_folder(source.parent)

    def remove(self, path: str) -> None:
        full = self._path(path)
        with self._telling("removing", path):
            full.unlink(missing_ok=True)

    def make_folder(self, path: str) -> None:
        full = self._path(path)
        with self._telling("making the folder", path):
            full.mkdir(exist_ok=True)

    def describe(self) -> Mapping[str, str]:
        return {"folder": str(self._folder.resolve())}

    def close(self) -> None:
        """Nothing is held open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _path(self, path: str) -> Path:
        return self._folder / check_path(path)

    def _place(self, path: str) -> str:
        return f"remote {self.name}: {str(self._folder / path)!a}"

    def _open(self, path: str) -> int:
        """Only a regular file is opened: reading a FIFO would wait for its writer."""
        full = self._path(path)
        with self._telling("reading", path):
            descriptor = os.open(full, READING)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise RemoteRefused(f"{self._place(path)} is not a file")
        return descriptor

    def _next(self, descriptor: int, path: str, size: int) -> bytes:
        with self._telling("reading", path):
            return os.read(descriptor, size)

    @contextmanager
    def _telling(self, doing: str, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise RemoteRefused(
                f"remote {self.name}: {doing} {str(self._folder / path)!a}: {reason}"
            ) from error


def _entry(name: str, found: os.stat_result) -> Entry:
    modified = EPOCH + timedelta(microseconds=found.st_mtime_ns // 1000)
    return Entry(name=name, size=found.st_size, modified=modified)


def _sync_folder(folder: Path) -> None:
    """Makes a rename or a new file durable; Windows has no such thing."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
