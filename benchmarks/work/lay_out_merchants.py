"""An account of many merchants: `python lay_out_merchants.py FOLDER MERCHANTS CARTS SKUS`, with an update waiting for each."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import data
import numpy as np

ACCOUNT = """\
[account]
name = "Benchmark"

[remotes.wms]
url = "./wms"

[remotes.shop]
url = "./shop"
"""
MERCHANT = """
[[merchants.{merchant}.inventory]]
remote = "wms"
path = "{merchant}"
files = "*.csv"
format = "csv"
as_of = "column"
ready = "rename"
after = "delete"
columns = {{ sku = "ITEM", quantity = "QTY_AVAIL", as_of = "AS_OF", warehouse = "WH" }}
"""
CART = """
[merchants.{merchant}.carts.{cart}]
remote = "shop"
path = "{merchant}/{cart}"
file_name = "{{number}}.csv"
format = "csv"
send = "delta"
schedule = {{ every = "1h" }}
"""


def main() -> None:
    folder, merchants, carts, skus = Path(sys.argv[1]), *map(int, sys.argv[2:])
    names = [f"m{number:04}" for number in range(merchants)]
    tables = [ACCOUNT]
    for merchant in names:
        tables.append(MERCHANT.format(merchant=merchant))
        for number in range(carts):
            tables.append(CART.format(merchant=merchant, cart=f"c{number}"))
            (folder / "shop" / merchant / f"c{number}").mkdir(parents=True)
        (folder / "wms" / merchant).mkdir(parents=True)
    (folder / "stockferry.toml").write_text("".join(tables))
    update(folder, skus, data.EXPORTED)


def update(folder: Path, skus: int, at: datetime) -> None:
    """A file with every SKU for each merchant, as of then."""
    random = np.random.default_rng([data.SEED, int(at.timestamp())])
    for wms in sorted((folder / "wms").iterdir()):
        (wms / f"{at:%Y%m%d%H%M%S}.csv").write_bytes(data.levels(np.arange(skus), at, random))


if __name__ == "__main__":
    main()
