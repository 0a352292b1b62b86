"""SFTP's packets: their kinds, their building blocks, and what each reply means."""

from __future__ import annotations

import stat
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

SIZE, OWNER, MODE, TIMES, MORE = 0x1, 0x2, 0x4, 0x8, 0x80000000


class Kind(IntEnum):
    """Packet types."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    FSTAT = 8
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    STAT = 17
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200
    EXTENDED_REPLY = 201


class Code(IntEnum):
    """Status codes that are told apart; 11 is from later versions, and sent by some servers all the same."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    UNSUPPORTED = 8
    ALREADY_EXISTS = 11


class NotSftp(Exception):
    """The other side sent something that the protocol does not allow."""


class Status(Exception):
    """The server said no. `code` as in `Code`, `text` the server's words."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"status {code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, kw_only=True)
class Attributes:
    """What a server says of a file; None where it says nothing. `modified`: seconds since 1970, UTC."""

    size: int | None = None
    mode: int | None = None
    modified: int | None = None

    @property
    def is_file(self) -> bool | None:
        return None if self.mode is None or not stat.S_IFMT(self.mode) else stat.S_ISREG(self.mode)

    @property
    def is_folder(self) -> bool | None:
        return None if self.mode is None or not stat.S_IFMT(self.mode) else stat.S_ISDIR(self.mode)


def uint32(number: int) -> bytes:
    """Four bytes, the highest first."""
    return struct.pack(">I", number)


def uint64(number: int) -> bytes:
    """Eight bytes, the highest first."""
    return struct.pack(">Q", number)


def string(value: str | bytes | memoryview) -> bytes:
    """Length and bytes; text as UTF-8."""
    raw = value.encode() if isinstance(value, str) else value
    return b"".join((uint32(len(raw)), raw))


class Packet:
    """Reads a packet's body from front to back.

    Raises:
        NotSftp: the body ends before the value asked for.
    """

    def __init__(self, body: memoryview) -> None:
        self._body = body
        self._position = 0

    @property
    def at_end(self) -> bool:
        return self._position >= len(self._body)

    def uint32(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def uint64(self) -> int:
        return int.from_bytes(self._take(8), "big")

    def string(self) -> bytes:
        return bytes(self.view())

    def view(self) -> memoryview:
        """A string that is not copied."""
        return self._take(self.uint32())

    def attributes(self) -> Attributes:
        flags = self.uint32()
        size = self.uint64() if flags & SIZE else None
        if flags & OWNER:
            self._take(8)
        mode = self.uint32() if flags & MODE else None
        modified = int.from_bytes(self._take(8)[4:], "big") if flags & TIMES else None
        if flags & MORE:
            for _ in range(self.uint32()):
                self.string()
                self.string()
        return Attributes(size=size, mode=mode, modified=modified)

    def _take(self, size: int) -> memoryview:
        begin, end = self._position, self._position + size
        if end > len(self._body):
            raise NotSftp("a packet shorter than what it should hold")
        self._position = end
        return self._body[begin:end]


class Reply(NamedTuple):
    """A packet without its number."""

    kind: int
    body: memoryview


@dataclass(frozen=True, kw_only=True)
class Named:
    """One entry of a folder. `line`: as `ls -l` would print it."""

    name: bytes
    line: bytes
    attributes: Attributes


def _refusal(reply: Reply) -> Status:
    if reply.kind != Kind.STATUS:
        raise NotSftp(f"a packet of type {reply.kind} that was not asked for")
    packet = Packet(reply.body)
    code = packet.uint32()
    return Status(code, "" if packet.at_end else packet.string().decode("utf-8", "replace"))


def check(reply: Reply) -> None:
    """The reply is "OK", or its `Status` is raised."""
    status = _refusal(reply)
    if status.code != Code.OK:
        raise status


def _expect(reply: Reply, kind: Kind) -> Packet:
    if reply.kind == kind:
        return Packet(reply.body)
    status = _refusal(reply)
    if status.code == Code.OK:
        raise NotSftp(f"a plain OK instead of a packet of type {kind}")
    raise status


def _expect_or_end(reply: Reply, kind: Kind) -> Packet | None:
    try:
        return _expect(reply, kind)
    except Status as status:
        if status.code == Code.EOF:
            return None
        raise


def handle_of(reply: Reply) -> bytes:
    """The handle of a file or folder that was opened."""
    return _expect(reply, Kind.HANDLE).string()


def attributes_of(reply: Reply) -> Attributes:
    """The answer to a stat."""
    return _expect(reply, Kind.ATTRS).attributes()


def data_of(reply: Reply, most: int) -> memoryview:
    """The bytes read, at most `most`; none at the end of the file."""
    packet = _expect_or_end(reply, Kind.DATA)
    data = packet.view() if packet else memoryview(b"")
    if len(data) > most:
        raise NotSftp(f"{len(data)} bytes where {most} were asked for")
    return data


def names_of(reply: Reply) -> list[Named]:
    """Some entries of a folder; none at its end."""
    packet = _expect_or_end(reply, Kind.NAME)
    if packet is None:
        return []
    return [
        Named(name=packet.string(), line=packet.string(), attributes=packet.attributes())
        for _ in range(packet.uint32())
    ]
