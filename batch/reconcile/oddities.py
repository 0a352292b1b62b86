"""What is taken as it stands, and is probably a mistake of somebody's: told, never mended. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.model import ATTRIBUTE, stack
from batch.reconcile.keys import encode
from formats.frames import arrow

EXAMPLES = 5
LETTERS = 26
UPC = f"{ATTRIBUTE}upc"


def double_products(levels: pd.DataFrame, statements: pd.DataFrame) -> str:
    """SKUs with two UPCs, in the levels or in the rows of a file: probably two products under one SKU.

    `levels`: LEVELS, `statements`: STATEMENTS, both with the attribute `upc`. Returns a sentence, "" if there are none.
    """
    parts = [part[["sku", UPC]] for part in (levels, statements) if UPC in part.columns]
    if not parts:
        return ""
    rows = stack(parts).dropna(ignore_index=True)
    _, (skus,) = encode([rows["sku"]])
    _, (upcs,) = encode([rows[UPC]])
    lowest = np.full(int(skus.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    highest = np.full(len(lowest), -1)
    np.minimum.at(lowest, skus, upcs)
    np.maximum.at(highest, skus, upcs)
    doubled = np.flatnonzero((lowest < highest)[skus])
    if not len(doubled):
        return ""
    table = pd.DataFrame({"sku": rows["sku"].iloc[doubled], "upc": rows[UPC].iloc[doubled]}).drop_duplicates()
    found = table.groupby("sku", sort=True)["upc"].agg(lambda column: " and ".join(sorted(column)))
    examples = [f"{sku} ({pair})" for sku, pair in found.iloc[:EXAMPLES].items()]
    return f"probably two products under one SKU, by their UPCs: {_some(examples, len(found))}"


def near_skus(levels: pd.DataFrame) -> str:
    """SKUs that differ only in case or in blanks around them: kept apart, and probably one product.

    `levels`: LEVELS. Returns a sentence, "" if there are none.
    """
    rows = arrow(levels["sku"])
    if _all_plain(rows) or _plain(rows).equals(rows):
        return ""  # every SKU is its own plain form, so no two can share one
    skus = rows.unique()
    plain = _plain(skus)
    coded = plain.dictionary_encode()
    codes = coded.indices.to_numpy()
    shared = np.bincount(codes, minlength=len(coded.dictionary)) > 1
    if not shared.any():
        return ""
    rows = np.flatnonzero(shared[codes])
    groups = pd.Series(skus.take(pa.array(rows)).to_pylist()).groupby(codes[rows], sort=False)
    examples = [" and ".join(repr(sku) for sku in sorted(group)) for _, group in list(groups)[:EXAMPLES]]
    return f"SKUs that differ only in case or blanks, taken as different products: {_some(examples, int(shared.sum()))}"


def near_warehouses(names: Sequence[str], feeds: Sequence[str]) -> str:
    """Warehouses that differ only in case, and levels of none beside those of some: their quantities are added.

    `names`: of the warehouses of all levels, ascending, "" for none; `feeds`: that these are of. Returns a sentence, "" if there are none.
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.upper(), []).append(name)
    near = [" and ".join(map(repr, group)) for group in groups.values() if len(group) > 1]
    if near:
        return f"warehouses that differ only in case, taken as different ones and added up: {_some(near[:EXAMPLES], len(near))}"
    if "" in groups and len(names) > 1 and len(feeds) == 1:
        return "levels without a warehouse stand beside levels of named ones, and are added up"
    return ""


def _all_plain(skus: pa.ChunkedArray) -> bool:
    """Whether all are ASCII without blanks and lower case, which their bytes tell at once."""
    return not any(_has_others(chunk) for chunk in skus.chunks)


def _has_others(skus: pa.Array) -> bool:
    _, offsets, data = skus.buffers()
    if data is None or not len(skus):
        return False
    ends = np.frombuffer(offsets, np.int32)
    found = np.frombuffer(data, np.uint8)[ends[skus.offset] : ends[skus.offset + len(skus)]]
    if not len(found):
        return False
    is_lower = found - np.uint8(ord("a")) < LETTERS  # what comes before "a" wraps around
    return bool(found.min() < ord("!") or found.max() > ord("~") or is_lower.any())


def _plain(skus: Any) -> Any:
    return pc.utf8_upper(pc.utf8_trim_whitespace(skus))


def unknown_skus(skus: pa.ChunkedArray) -> str:
    """`skus`: of order lines that would count if the warehouse had reported them. Returns a sentence, "" for none."""
    unknown = skus.unique().sort()
    if not len(unknown):
        return ""
    examples = unknown.slice(0, EXAMPLES).to_pylist()
    return f"order lines are kept whose SKU the warehouse has not reported: {_some(examples, len(unknown))}"


def _some(examples: Sequence[str], total: int) -> str:
    more = total - len(examples)
    return ", ".join(examples) + (f" and {more} more" if more > 0 else "")
