"""Trying every remote that the configuration names: what its server is, what it holds, what it allows.

Where documents are to be put, a small file is written, renamed over another one, and removed again; nothing else changes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase

from batch.context import Context
from batch.errors import RemoteError
from batch.receive.feeds import ack_feeds_of, feeds_of
from batch.remotes.contract import Entry, Listing, Remote
from batch.remotes.names import join

PROBE = b"stockferry check --connect wrote this; it may be deleted\n"


@dataclass(frozen=True, kw_only=True)
class ServerFound:
    """What is at the other end. `facts`: what it is → how it is; `found`: why it could not be connected."""

    remote: str
    ok: bool
    facts: Mapping[str, str] = field(default_factory=dict)
    found: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a look into one folder found."""

    remote: str
    folder: str
    used_by: str
    ok: bool
    found: str


@dataclass(frozen=True, kw_only=True)
class Probed:
    """All that was found out."""

    servers: tuple[ServerFound, ...]
    folders: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(one.ok for one in self.servers) and all(one.ok for one in self.folders)


def probe(context: Context) -> Probed:
    """Connects to every remote, and looks into the folder of every feed and cart."""
    servers = [_server(context, name) for name in context.configuration.remotes]
    down = {one.remote for one in servers if not one.ok}
    configuration = context.configuration
    carts = [cart for merchant in configuration.merchants.values() for cart in merchant.carts.values()]
    feeds = feeds_of(configuration, list(configuration.merchants))
    read = [
        _look(context, of.feed.remote, of.feed.path, f"feed {of.key.title}", of.feed.files)
        for of in (*feeds, *ack_feeds_of(carts))
        if of.feed.remote not in down
    ]
    answered = [
        (
            of.feed.remote,
            of.feed.path if of.feed.answers is None else of.feed.answers,
            f"997s of {of.key.title}",
        )
        for of in feeds
        if of.feed.acknowledge
    ]
    written = [
        _try(context, remote, folder, used_by)
        for remote, folder, used_by in (
            *((cart.remote, cart.path, f"cart {cart.merchant}/{cart.id}") for cart in carts),
            *answered,
        )
        if remote not in down
    ]
    return Probed(servers=tuple(servers), folders=(*read, *written))


def _server(context: Context, name: str) -> ServerFound:
    try:
        return ServerFound(
            remote=name, ok=True, facts=context.remotes.use(name, lambda there: there.describe())
        )
    except RemoteError as error:
        return ServerFound(remote=name, ok=False, found=str(error))


def _look(context: Context, remote: str, folder: str, used_by: str, pattern: str) -> Finding:
    try:
        listing: Listing = context.remotes.use(remote, lambda there: there.list(folder))
    except RemoteError as error:
        return Finding(remote=remote, folder=folder, used_by=used_by, ok=False, found=str(error))
    names = [entry.name for entry in listing.entries]
    matching = sum(fnmatchcase(name, pattern) for name in names)
    refused = f"; {len(listing.refused)} names cannot be used" if listing.refused else ""
    found = f"{matching} of {len(names)} files match {pattern}{refused}"
    return Finding(remote=remote, folder=folder, used_by=used_by, ok=True, found=found)


def _try(context: Context, remote: str, folder: str, used_by: str) -> Finding:
    """Writes, renames over and removes; what fails is told, and what was written is removed."""
    first, second = (join(folder, f".stockferry-{secrets.token_hex(6)}.{n}.part") for n in (1, 2))

    def act(there: Remote) -> Entry | None:
        try:
            there.write(first, PROBE)
            entry = there.stat(first)
            there.write(second, PROBE)
            there.rename(second, first)
        finally:
            for path in (first, second):
                with suppress(RemoteError):
                    there.remove(path)
        return entry

    try:
        entry = context.remotes.use(remote, act)
    except RemoteError as error:
        return Finding(remote=remote, folder=folder, used_by=used_by, ok=False, found=str(error))
    found = "a file was written, renamed over another one, and removed"
    if entry is not None:
        found += f"; {_clocks(entry.modified - context.clock.wall())}"
        found += f"; times in {'fractions' if entry.modified.microsecond else 'whole seconds'}"
    return Finding(remote=remote, folder=folder, used_by=used_by, ok=True, found=found)


def _clocks(difference: timedelta) -> str:
    seconds = round(difference.total_seconds())
    if abs(seconds) <= 1:
        return "its clock agrees with ours"
    return f"its clock is {abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} ours"
