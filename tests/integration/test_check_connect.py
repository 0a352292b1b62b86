"""`stockferry check --connect` against real servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.sshd
Bare = Callable[[str], Any]

FEED_AND_CART = """
[[merchants.acme.inventory]]
remote = "wms"
files = "INV_*.csv"
format = "csv"
as_of = "modified"
columns = { sku = "SKU", quantity = "QTY" }
[merchants.acme.carts.front]
remote = "wms"
path = "front"
file_name = "stock_{number}.csv"
format = "csv"
"""


def account(bare: Bare, server: Any) -> Any:
    return bare(f"""
[account]
name = "Test"
[remotes.wms]
url = "{server.url()}"
key_file = "{server.key}"
host_keys = ["{server.fingerprint}"]
{FEED_AND_CART}
""")


def test_it_says_what_the_server_is_what_it_holds_and_what_it_allows(start_sshd: Any, bare: Bare) -> None:
    server = start_sshd()
    (server.root / "front").mkdir()
    for name in ("INV_1.csv", "INV_2.csv", "other.txt"):
        (server.root / name).touch()
    done = account(bare, server).ferry("check", "--connect", "--json")
    assert done.code == 0, done.err
    (one,) = done.json["servers"]
    assert one["facts"]["server"].startswith(f"127.0.0.1:{server.port}, SSH-2.0-OpenSSH")
    assert one["facts"]["host key"] == f"ssh-ed25519 {server.fingerprint}"
    assert "gcm" in one["facts"]["algorithms"]
    assert "posix-rename" in one["facts"]["extensions"]
    assert one["facts"]["replacing"] == "in one step"
    read, written = done.json["folders"]
    assert read["found"] == "2 of 3 files match INV_*.csv"
    assert written["found"] == (
        "a file was written, renamed over another one, and removed; its clock agrees with ours; times in whole seconds"
    )
    assert list((server.root / "front").iterdir()) == []


def test_what_may_not_be_written_is_found_out_before_the_first_run(start_sshd: Any, bare: Bare) -> None:
    server = start_sshd(sftp="-R")
    (server.root / "front").mkdir()
    done = account(bare, server).ferry("check", "--connect")
    assert done.code == 1
    assert "permission denied" in done.out


def test_what_was_written_is_removed_where_renaming_is_refused(start_sshd: Any, bare: Bare) -> None:
    server = start_sshd(sftp="-P posix-rename,rename")
    (server.root / "front").mkdir()
    done = account(bare, server).ferry("check", "--connect", "--json")
    assert [one["ok"] for one in done.json["folders"]] == [True, False]
    assert list((server.root / "front").iterdir()) == []


def test_a_server_that_cannot_be_reached_is_told_once_and_the_others_are_tried(
    start_sshd: Any, bare: Bare
) -> None:
    server = start_sshd()
    shop = account(bare, server)
    with (shop.folder / "stockferry.toml").open("a") as file:
        file.write('[remotes.gone]\nurl = "./gone"\n')
    done = shop.ferry("check", "--connect")
    assert done.code == 1
    assert done.out.count("remote gone: no folder") == 1
    assert "remote wms" in done.out
