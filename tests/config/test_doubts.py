"""A configuration that can be used, and still makes one wonder."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.config import doubts, load

TEXT = """
[account]
name = "Test"
[remotes.shop]
url = "./shop"
[merchants.acme.carts.front]
remote = "shop"
file_name = "{name}"
format = "csv"
send = "{send}"
"""


@pytest.mark.parametrize(
    ("name", "send", "doubted"),
    [
        ("inventory.csv", "delta", True),
        ("a_{time:%Y%m%d%H%M}.csv", "delta", True),
        ("a_{time:%H%M%S}.csv", "delta", True),
        ("a_{time:%Y%m%d%H%M%S}.csv", "delta", False),
        ("a_{number}.csv", "delta", False),
        ("inventory.csv", "full", False),
    ],
)
def test_a_later_delta_that_overwrites_an_earlier_one_is_doubted(
    tmp_path: Path, name: str, send: str, doubted: bool
) -> None:
    path = tmp_path / "stockferry.toml"
    path.write_text(TEXT.format(name=name, send=send))
    said = doubts(load(path))
    assert bool(said) is doubted
    assert all("cart acme/front" in sentence and name in sentence for sentence in said)
