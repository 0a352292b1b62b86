"""Whether a WMS file that could be read is plausible, or waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from batch.config import InventoryFeed
from batch.model import State, take, whole
from batch.receive.read import Understood
from batch.reconcile.guards import (
    MOST_MOVERS,
    Limits,
    Mover,
    Trip,
    may_trip,
    movers,
    rows_trip,
    side_by_side,
    zeroed_trip,
)
from batch.settings import limits_of
from formats.frames import arrow


def file_trip(
    feed: InventoryFeed,
    understood: Understood,
    changes: Mapping[str, tuple[State, State, pd.DataFrame]],
    *,
    rows_before: int | None,
    now: datetime,
) -> Trip | None:
    """Why the file is held, or None.

    `changes`: merchant → state before and after it, and the segment it adds. `rows_before`: of the feed's last
    applied file.
    """
    if understood.rows == 0:
        return Trip(reason="the file has no rows", movers=())
    limits = limits_of(feed)
    dropped = rows_trip(rows_before, understood.rows, limits) if feed.content == "full" else ""
    reasons = [reason for reason in (_ahead(feed, understood, now), dropped) if reason]
    moved: list[Mover] = []
    for merchant, (before, after, segment) in changes.items():
        known = _of_feed(before, feed.name)
        if not reasons and not _worth_a_look(known, segment, len(before.warehouses), limits):
            continue
        quantities = side_by_side(known, _of_feed(after, feed.name))
        zeroed = zeroed_trip(quantities, limits)
        if zeroed:
            reasons.append(f"merchant {merchant}: {zeroed}" if len(changes) > 1 else zeroed)
        if reasons:
            moved += movers(quantities)
    biggest = sorted(moved, key=lambda mover: -abs(mover.now - mover.was))[:MOST_MOVERS]
    return Trip(reason="; ".join(reasons), movers=biggest) if reasons else None


def _ahead(feed: InventoryFeed, understood: Understood, now: datetime) -> str:
    latest = understood.latest
    if latest is None or latest <= now + feed.max_ahead:
        return ""
    return (
        f"its as-of {latest:%Y-%m-%d %H:%M:%S} UTC is in the future: the run's clock says {now:%Y-%m-%d %H:%M:%S} "
        f"UTC, and max_ahead allows {feed.max_ahead}"
    )


def _of_feed(state: State, feed: str) -> pd.DataFrame:
    if state.feeds == (feed,):
        return state.levels
    return take(state.levels, np.asarray(pc.equal(arrow(state.levels["feed"]), feed).to_numpy(), dtype=bool))


def _worth_a_look(known: pd.DataFrame, segment: pd.DataFrame, warehouses: int, limits: Limits) -> bool:
    """A cheap bound first: no more SKUs can become 0 than there are rows that say so, nor fewer be known than fill the warehouses.

    That holds only where no level is below 0, which takes something off the others of its SKU.
    """
    if not len(known):
        return False
    if whole(known["quantity"]).min() < 0:
        return True
    return may_trip(int((whole(segment["quantity"]) <= 0).sum()), len(known) // warehouses, limits)
