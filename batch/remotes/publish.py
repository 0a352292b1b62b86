"""Uploading: under a temporary name in the same folder, then renamed, then looked at. Never half a file."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from batch.errors import Incomplete, RemoteError, RemoteRefused
from batch.remotes.contract import Entry, Remote
from batch.remotes.names import check_name, join

MOST_LEFTOVERS = 8
"""Of so many earlier attempts the temporary files are looked for."""

Verified = Literal["stat", "bytes", "gone", "unseen"]


@dataclass(frozen=True, kw_only=True)
class Published:
    """How an upload ended.

    `how`: `"uploaded"`, or `"already"` if an earlier attempt had succeeded and nothing was written.
    `verified`: `"stat"`: the file is there with its size; `"bytes"`: read back and compared; `"gone"`: the partner
    took it at once; `"unseen"`: the server does not let us look. In each case every write was confirmed before.
    """

    how: Literal["uploaded", "already"]
    verified: Verified


def publish(
    remote: Remote,
    folder: str,
    name: str,
    data: bytes,
    *,
    token: str,
    resumed: bool = False,
    attempt: int = 0,
) -> Published:
    """Puts `data` into `folder` as `name`, replacing a file of that name in one step.

    `token` belongs to this delivery alone. `resumed`: an earlier attempt may have succeeded; then the file is
    looked at first. `attempt` counts attempts from 0: each has a temporary name of its own, so that what is left
    of an earlier one can never be renamed into place.

    Raises:
        Incomplete: the file has another size than what was written.
        Transient: the connection broke; whether the file is there is not known (try again with `resumed`).
        RemoteRefused, UnsafeName: it cannot be put there.
    """
    final = join(folder, check_name(name))
    if resumed and (verified := _is_there(remote, final, data)):
        return Published(how="already", verified=verified)
    oldest = max(0, attempt - MOST_LEFTOVERS)
    temporaries = [join(folder, temporary_name(name, token, number)) for number in range(oldest, attempt + 1)]
    for temporary in temporaries:
        _remove_if_allowed(remote, temporary)
    _put(remote, temporaries[-1], final, data)
    return Published(how="uploaded", verified=_verify(remote, final, len(data)))


def publishing(
    folder: str, name: str, data: bytes, *, token: str, earlier: int = 0
) -> Callable[[Remote], Published]:
    """`publish` as an act to be tried again: from the second call on, the earlier ones may have succeeded.

    `earlier`: how many attempts other runs may have made; what they left is looked for and removed.
    """
    attempts = itertools.count(earlier)

    def act(remote: Remote) -> Published:
        attempt = next(attempts)
        return publish(remote, folder, name, data, token=token, resumed=attempt > 0, attempt=attempt)

    return act


def temporary_name(name: str, token: str, attempt: int = 0) -> str:
    """`.a.csv.TOKEN.part`, and `.a.csv.TOKEN.1.part` for the next attempt: hidden from most listings."""
    number = f".{attempt}" if attempt else ""
    return f".{check_name(name)}.{token}{number}.part"


def _put(remote: Remote, temporary: str, final: str, data: bytes) -> None:
    try:
        remote.write(temporary, data)
        remote.rename(temporary, final)
    except RemoteError:
        with suppress(RemoteError):
            remote.remove(temporary)
        raise


def _remove_if_allowed(remote: Remote, path: str) -> None:
    """What may not be removed does not stop an upload: writing creates its file exclusively."""
    with suppress(RemoteRefused):
        remote.remove(path)


def _verify(remote: Remote, final: str, size: int) -> Verified:
    try:
        found = remote.stat(final)
    except RemoteRefused:
        return "unseen"
    if found is None:
        return "gone"
    if found.size != size:
        raise Incomplete(f"remote {remote.name}: {final!r} has {found.size} bytes, {size} were uploaded")
    return "stat"


def _is_there(remote: Remote, final: str, data: bytes) -> Verified | None:
    found = _look(remote, final)
    if found is None or found.size != len(data):
        return None
    chunks: list[bytes] = []
    try:
        remote.read(final, chunks.append, size=found.size)
    except Incomplete:
        return None
    except RemoteRefused:
        return "stat"
    return "bytes" if b"".join(chunks) == data else None


def _look(remote: Remote, path: str) -> Entry | None:
    try:
        return remote.stat(path)
    except RemoteRefused:
        return None
