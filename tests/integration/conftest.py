"""A small account in a temporary folder, and the real command line on it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from batch.cli import main

MIDDAY = "2026-11-20T12:00:00Z"


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def ferry(*words: object) -> Finished:
    """Runs a command in this process, as its entry point would."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(SystemExit) as stop,
    ):
        patch.setattr("sys.argv", ["stockferry", *(str(word) for word in words)])
        main()
    return Finished(int(stop.value.code or 0), out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Workshop:
    """`folder` holds stockferry.toml, `wms/` and `shop/`."""

    folder: Path

    def configure(self, text: str) -> None:
        (self.folder / "stockferry.toml").write_text(textwrap.dedent(text))

    def put(self, path: str, content: str | bytes, *, at: str = "2026-11-20T10:00:00Z") -> Path:
        """Lays a file (its text dedented), last modified at `at`."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        data = textwrap.dedent(content).lstrip("\n").encode() if isinstance(content, str) else content
        target.write_bytes(data)
        modified = datetime.fromisoformat(at).timestamp()
        os.utime(target, (modified, modified))
        return target

    def ferry(self, *words: object) -> Finished:
        return ferry("-c", self.folder / "stockferry.toml", *words)

    def run(self, *words: object, now: str = MIDDAY) -> Any:
        """`run --json`, which must not end in an error of ours."""
        done = self.ferry("run", "--json", "--now", now, *words)
        assert done.code in (0, 1), done.err
        return done.json

    def sent(self, cart: str) -> dict[str, str]:
        """What lies in the cart's folder: file name → text."""
        folder = self.folder / "shop" / cart
        return {path.name: path.read_bytes().decode() for path in sorted(folder.glob("*"))}

    def last(self, cart: str) -> str:
        """The text of the latest document, by name."""
        return list(self.sent(cart).values())[-1]


ACCOUNT = """
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
content = "full"
ready = "rename"
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF" }

[[merchants.acme.orders]]
name = "web"
remote = "shop"
path = "orders"
files = "*.csv"
format = "csv"
ready = "rename"
cancelled = ["cancelled"]
columns = { order = "order", line = "line", sku = "sku", quantity = "qty", ordered_at = "at", status = "status" }

[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "front_{number:04}.csv"
format = "csv"
"""


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """One merchant, one feed of WMS files, one of orders, one CSV delta cart."""
    shop = Workshop(tmp_path)
    for folder in ("wms", "shop/orders", "shop/front"):
        (tmp_path / folder).mkdir(parents=True)
    shop.configure(ACCOUNT)
    return shop


@pytest.fixture
def bare(tmp_path: Path) -> Callable[[str], Workshop]:
    """A workshop with a configuration of the test's own."""

    def make(text: str) -> Workshop:
        shop = Workshop(tmp_path)
        for folder in ("wms", "shop"):
            (tmp_path / folder).mkdir(exist_ok=True)
        shop.configure(text)
        return shop

    return make


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Any, Callable[[], object]], None]:
    """`once(name, shop, live)`: lives what has that name in the shop; from the second time on, the folder is a copy of the first."""
    lived: dict[str, Path] = {}

    def come_about(name: str, shop: Any, live: Callable[[], object]) -> None:
        if name in lived:
            shutil.copytree(lived[name], shop.folder, dirs_exist_ok=True)
            return
        live()
        lived[name] = shutil.copytree(shop.folder, tmp_path_factory.mktemp("once") / "folder")

    return come_about


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
