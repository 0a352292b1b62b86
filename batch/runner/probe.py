"""Trying every folder that the configuration names, without changing anything there."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from batch.context import Context
from batch.errors import RemoteError
from batch.receive.feeds import feeds_of
from batch.remotes.contract import Listing


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a look into one folder found."""

    remote: str
    folder: str
    used_by: str
    ok: bool
    found: str


def probe(context: Context) -> list[Finding]:
    """A look into the folder of every feed and cart; a folder that cannot be listed is told with the reason."""
    configuration = context.configuration
    feeds = [
        _look(context, of.feed.remote, of.feed.path, f"feed {of.key.title}", of.feed.files)
        for of in feeds_of(configuration, list(configuration.merchants))
    ]
    carts = [
        _look(context, cart.remote, cart.path, f"cart {merchant.id}/{cart.id}", None)
        for merchant in configuration.merchants.values()
        for cart in merchant.carts.values()
    ]
    return feeds + carts


def _look(context: Context, remote: str, folder: str, used_by: str, pattern: str | None) -> Finding:
    try:
        listing: Listing = context.remotes.use(remote, lambda there: there.list(folder))
    except RemoteError as error:
        return Finding(remote=remote, folder=folder, used_by=used_by, ok=False, found=str(error))
    names = [entry.name for entry in listing.entries]
    if pattern is None:
        found = f"{len(names)} files there"
    else:
        found = f"{sum(fnmatchcase(name, pattern) for name in names)} of {len(names)} files match {pattern}"
    return Finding(remote=remote, folder=folder, used_by=used_by, ok=True, found=found)
