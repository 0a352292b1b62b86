"""Uploading: under a temporary name in the same folder, then renamed, then looked at. Never half a file.

Where a partner cannot have that, the file is written under its own name, and a marker beside it says that it is whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from batch.errors import Incomplete, RemoteError, RemoteRefused
from batch.remotes.contract import Entry, Remote
from batch.remotes.fetch import read_whole
from batch.remotes.names import check_name, join

MOST_NUMBERED = 1000
MOST_LEFTOVERS = 8
"""Of so many earlier attempts the temporary files are looked for."""

Verified = Literal["stat", "bytes", "gone", "unseen"]


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a partner wants its files.

    `direct`: written under its own name, not renamed. `marker`: the name, made of `{name}` or `{stem}`, of an empty file that
    is put beside it afterwards. `exists`: what happens where a file of that name is there already.
    """

    direct: bool = False
    marker: str | None = None
    exists: Literal["replace", "fail", "number"] = "replace"


USUAL = Manner()


@dataclass(frozen=True, kw_only=True)
class Published:
    """How an upload ended.

    `name`: under which it lies there, with a number if the wanted one was taken. `how`: `"uploaded"`, or `"already"` if an earlier attempt had succeeded and nothing was written.
    `verified`: `"stat"`: the file is there with its size; `"bytes"`: read back and compared; `"gone"`: the partner
    took it at once; `"unseen"`: the server does not let us look. In each case every write was confirmed before.
    """

    name: str
    how: Literal["uploaded", "already"]
    verified: Verified


def publish(
    remote: Remote,
    folder: str,
    name: str,
    data: bytes,
    *,
    token: str,
    manner: Manner = USUAL,
    resumed: bool = False,
    attempt: int = 0,
) -> Published:
    """Puts `data` into `folder` as `name`, as `manner` says; without, it replaces a file of that name in one step.

    `token` belongs to this delivery alone. `resumed`: an earlier attempt may have succeeded; then the file is
    looked at first. `attempt` counts attempts from 0: each has a temporary name of its own, so that what is left
    of an earlier one can never be renamed into place.

    Raises:
        Incomplete: the file has another size than what was written.
        Transient: the connection broke; whether the file is there is not known (try again with `resumed`).
        RemoteRefused, UnsafeName: it cannot be put there.
    """
    check_name(name)
    for candidate in _names(name, manner):
        final = join(folder, candidate)
        if resumed and (verified := _is_there(remote, final, data)):
            _mark(remote, folder, candidate, manner)
            return Published(name=candidate, how="already", verified=verified)
        if manner.exists == "replace" or _look(remote, final) is None:
            break
    else:
        raise RemoteRefused(
            f'remote {remote.name}: {final!r} is there already, and exists = "{manner.exists}"; have it taken away, or change that'
        )
    if manner.direct:
        _write_over(remote, final, data)
    else:
        for number in range(max(0, attempt - MOST_LEFTOVERS), attempt):
            _remove_if_allowed(remote, join(folder, temporary_name(name, token, number)))
        _put(remote, join(folder, temporary_name(name, token, attempt)), final, data)
    verified = _verify(remote, final, len(data))
    _mark(remote, folder, candidate, manner)
    return Published(name=candidate, how="uploaded", verified=verified)


def publishing(
    folder: str, name: str, data: bytes, *, token: str, manner: Manner = USUAL, earlier: int = 0
) -> Callable[[Remote], Published]:
    """`publish` as an act to be tried again: from the second call on, the earlier ones may have succeeded.

    `earlier`: how many attempts other runs may have made; what they left is looked for and removed.
    """
    attempts = itertools.count(earlier)

    def act(remote: Remote) -> Published:
        attempt = next(attempts)
        return publish(
            remote, folder, name, data, token=token, manner=manner, resumed=attempt > 0, attempt=attempt
        )

    return act


def temporary_name(name: str, token: str, attempt: int = 0) -> str:
    """`.a.csv.TOKEN.part`, and `.a.csv.TOKEN.1.part` for the next attempt: hidden from most listings."""
    number = f".{attempt}" if attempt else ""
    return f".{check_name(name)}.{token}{number}.part"


def _names(name: str, manner: Manner) -> Iterator[str]:
    """The name, and if another one is to be found where it is taken, `a-2.csv`, `a-3.csv` and on."""
    yield name
    if manner.exists == "number":
        stem, dot, ending = name.rpartition(".")
        stem, ending = (stem, dot + ending) if stem else (name, "")
        yield from (f"{stem}-{number}{ending}" for number in range(2, MOST_NUMBERED + 1))


def _mark(remote: Remote, folder: str, name: str, manner: Manner) -> None:
    """The marker, after the file; one that is there from an earlier file or attempt is made anew."""
    if manner.marker is not None:
        marker = join(
            folder, check_name(manner.marker.format(name=name, stem=name.rpartition(".")[0] or name))
        )
        _write_over(remote, marker, b"")


def _write_over(remote: Remote, path: str, data: bytes) -> None:
    """Without a temporary name: what is there is removed first, as creating is exclusive; half a file is removed."""
    _remove_if_allowed(remote, path)
    try:
        remote.write(path, data)
    except RemoteError:
        with suppress(RemoteError):
            remote.remove(path)
        raise


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
    try:
        there = read_whole(remote, final, size=found.size)
    except Incomplete:
        return None
    except RemoteRefused:
        return "stat"
    return "bytes" if there == data else None


def _look(remote: Remote, path: str) -> Entry | None:
    try:
        return remote.stat(path)
    except RemoteRefused:
        return None
