"""What a cart was told, read back from the archived documents: they are what was sent, nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.config import Cart
from batch.ledger.runs import Sent
from batch.model import empty, stack, take
from batch.store.archive import Archive
from formats import registry
from formats.contract import INT64, TEXT
from formats.errors import FormatError
from formats.frames import arrow, only

TOLD = {"sku": TEXT, "quantity": INT64}


@dataclass(frozen=True, kw_only=True)
class LastTold:
    """What a cart was last told of one SKU. `run`: the run that did; `quantity`: None if it cannot be read back."""

    run: Any
    quantity: int | None


def belief(archive: Archive, cart: Cart, sent: Sequence[Sent]) -> pd.DataFrame | None:
    """What the cart believes if it took every document, as TOLD.

    `sent`: its runs since the last complete one, in order. None if a document does not read as the cart's are
    written now, or names no SKUs.
    """
    told = empty(TOLD)
    for run in sent:
        lines = read(archive, cart, run)
        if lines is None:
            return None
        told = overlaid(told, lines)
    return told


def last_told(archive: Archive, cart: Cart, sent: Sequence[Sent], sku: str) -> LastTold | None:
    """The latest of these runs of which a document has the SKU; None if none has."""
    sku = registry.writer(cart.format).spelled(pd.Series([sku], dtype=TEXT), cart.writing).iloc[0]
    for run in reversed(sent):
        lines = read(archive, cart, run)
        if lines is None:
            return LastTold(run=run.run, quantity=None)
        found = take(lines, np.asarray(pc.equal(arrow(lines["sku"]), sku).to_numpy(), dtype=bool))
        if len(found):
            return LastTold(run=run.run, quantity=int(found["quantity"].iloc[0]))
    return None


def read(archive: Archive, cart: Cart, sent: Sent) -> pd.DataFrame | None:
    """The lines of a run's documents, as TOLD; None if they do not read as the cart's are written now."""
    parts = lines_in(cart, [archive.get(sha256) for sha256 in sent.documents])
    return None if parts is None else once_each(stack(parts))


def lines_in(cart: Cart, documents: Sequence[bytes]) -> list[pd.DataFrame] | None:
    """The lines of each document, as TOLD; None if they do not read as the cart's are written now, or name no SKUs."""
    form = registry.writer(cart.format)
    if not set(TOLD) <= set(form.fields(cart.writing)):
        return None
    try:
        return [form.read_back(data, cart.writing)[list(TOLD)].astype(TOLD) for data in documents]
    except (FormatError, pa.ArrowInvalid):
        return None


def once_each(lines: pd.DataFrame) -> pd.DataFrame:
    """A SKU that a document tells for each warehouse is told the sum."""
    if len(arrow(lines["sku"]).unique()) == len(lines):
        return lines
    return lines.groupby("sku", sort=False, as_index=False).agg({"quantity": "sum"})


def spelled(cart: Cart, lines: pd.DataFrame) -> pd.DataFrame:
    """The SKU and quantity of lines (an advice) as the cart's documents spell them, as TOLD."""
    skus = registry.writer(cart.format).spelled(lines["sku"], cart.writing)
    return only(lines, TOLD).assign(sku=skus)


def overlaid(told: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """The earlier belief with the SKUs of a delta in the place of what was told of them before."""
    stays = pc.invert(pc.is_in(arrow(told["sku"]), value_set=arrow(lines["sku"]).unique()))
    return stack([take(told, np.asarray(stays.to_numpy(), dtype=bool)), only(lines, TOLD)])
