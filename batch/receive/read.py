"""A file's bytes as conformed rows per merchant: pure, and every reason to refuse the file is an error here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.config import AckFeed, InventoryFeed, OrderFeed
from batch.errors import FileRefused
from batch.model import empty, frame, stack, take
from batch.receive.conform import Conformed, InventoryRules, OrderRules, conform_inventory, conform_orders
from batch.receive.conform.instants import instant_of, parse_instant
from batch.receive.conform.rejects import by_line
from batch.receive.conform.values import mask, trimmed
from batch.receive.unpack import unpacked
from batch.remotes.contract import Entry
from formats import registry
from formats.contract import REJECTS, TEXT, RawTable
from formats.errors import Unreadable
from formats.frames import arrow, columns_of

MERCHANT = "merchant"
OWNED = {**REJECTS, MERCHANT: TEXT}
NOT_READ = ("lot",)  # quantities of lots are summed, with or without a column that names them


@dataclass(frozen=True, kw_only=True)
class Understood:
    """A file as rows.

    `parts`: what it says of each merchant; `unrouted`: rejects of no merchant; `kept`: SKUs of rows of which nobody
    can tell the merchant, so that each merchant keeps its last good level; `as_of`: of the whole file, if it has one.
    `whole_skus`: as in `RawTable`.
    """

    parts: Mapping[str, Conformed]
    unrouted: pd.DataFrame
    kept: tuple[str, ...]
    as_of: datetime | None
    warnings: tuple[str, ...]
    whole_skus: bool = False

    @property
    def rows(self) -> int:
        return len(self.unrouted) + sum(part.count for part in self.parts.values())

    @property
    def rejected(self) -> int:
        """How many of the rows cannot be used."""
        return len(self.unrouted) + sum(len(part.rejects) for part in self.parts.values())

    @cached_property
    def latest(self) -> datetime | None:
        """The as-of of the whole file, or the latest of its rows; None for orders."""
        if self.as_of is not None:
            return self.as_of
        stated = [
            pc.max(arrow(part.rows["as_of"])).as_py() for part in self.parts.values() if "as_of" in part.rows
        ]
        return max((moment for moment in stated if moment is not None), default=None)

    @cached_property
    def rejects(self) -> pd.DataFrame:
        """All rejects, in order of lines, with a column `merchant`: whose row it is, null if nobody can tell."""
        theirs = [(None, self.unrouted), *((name, part.rejects) for name, part in self.parts.items())]
        named = [
            frame(OWNED, {**columns_of(rejects), MERCHANT: owner})
            for owner, rejects in theirs
            if len(rejects)
        ]
        return by_line(named or [empty(OWNED)])


def listed_as_of(feed: InventoryFeed | OrderFeed | AckFeed, entry: Entry) -> datetime | None:
    """The as-of that a listing alone gives: from the file's name or modification time; else None.

    Raises:
        FileRefused: the name does not follow `as_of_pattern`, or gives a time that cannot be meant.
    """
    if not isinstance(feed, InventoryFeed):
        return None
    if feed.as_of == "modified":
        return entry.modified
    if feed.as_of != "file-name" or feed.as_of_pattern is None:
        return None
    try:
        stamp = datetime.strptime(entry.name, feed.as_of_pattern)  # noqa: DTZ007 - the feed's zone follows
    except ValueError as error:
        raise FileRefused(
            f"the name does not follow as_of_pattern = {feed.as_of_pattern!r}, so its as-of is not known"
        ) from error
    moment = instant_of(stamp, feed.timezone, "earlier")
    if isinstance(moment, str):
        raise FileRefused(f"the time in its name cannot be used as its as-of: {moment}")
    return moment


def understand(
    data: bytes, feed: InventoryFeed | OrderFeed, entry: Entry, merchants: Mapping[str, str]
) -> Understood:
    """Reads and conforms a file.

    `merchants`: code → merchant id of a feed of the account; for a merchant's own feed one pair, ("", id).

    Raises:
        FileRefused: the file as a whole cannot be used; says why and where.
    """
    raw = _read(unpacked(data, feed.max_size), feed)
    del data  # as large as all that was read
    as_of = listed_as_of(feed, entry)
    if isinstance(feed, InventoryFeed) and feed.as_of == "document":
        as_of = _document_as_of(raw, feed)
    none = take(raw.rejects, slice(0))
    tables, unrouted = route(raw, merchants) if MERCHANT in raw.cells else ({merchants[""]: raw}, none)
    anyones = _rows_where(unrouted, column="")
    return Understood(
        parts={merchant: _conform(table, feed, entry, as_of, anyones) for merchant, table in tables.items()},
        unrouted=unrouted,
        kept=tuple(_named(anyones) + _named(_rows_where(unrouted, value=""))),
        as_of=as_of,
        warnings=raw.warnings,
        whole_skus=raw.whole_skus,
    )


def route(raw: RawTable, merchants: Mapping[str, str]) -> tuple[dict[str, RawTable], pd.DataFrame]:
    """The rows of each merchant by its code, and the rejects: unknown codes, and rows that are none.

    A row with a code that is not configured is a stranger's. One without a code, or that could not be read, may be
    anyone's, so nobody's level of its SKU becomes zero by absence.
    """
    code = trimmed(arrow(raw.cells[MERCHANT]))
    tables = {}
    for known, merchant in merchants.items():
        mine = mask(pc.equal(code, known))
        tables[merchant] = replace(
            raw, cells=take(raw.cells, mine), lines=raw.lines[mine], rejects=take(raw.rejects, slice(0))
        )
    known_codes = pa.array(list(merchants), pa.string())
    stray = np.flatnonzero(~mask(pc.is_in(code, value_set=known_codes)))
    strays = frame(
        REJECTS,
        {
            "line": raw.lines[stray],
            "column": raw.columns[MERCHANT],
            "value": pc.fill_null(arrow(raw.cells[MERCHANT]).take(pa.array(stray)), ""),
            "reason": f"no merchant has this code; known: {', '.join(merchants)}",
            "sku": arrow(raw.cells["sku"]).take(pa.array(stray)),
        },
    )
    return tables, stack([raw.rejects, strays])


def _rows_where(rejects: pd.DataFrame, **texts: str) -> pd.DataFrame:
    if not len(rejects):
        return rejects
    ((name, text),) = texts.items()
    return take(rejects, np.flatnonzero(mask(pc.equal(arrow(rejects[name]), text))))


def _named(rejects: pd.DataFrame) -> list[str]:
    return list(arrow(rejects["sku"]).drop_null().to_pylist())


def _read(data: bytes, feed: InventoryFeed | OrderFeed) -> RawTable:
    fields = {field: name for field, name in feed.columns.items() if field not in NOT_READ}
    if isinstance(feed, InventoryFeed):
        fields |= feed.attributes
        if feed.merchant_column is not None:
            fields[MERCHANT] = feed.merchant_column
    try:
        return registry.get(feed.format).read(data, fields, feed.reading)
    except Unreadable as error:
        raise FileRefused(str(error)) from error


def _document_as_of(raw: RawTable, feed: InventoryFeed) -> datetime:
    moment = parse_instant(raw.stated_at, feed.timezone, "earlier")
    if isinstance(moment, str):
        raise FileRefused(f"the document's own time {raw.stated_at!r} cannot be used as its as-of: {moment}")
    return moment


def _conform(
    raw: RawTable,
    feed: InventoryFeed | OrderFeed,
    entry: Entry,
    as_of: datetime | None,
    anyones: pd.DataFrame,
) -> Conformed:
    if isinstance(feed, OrderFeed):
        return conform_orders(
            raw,
            OrderRules(
                zone=feed.timezone,
                feed=feed.name,
                stated_at=entry.modified,
                stated_in=entry.name,
                cancelled=feed.cancelled,
            ),
        )
    return conform_inventory(
        raw,
        InventoryRules(
            zone=feed.timezone, fractions=feed.fractions, attributes=tuple(feed.attributes), as_of=as_of
        ),
        anyones,
    )
