"""What a rerun says beside what was said then: document by document, and SKU by SKU where they differ. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from batch.config import Cart
from batch.deliver.told import TOLD, lines_in, once_each
from batch.model import empty, stack
from formats.contract import INT64

IDENTICAL, DIFFERS, NEW = "identical", "differs", "new"


@dataclass(frozen=True, kw_only=True)
class Side:
    """The documents of one time, in order, and the cart by whose configuration they were written."""

    documents: Sequence[bytes]
    cart: Cart


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A document beside the one of then. `verdict`: identical | differs | new.

    `changed`: `sku`, `was`, `now` (INT64, null where it is not told); empty also where only other bytes differ.
    `readable`: False if the documents name no SKUs, so that nobody can say which differ.
    """

    verdict: str
    changed: pd.DataFrame
    readable: bool = True


def compare(was: Side, now: Side) -> list[Compared]:
    """One result for each document of either side, in order.

    A SKU that differs is listed with the document that told it then, or tells it now for the first time.
    """
    count = max(len(was.documents), len(now.documents))
    same = [_at(was.documents, at) == _at(now.documents, at) for at in range(count)]
    if all(same):
        return [Compared(verdict=IDENTICAL, changed=nothing_changed()) for _ in same]
    then, today = lines_in(was.cart, was.documents), lines_in(now.cart, now.documents)
    readable = then is not None and today is not None
    changed = _changed(then or [], today or []) if readable else nothing_changed().assign(part=0)
    return [
        Compared(
            verdict=IDENTICAL if is_same else DIFFERS,
            changed=changed[changed["part"] == part].drop(columns="part").reset_index(drop=True),
            readable=readable,
        )
        for part, is_same in enumerate(same)
    ]


def nothing_changed() -> pd.DataFrame:
    """No rows of `sku`, `was`, `now`."""
    return _changed([], [])[["sku", "was", "now"]]


def _at(documents: Sequence[bytes], at: int) -> bytes | None:
    return documents[at] if at < len(documents) else None


def _changed(then: Sequence[pd.DataFrame], today: Sequence[pd.DataFrame]) -> pd.DataFrame:
    both = _told(then, "was").merge(_told(today, "now"), on="sku", how="outer", sort=False)
    differ = both[both["was"].isna() | both["now"].isna() | (both["was"] != both["now"]).fillna(value=True)]
    part = differ["part_was"].fillna(differ["part_now"])
    return differ.assign(part=part)[["sku", "was", "now", "part"]]


def _told(parts: Sequence[pd.DataFrame], name: str) -> pd.DataFrame:
    """`sku`, its quantity as `name`, and as `part_…` the part that tells it first."""
    numbered = [lines.assign(part=at).astype({"part": INT64}) for at, lines in enumerate(parts)]
    every = stack([empty({**TOLD, "part": INT64}), *numbered])
    first = every.drop_duplicates("sku")[["sku", "part"]].rename(columns={"part": f"part_{name}"})
    return once_each(every[["sku", "quantity"]]).rename(columns={"quantity": name}).merge(first, on="sku")
