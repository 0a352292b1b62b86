"""What every remote can do: a few primitives over names and bytes. Policy stands once, above them.

A `Remote` is one connection, used by one thread, and not used again after it raised `Transient`.
Paths are relative to the folder of the remote's url, with `/` between parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A regular file on a remote: its name (no folder), size in bytes, modification time (UTC, aware)."""

    name: str
    size: int
    modified: datetime


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a folder holds. `refused`: names that must not be used, as printable text with the reason."""

    entries: tuple[Entry, ...]
    refused: tuple[str, ...] = ()


Sink = Callable[[bytes | memoryview], object]
"""Takes a block of a file; a view is good during the call only."""


class Remote(Protocol):
    """The primitives. Every one may raise `Transient` or `RemoteRefused`; each message names the remote."""

    name: str
    """What the configuration calls it."""

    def list(self, folder: str) -> Listing:
        """The regular files of a folder: no links, folders or devices.

        Raises:
            RemoteRefused: there is no such folder, or it may not be read.
        """
        ...

    def stat(self, path: str) -> Entry | None:
        """The file at `path`, or None if there is none."""
        ...

    def read(self, path: str, sink: Sink, *, size: int) -> None:
        """Gives exactly `size` bytes to `sink`, in order.

        Raises:
            Incomplete: the file ends earlier, or goes on after `size` bytes.
        """
        ...

    def write(self, path: str, data: bytes) -> None:
        """Creates the file, writes all bytes, checks every reply and the size, syncs where offered, closes.

        Raises:
            RemoteRefused: the file exists already, may not be written, the disk is full.
            Incomplete: the server holds another number of bytes than was written.
        """
        ...

    def rename(self, old: str, new: str) -> None:
        """Moves a file, replacing one that is there, as atomically as the server allows."""
        ...

    def remove(self, path: str) -> None:
        """Removes a file; one that is not there is fine."""
        ...

    def make_folder(self, path: str) -> None:
        """Creates a folder (one level); one that is there is fine."""
        ...

    def describe(self) -> Mapping[str, str]:
        """What is at the other end, for a person: what it is → how it is."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
