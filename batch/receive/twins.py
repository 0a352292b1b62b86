"""A file that two feeds bring: both count, so all that it says would count twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from batch.config import Configuration, InventoryFeed, OrderFeed
from batch.context import Context
from batch.ledger import files
from batch.ledger.files import FeedKey, FileRecord

QUANTITIES = ("quantity", "on_hand", "committed")


def counted_twice(
    context: Context, file: FileRecord, feed: InventoryFeed | OrderFeed, merchants: Iterable[str]
) -> str:
    """Which other feed of these merchants a file has been applied for already, byte for byte; "" if none.

    Only a feed that reads the same quantities counts: a file may have those of two warehouses side by side, a feed for each.
    """
    twins = {
        str(key): key
        for key, other in _feeds(context.configuration, file.feed.kind, merchants)
        if key != file.feed and _reads_the_same(other, feed)
    }
    if not twins:
        return ""
    with context.ledger.read() as connection:
        row = files.applied_for(connection, twins, file.sha256)
    if row is None:
        return ""
    return (
        f"it is {row.name} of feed {twins[row.feed].title}, byte for byte, and both feeds count: its quantities would "
        "count twice; give one of the feeds other files, or take it out of the configuration"
    )


def _feeds(
    configuration: Configuration, kind: str, merchants: Iterable[str]
) -> Iterator[tuple[FeedKey, InventoryFeed | OrderFeed]]:
    if kind == "inventory":
        for shared in configuration.inventory:
            yield FeedKey(merchant=None, kind=kind, name=shared.name), shared
    for merchant in merchants:
        for own in getattr(configuration.merchants[merchant], kind):
            yield FeedKey(merchant=merchant, kind=kind, name=own.name), own


def _reads_the_same(one: InventoryFeed | OrderFeed, other: InventoryFeed | OrderFeed) -> bool:
    return one.format == other.format and all(
        one.columns.get(name) == other.columns.get(name) for name in QUANTITIES
    )
