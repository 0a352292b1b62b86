"""SFTP version 3 over any byte channel: one thread, many requests in flight, every reply checked.

What a reply says is never assumed: an unknown number, type or length ends the session. Names are bytes.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import Protocol, TypeVar

from batch.remotes.sftp.packets import (
    Attributes,
    Code,
    Kind,
    Named,
    NotSftp,
    Packet,
    Reply,
    Status,
    attributes_of,
    check,
    data_of,
    handle_of,
    names_of,
    string,
    uint32,
    uint64,
)

IN_FLIGHT = 2 << 20
READ_SIZE = 255 << 10
WRITE_SIZE = 128 << 10
SAFE_SIZE = 32 << 10
FOLDER_REQUESTS = 8
RECEIVE_SIZE = 256 << 10
SEND_SIZE = 32 << 10
MAX_PACKET = 1 << 20

POSIX_RENAME = "posix-rename@openssh.com"
FSYNC = "fsync@openssh.com"
LIMITS = "limits@openssh.com"

WRITE, LOOK, SYNC, END = "write", "look", "sync", "end"
"""The steps by which a file is written."""

NOT_OFFERED = (Code.PERMISSION_DENIED, Code.UNSUPPORTED)
"""What a server answers that cannot or will not do such a thing."""

T = TypeVar("T")


READING = 0x01
CREATING = 0x02 | 0x08 | 0x20  # write, create, fail if it exists


class ChannelLost(Exception):
    """The channel broke, stalled or was closed; nothing more can be said over it."""


class Channel(Protocol):
    """The bytes below. Both raise `ChannelLost`; `receive` never returns nothing."""

    def send(self, data: bytes) -> None: ...

    def receive(self, size: int) -> bytes: ...


class Sftp:
    """One SFTP session. Methods raise `Status`, `NotSftp` or `ChannelLost`, and nothing else.

    After `Status` the session is as good as before; after the other two it is over.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._buffer = bytearray()
        self._position = 0
        self._outgoing: list[bytes] = []
        self._unsent = 0
        self._numbers = itertools.count(1)
        self._replies: dict[int, Reply] = {}
        self._expected: set[int] = set()
        self._abandoned: set[int] = set()
        self.extensions = self._greet()
        self._read_size, self._write_size = self._limits()

    def stat(self, path: bytes, *, follow: bool = False) -> Attributes:
        return attributes_of(self._call(Kind.STAT if follow else Kind.LSTAT, string(path)))

    def open(self, path: bytes, flags: int) -> bytes:
        return handle_of(self._call(Kind.OPEN, string(path), uint32(flags), uint32(0)))

    def close(self, handle: bytes) -> None:
        check(self._call(Kind.CLOSE, string(handle)))

    def close_unheard(self, handle: bytes) -> None:
        """Closes what was only read, or could not be written, with the next request and whatever the server says."""
        self._abandon([self._request(Kind.CLOSE, string(handle))])

    def read(self, handle: bytes, size: int, sink: Callable[[memoryview], object]) -> int:
        """Gives up to `size` bytes to `sink`, in order.

        Returns:
            The bytes found: fewer than `size` if the file ends earlier, `size + 1` if it goes on.
        """
        spans = itertools.chain(_spans(size, self._read_size), [(size, 1)])
        with closing(
            self._in_flight(spans, lambda span: self._ask(handle, *span), self._read_size)
        ) as replies:
            for (offset, length), reply in replies:
                if offset == size:
                    return size + len(data_of(reply, length))
                found = self._take(handle, offset, length, reply, sink)
                if found < length:
                    return offset + found
        return size

    def write(self, handle: bytes, data: bytes) -> int | None:
        """Writes all bytes from the beginning of the file, syncs it where that is offered, and closes it.

        Every reply has been checked when it returns. Nothing is waited for before the next request is sent, so a small
        file takes one round trip.

        Returns:
            How many bytes the server holds; None from one that does not let us look.
        """
        view = memoryview(data)

        def send(step: tuple[str, int, int]) -> int:
            what, offset, length = step
            if what == WRITE:
                return self._request(
                    Kind.WRITE, string(handle), uint64(offset), string(view[offset : offset + length])
                )
            if what == LOOK:
                return self._request(Kind.FSTAT, string(handle))
            if what == SYNC:
                return self._request(Kind.EXTENDED, string(FSYNC), string(handle))
            return self._request(Kind.CLOSE, string(handle))

        steps = [(WRITE, offset, length) for offset, length in _spans(len(data), self._write_size)]
        steps += [(what, 0, 0) for what in (LOOK, SYNC, END) if what != SYNC or FSYNC in self.extensions]
        held: int | None = None
        with closing(self._in_flight(steps, send, self._write_size)) as replies:
            for (what, _, _), reply in replies:
                try:
                    if what == LOOK:
                        held = attributes_of(reply).size
                    else:
                        check(reply)
                except Status as status:
                    if what not in {LOOK, SYNC} or status.code not in NOT_OFFERED:
                        raise
        return held

    def rename(self, old: bytes, new: bytes) -> None:
        """The protocol's own rename: most servers refuse it if `new` exists."""
        check(self._call(Kind.RENAME, string(old), string(new)))

    def replace(self, old: bytes, new: bytes) -> None:
        """OpenSSH's rename, which replaces `new` in one step; only for servers that offer `POSIX_RENAME`."""
        check(self._call(Kind.EXTENDED, string(POSIX_RENAME), string(old), string(new)))

    def remove(self, path: bytes) -> None:
        check(self._call(Kind.REMOVE, string(path)))

    def make_folder(self, path: bytes) -> None:
        check(self._call(Kind.MKDIR, string(path), uint32(0)))

    def list(self, path: bytes) -> Generator[Named, None, None]:
        """The entries of a folder, in the server's order; to be read to its end."""
        handle = handle_of(self._call(Kind.OPENDIR, string(path)))
        try:
            yield from self._entries(handle)
        finally:
            self.close(handle)

    def _entries(self, handle: bytes) -> Iterator[Named]:
        def ask(_: int) -> int:
            return self._request(Kind.READDIR, string(handle))

        requests = self._in_flight(itertools.count(), ask, IN_FLIGHT // FOLDER_REQUESTS)
        with closing(requests) as replies:
            for _, reply in replies:
                entries = names_of(reply)
                if not entries:
                    return
                yield from entries

    def _greet(self) -> dict[str, bytes]:
        self._send(Kind.INIT, uint32(3))
        reply = self._receive()
        if reply.kind != Kind.VERSION:
            raise NotSftp(f"a packet of type {reply.kind} instead of the version")
        packet = Packet(reply.body)
        packet.uint32()
        extensions = {}
        while not packet.at_end:
            name = packet.string().decode("ascii", "replace")
            extensions[name] = packet.string()
        return extensions

    def _limits(self) -> tuple[int, int]:
        if LIMITS not in self.extensions:
            return SAFE_SIZE, SAFE_SIZE
        reply = self._call(Kind.EXTENDED, string(LIMITS))
        if reply.kind != Kind.EXTENDED_REPLY:
            return SAFE_SIZE, SAFE_SIZE
        packet = Packet(reply.body)
        packet.uint64()
        read, write = packet.uint64(), packet.uint64()
        return min(read or SAFE_SIZE, READ_SIZE), min(write or SAFE_SIZE, WRITE_SIZE)

    def _ask(self, handle: bytes, offset: int, length: int) -> int:
        return self._request(Kind.READ, string(handle), uint64(offset), uint32(length))

    def _take(
        self, handle: bytes, offset: int, length: int, reply: Reply, sink: Callable[[memoryview], object]
    ) -> int:
        """One span, asking again for what a server left out; fewer than `length` at the end of the file."""
        found = 0
        while data := data_of(reply, length - found):
            sink(data)
            found += len(data)
            if found == length:
                break
            reply = self._wait(self._ask(handle, offset + found, length - found))
        return found

    def _in_flight(
        self, items: Iterable[T], send: Callable[[T], int], size: int
    ) -> Generator[tuple[T, Reply], None, None]:
        """Sends a request for each item, with up to `IN_FLIGHT` bytes of `size` each on the way; replies in order."""
        waiting: deque[tuple[T, int]] = deque()
        try:
            for item in items:
                waiting.append((item, send(item)))
                if len(waiting) * size >= IN_FLIGHT:
                    first, number = waiting.popleft()
                    yield first, self._wait(number)
            while waiting:
                first, number = waiting.popleft()
                yield first, self._wait(number)
        finally:
            self._abandon(number for _, number in waiting)

    def _abandon(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            if self._replies.pop(number, None) is None:
                self._abandoned.add(number)

    def _call(self, kind: Kind, *parts: bytes) -> Reply:
        return self._wait(self._request(kind, *parts))

    def _request(self, kind: Kind, *parts: bytes) -> int:
        number = next(self._numbers) & 0xFFFFFFFF
        self._expected.add(number)
        self._send(kind, uint32(number), *parts)
        return number

    def _wait(self, number: int) -> Reply:
        while number not in self._replies:
            kind, body = self._receive()
            answered = Packet(body).uint32()
            if answered not in self._expected:
                raise NotSftp(f"an answer to request {answered}, which was not asked")
            self._expected.remove(answered)
            if answered in self._abandoned:
                self._abandoned.remove(answered)
            else:
                self._replies[answered] = Reply(kind, body[4:])
        return self._replies.pop(number)

    def _send(self, kind: Kind, *parts: bytes) -> None:
        """Sends a packet, a small one together with those after it: at the latest before an answer is waited for."""
        size = 1 + sum(map(len, parts))
        self._outgoing += (uint32(size), bytes((kind,)), *parts)
        self._unsent += size
        if self._unsent >= SEND_SIZE:
            self._flush()

    def _flush(self) -> None:
        if self._outgoing:
            data = b"".join(self._outgoing)
            self._outgoing.clear()
            self._unsent = 0
            self._channel.send(data)

    def _receive(self) -> Reply:
        self._flush()
        length = int.from_bytes(self._bytes(4), "big")
        if not 1 <= length <= MAX_PACKET:
            raise NotSftp(f"a packet of {length} bytes")
        packet = memoryview(self._bytes(length))
        return Reply(packet[0], packet[1:])

    def _bytes(self, size: int) -> bytes:
        """The next bytes, copied once: what replies are made of are views into them."""
        while len(self._buffer) - self._position < size:
            del self._buffer[: self._position]
            self._position = 0
            self._buffer += self._channel.receive(RECEIVE_SIZE)
        begin, self._position = self._position, self._position + size
        with memoryview(self._buffer) as view:
            return bytes(view[begin : self._position])


def _spans(size: int, chunk: int) -> Iterator[tuple[int, int]]:
    return ((offset, min(chunk, size - offset)) for offset in range(0, size, chunk))
