from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from batch.config import Configuration, load, problems

SOUND = """
[account]
name = "Test"

[remotes.wms]
url = "./wms"

[remotes.shop]
url = "./shop"

[[merchants.acme.inventory]]
remote = "wms"
files = "INV_*.csv"
format = "csv"
as_of = "modified"
columns = { sku = "SKU", quantity = "QTY" }

[[merchants.acme.orders]]
remote = "shop"
files = "*.csv"
format = "csv"
columns = { order = "o", sku = "s", quantity = "q", ordered_at = "t" }

[merchants.acme.carts.front]
remote = "shop"
file_name = "front_{number}.csv"
format = "csv"

[merchants.acme.carts.big]
remote = "shop"
file_name = "big_{number}.edi"
format = "edi846"

[merchants.acme.carts.big.edi846]
sender = "ZZ/AA"
receiver = "ZZ/BB"
"""

HEADERS = {
    "account": "[account]",
    "wms": "[remotes.wms]",
    "inventory": "[[merchants.acme.inventory]]",
    "orders": "[[merchants.acme.orders]]",
    "cart": "[merchants.acme.carts.front]",
    "big": "[merchants.acme.carts.big]",
    "end": "",
}


def changed(table: str, lines: str) -> str:
    """The sound configuration with these lines in that table, in place of its lines for the same keys."""
    if table == "end":
        return f"{SOUND}\n{lines}\n"
    before, header, rest = SOUND.partition(HEADERS[table] + "\n")
    own, blank, after = rest.partition("\n\n")
    keys = {line.partition("=")[0].strip() for line in lines.splitlines()}
    kept = [line for line in own.splitlines() if line.partition("=")[0].strip() not in keys]
    given = [line for line in lines.splitlines() if not line.strip().startswith("-")]
    dropped = {line.strip().removeprefix("-").strip() for line in lines.splitlines()}
    kept = [line for line in kept if line.partition("=")[0].strip() not in dropped]
    return before + header + "\n".join([*kept, *given]) + blank + after


class File:
    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, text: str) -> Configuration:
        self.path.write_text(text)
        return load(self.path)

    def problems(self, text: str) -> list[str]:
        """Each as `key = value   message`, without its line."""
        self.path.write_text(text)
        return [str(problem) for problem in problems(self.path)]


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path / "stockferry.toml")


@pytest.fixture
def change() -> Callable[[str, str], str]:
    return changed
