"""`stockferry trust` against a real server."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.sshd

Bare = Callable[[str], Any]


def account(bare: Bare, server: Any, **keys: str) -> Any:
    more = "".join(f"{key} = {value}\n" for key, value in keys.items())
    return bare(f"""
# who we are
[account]
name = "Test"

[remotes.wms]
url = "{server.url()}"   # the warehouse
key_file = "{server.key}"
{more}
[merchants.acme]
""")


def configured(shop: Any) -> list[str]:
    return list(
        tomllib.loads((shop.folder / "stockferry.toml").read_text())["remotes"]["wms"].get("host_keys", [])
    )


def test_a_remote_without_a_key_can_be_given_its_keys(start_sshd: Any, bare: Bare) -> None:
    server = start_sshd(host_keys=("ed25519", "rsa"))
    shop = account(bare, server)
    refused = shop.ferry("check")
    assert refused.code == 2
    assert "`stockferry trust` with the name of this remote" in refused.err
    done = shop.ferry("trust", "wms", "--yes")
    assert done.code == 0, done.err
    assert server.fingerprint in done.out
    assert [key.split()[0] for key in configured(shop)] == ["ssh-ed25519", "ssh-rsa"]
    text = (shop.folder / "stockferry.toml").read_text()
    assert "# who we are" in text
    assert "# the warehouse" in text
    assert shop.ferry("check", "--connect").code == 0
    assert shop.ferry("trust", "wms").out.endswith("nothing to add\n")


def test_nothing_is_written_without_consent(start_sshd: Any, bare: Bare) -> None:
    shop = account(bare, start_sshd())
    before = (shop.folder / "stockferry.toml").read_bytes()
    done = shop.ferry("trust", "wms")  # its standard input is empty
    assert done.code == 1
    assert (shop.folder / "stockferry.toml").read_bytes() == before


def test_a_key_that_has_changed_is_told_beside_the_pinned_one_and_added(start_sshd: Any, bare: Bare) -> None:
    old, new = start_sshd(), start_sshd()
    shop = account(bare, new, host_keys=f'["{old.fingerprint}"]')
    refused = shop.ferry("check", "--connect")
    assert refused.code == 1
    for said in (old.fingerprint, new.fingerprint, "stockferry trust wms"):
        assert said in refused.out
    done = shop.ferry("trust", "wms", "--yes")
    assert f"none of them is pinned; pinned is {old.fingerprint}" in done.out
    assert configured(shop) == [old.fingerprint, new.host_public_key]
    assert shop.ferry("check", "--connect").code == 0


def test_a_known_hosts_file_is_continued(sshd: Any, bare: Bare) -> None:
    shop = account(bare, sshd, known_hosts='"hosts"')
    Path(shop.folder / "hosts").write_text("# ours")
    assert shop.ferry("trust", "wms", "--yes").code == 0
    assert (shop.folder / "hosts").read_text() == f"# ours\n{sshd.known_hosts_line}\n"
    assert configured(shop) == []
    assert shop.ferry("check", "--connect").code == 0


@pytest.mark.parametrize(
    ("remote", "said"),
    [("wsm", "no remote 'wsm'; known: wms, shop"), ("shop", "remote shop: folder has no host keys")],
)
def test_what_has_no_host_keys_is_told(sshd: Any, bare: Bare, remote: str, said: str) -> None:
    shop = account(bare, sshd)
    with (shop.folder / "stockferry.toml").open("a") as file:
        file.write('[remotes.shop]\nurl = "./shop"\n')
    done = shop.ferry("trust", remote, "--yes")
    assert (done.code, said in done.err) == (2, True), done.err
