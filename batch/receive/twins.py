"""A file that two feeds bring: both count, so all that it says counts twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from batch.config import Configuration, InventoryFeed, OrderFeed
from batch.context import Context
from batch.ledger import files
from batch.ledger.files import FeedKey, FileRecord

READING = ("format", "reading", "columns", "content", "absent", "merchant_column")
"""The keys that decide what a feed takes out of a file."""


def counted_twice(
    context: Context, file: FileRecord, feed: InventoryFeed | OrderFeed, merchants: Iterable[str]
) -> str:
    """Which other feed of these merchants has brought the file last, byte for byte; "" if none.

    Only one that reads the same out of it counts: a file may have the quantities of two warehouses, a feed for each.
    """
    others = [
        key
        for key, other in _feeds(context.configuration, file.feed.kind, merchants)
        if key != file.feed and _read_alike(other, feed)
    ]
    if not others:
        return ""
    with context.ledger.read() as connection:
        last = [(key, files.last_taken(connection, key)) for key in others]
    for key, row in last:
        if row is not None and row.sha256 == file.sha256:
            return (
                f"it is {row.name} of feed {key.title}, byte for byte, and both feeds count: its quantities count twice; "
                "give one of the feeds other files, or take it out of the configuration"
            )
    return ""


def _feeds(
    configuration: Configuration, kind: str, merchants: Iterable[str]
) -> Iterator[tuple[FeedKey, InventoryFeed | OrderFeed]]:
    if kind == "inventory":
        for shared in configuration.inventory:
            yield FeedKey(merchant=None, kind=kind, name=shared.name), shared
    for merchant in merchants:
        for own in getattr(configuration.merchants[merchant], kind):
            yield FeedKey(merchant=merchant, kind=kind, name=own.name), own


def _read_alike(one: InventoryFeed | OrderFeed, other: InventoryFeed | OrderFeed) -> bool:
    return all(getattr(one, key, None) == getattr(other, key, None) for key in READING)
