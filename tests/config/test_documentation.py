"""What docs/configuration.md says is what the models have, and its example is a configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from batch.config import (
    Account,
    AckFeed,
    Cart,
    FeedExpect,
    InventoryFeed,
    Merchant,
    OrderFeed,
    Route,
    Schedule,
    load,
)
from batch.config.feed_rules import INVENTORY_COLUMNS, OPTIONAL_ORDER_COLUMNS, ORDER_COLUMNS
from batch.config.tables import keys_of
from batch.remotes.settings import RemoteSettings
from formats import registry

DOCUMENT = next(
    folder / "docs" / "configuration.md"
    for folder in Path(__file__).parents
    if (folder / "docs" / "configuration.md").is_file()
)
TEXT = DOCUMENT.read_text(encoding="utf-8")
SECTIONS = {
    "## `[account]`": keys_of(Account),
    "## `[remotes.ID]`": keys_of(RemoteSettings),
    "## `[[alerts]]`": keys_of(Route),
    "## `[merchants.ID]`": keys_of(Merchant),
    "## Feeds": (
        *keys_of(InventoryFeed),
        *INVENTORY_COLUMNS,
        *keys_of(OrderFeed),
        *ORDER_COLUMNS,
        *OPTIONAL_ORDER_COLUMNS,
        *keys_of(FeedExpect),
    ),
    "## `[merchants.ID.carts.ID]`": (*keys_of(Cart), *keys_of(AckFeed), *keys_of(Schedule)),
}


def section(header: str) -> str:
    return re.split(r"^## ", TEXT.split(f"\n{header}\n")[1], flags=re.MULTILINE)[0]


@pytest.mark.parametrize("header", SECTIONS)
def test_every_key_is_explained_in_its_section(header: str) -> None:
    assert [key for key in SECTIONS[header] if f"`{key}`" not in section(header)] == []


@pytest.mark.parametrize("name", registry.FORMATS)
@pytest.mark.parametrize(
    ("model", "header"), [("Reading", "## Feeds"), ("Writing", "## `[merchants.ID.carts.ID]`")]
)
def test_every_option_of_a_format_is_explained(name: str, model: str, header: str) -> None:
    rows = "\n".join(row for row in section(header).splitlines() if row.startswith(f"| {name} |"))
    if model == "Writing" and not registry.writes(name):
        return
    options = keys_of(getattr(registry.get(name), model))
    assert [option for option in options if f"`{option}`" not in rows] == []


def test_the_example_is_a_configuration_without_problems(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "stockferry.toml").write_text(example)
    configuration = load(tmp_path / "stockferry.toml")
    assert sorted(configuration.merchants["acme"].carts) == ["bigbox", "market", "shopfront"]
