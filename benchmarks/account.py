"""A Stockferry account in a folder of its own: configuration, remotes, an empty state."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import CommandFailed, Cost, run

CONFIGURATION = """\
[account]
name = "Benchmark"

[remotes.wms]
url = "./wms"

[remotes.shop]
url = "./shop"

[[merchants.acme.inventory]]
remote = "wms"
files = "*.csv"
format = "csv"
content = "updates"
as_of = "column"
ready = "rename"
max_size = "4GB"
columns = { sku = "ITEM", quantity = "QTY_AVAIL", as_of = "AS_OF", warehouse = "WH" }

[[merchants.acme.orders]]
name = "web"
remote = "shop"
path = "orders"
files = "*.csv"
format = "csv"
ready = "rename"
cancelled = ["cancelled"]

[merchants.acme.orders.columns]
order = "order_id"
line = "line_no"
sku = "sku"
quantity = "qty"
ordered_at = "created_at"
status = "status"
"""

CART = """
[merchants.acme.carts.{name}]
remote = "shop"
path = "{name}"
file_name = "{{number}}"
format = "{format}"
minimum_level = 5
"""

OPTIONS = {
    "csv": 'send = "delta"\n',
    "csv, everything": 'send = "full"\n',
    "xml": 'send = "delta"\n',
    "edi846": """
[merchants.acme.carts.{name}.edi846]
sender = "ZZ/ACMEWHSE"
receiver = "ZZ/BIGBOX"
""",
    "edi846, SDQ": """
[merchants.acme.carts.{name}.edi846]
sender = "ZZ/ACMEWHSE"
receiver = "ZZ/DEPOT"
location = "sdq"
""",
}
"""Kind of cart → what follows in its table; the format is its first word."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """`carts`: name → kind, as in OPTIONS. What a delta cart is told first is everything."""

    folder: Path
    carts: dict[str, str]

    @property
    def configuration(self) -> Path:
        return self.folder / "stockferry.toml"

    def receives(self, file: Path, remote_folder: str) -> None:
        """Lays a file where a feed looks, without copying it where the disk allows that."""
        target = self.folder / remote_folder / file.name
        try:
            os.link(file, target)
        except OSError:
            shutil.copy2(file, target)

    def run(self, now: str, *, by: Sequence[object] = ()) -> tuple[Cost, list[int]]:
        """One cycle by the command line, or `by` another program; its cost, and the lines sent to each cart.

        Raises:
            CommandFailed: it ended badly, or rejected a row.
        """
        cost = run([*(by or [stockferry()]), "-c", self.configuration, "run", "--json", "--now", now])
        report: dict[str, Any] = json.loads(cost.out)
        rejected = sum(file["rejected"] for file in report["files"])
        if rejected:
            raise CommandFailed(f"{self.configuration}: {rejected} rows were rejected; none should be")
        return cost, [cart["lines"] for cart in report["carts"]]

    def sent(self, cart: str) -> Path:
        """The latest document of a cart."""
        return max((self.folder / "shop" / cart).iterdir(), key=lambda path: int(path.name))

    def documents(self) -> list[str]:
        """The latest of each cart, `FORMAT:PATH`."""
        return [f"{style_of(kind)}:{self.sent(cart)}" for cart, kind in self.carts.items()]


def lay_out(folder: Path, carts: dict[str, str]) -> Account:
    """An account that has never run; whatever was in the folder is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("wms", "shop/orders", *(f"shop/{cart}" for cart in carts)):
        (folder / name).mkdir(parents=True)
    account = Account(folder=folder, carts=carts)
    tables = [_cart(name, kind) for name, kind in carts.items()]
    account.configuration.write_text(CONFIGURATION + "".join(tables))
    return account


def style_of(kind: str) -> str:
    """The format of a kind of cart."""
    return kind.partition(",")[0]


def _cart(name: str, kind: str) -> str:
    return CART.format(name=name, format=style_of(kind)) + OPTIONS[kind].format(name=name)


def stockferry() -> Path:
    """The command, as installed beside this Python.

    Raises:
        CommandFailed: it is not.
    """
    command = Path(sys.executable).with_name("stockferry")
    if not command.exists():
        raise CommandFailed(f"{command}: no such command; install the project, or type: make bench")
    return command
