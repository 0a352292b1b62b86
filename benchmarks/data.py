"""The files of the benchmark: what a warehouse and a shop would send, the same bytes for the same size.

`python data.py FOLDER --skus N [--first]` writes into FOLDER

- `levels.csv`   N SKUs in two warehouses, a row each, warehouse by warehouse; the export takes ten minutes, so
                 rows carry the second at which they were written
- `orders.csv`   N order lines, two to an order; half of them older than the levels, 3 % cancelled, and one in a
                 thousand for a SKU that the warehouse does not know

and, unless it is only for a first cycle,

- `few.csv`      100 order lines more
- `again.csv`    the levels a day later, with other quantities
- `changes.csv`  1 % of the SKUs in both warehouses, an hour after `again.csv`
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from plan import FEW

SEED = 846
WAREHOUSES = ("EAST", "WEST")
EXPORTED = datetime(2026, 11, 20, 9, tzinfo=UTC)
EXPORT_TAKES = 600
ORDERS_SPAN = 6 * 3600
MOST_ON_HAND = 40
STATUSES = ("paid", "shipped", "cancelled")
SHARES = (0.57, 0.40, 0.03)
UNKNOWN_EVERY = 1000
CHANGED_EVERY = 100


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the files that the benchmark reads.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--skus", type=int, default=1_000_000)
    parser.add_argument("--first", action="store_true", help="levels and orders alone")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    write_first(given.folder, given.skus)
    if not given.first:
        write_later(given.folder, given.skus)


def write_first(folder: Path, skus: int) -> None:
    """Writes what a first cycle takes in."""
    random = np.random.default_rng([SEED, 1])
    (folder / "levels.csv").write_bytes(levels(np.arange(skus), EXPORTED, random))
    (folder / "orders.csv").write_bytes(orders(skus, skus, "WEB", random))


def write_later(folder: Path, skus: int) -> None:
    """Writes what comes after it."""
    random = np.random.default_rng([SEED, 2])
    changed = np.sort(random.choice(skus, max(1, skus // CHANGED_EVERY), replace=False))
    next_day = EXPORTED + timedelta(days=1)
    (folder / "few.csv").write_bytes(orders(min(FEW, skus), skus, "NEW", random))
    (folder / "again.csv").write_bytes(levels(np.arange(skus), next_day, random))
    (folder / "changes.csv").write_bytes(levels(changed, next_day + timedelta(hours=1), random))


def levels(numbers: Any, exported: datetime, random: np.random.Generator) -> pa.Buffer:
    """A WMS file: 54 bytes a row."""
    count = len(numbers)
    seconds = np.linspace(0, EXPORT_TAKES, count * len(WAREHOUSES), endpoint=False)
    sku, upc = sku_names(numbers), padded(numbers + 10**9, 12)
    return lines(
        "ITEM,WH,QTY_AVAIL,AS_OF,UPC",
        [
            pa.concat_arrays([sku] * len(WAREHOUSES)),
            pa.array(WAREHOUSES).take(pa.array(np.repeat(np.arange(len(WAREHOUSES)), count))),
            text(random.integers(0, MOST_ON_HAND + 1, count * len(WAREHOUSES))),
            times(exported, seconds),
            pa.concat_arrays([upc] * len(WAREHOUSES)),
        ],
    )


def orders(count: int, skus: int, name: str, random: np.random.Generator) -> pa.Buffer:
    """An order file: about 58 bytes a row. Lines are for any SKU, as evenly as chance has it."""
    rows = np.arange(count)
    ordered = random.integers(0, skus, count)
    ordered[::UNKNOWN_EVERY] += skus
    return lines(
        "order_id,line_no,sku,qty,created_at,status",
        [
            pc.binary_join_element_wise(name, padded(rows // 2 + 1, 9), "-"),
            text(rows % 2 + 1),
            sku_names(ordered),
            text(random.integers(1, 4, count)),
            times(EXPORTED, np.sort(random.integers(-ORDERS_SPAN, ORDERS_SPAN, count))),
            pa.array(STATUSES).take(pa.array(random.choice(len(STATUSES), count, p=SHARES))),
        ],
    )


def sku_names(numbers: Any) -> pa.Array:
    return pc.binary_join_element_wise("SKU", padded(numbers, 7), "-")


def padded(numbers: Any, width: int) -> pa.Array:
    return pc.utf8_lpad(text(numbers), width, "0")


def text(numbers: Any) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def times(start: datetime, seconds: Any) -> pa.Array:
    """`2026-11-20T09:00:00Z`"""
    instants = int(start.timestamp()) + seconds.astype(np.int64)
    return pc.strftime(pa.array(instants, pa.timestamp("s", "UTC")), "%Y-%m-%dT%H:%M:%SZ")


def lines(header: str, columns: list[pa.Array]) -> pa.Buffer:
    """A CSV document; no value here needs quotes."""
    rows = pc.binary_join_element_wise(*columns, ",")
    ended = pc.binary_join_element_wise(pa.concat_arrays([pa.array([header]), rows]), "", "\n")
    _, _, characters = ended.buffers()
    return characters


if __name__ == "__main__":
    main()
