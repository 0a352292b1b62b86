"""Downloading: a file is taken only if it held still while it was read."""

from __future__ import annotations

from io import BytesIO

from batch.errors import Incomplete, RemoteRefused
from batch.remotes.contract import Entry, Remote
from batch.sizes import size_in_words

MAX_SIZE = 1_000_000_000


def fetch(remote: Remote, path: str, entry: Entry, *, max_size: int = MAX_SIZE) -> bytes:
    """All bytes of a file that was listed as `entry`.

    Size and modification time are the listed ones after reading, so it is the file that was listed, whole.

    Raises:
        Incomplete: the file changed after it was listed.
        RemoteRefused: it is gone, may not be read, or is larger than `max_size` bytes.
    """
    if entry.size > max_size:
        raise RemoteRefused(
            f"remote {remote.name}: {path!r} has {size_in_words(entry.size)}, more than {size_in_words(max_size)}; it is left "
            "alone until the feed's max_size is raised or the file is gone"
        )
    try:
        data = read_whole(remote, path, size=entry.size)
    except RemoteRefused as error:
        if remote.stat(path) is None:
            raise _gone(remote, path) from error
        raise
    found = remote.stat(path)
    if found is None:
        raise _gone(remote, path)
    if (found.size, found.modified) != (entry.size, entry.modified):
        raise Incomplete(
            f"remote {remote.name}: {path!r} changed after it was listed ({entry.size} bytes, then {found.size}); "
            "it is still being written"
        )
    return data


def read_whole(remote: Remote, path: str, *, size: int) -> bytes:
    """The `size` bytes of a file, in one place in memory from the first block on."""
    buffer = BytesIO()
    remote.read(path, buffer.write, size=size)
    return buffer.getvalue()


def _gone(remote: Remote, path: str) -> RemoteRefused:
    return RemoteRefused(
        f"remote {remote.name}: {path!r} is gone since it was listed; the next run looks again"
    )
