"""A partner that runs pysftp drops WMS files and fetches our documents through the same server as we."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from batch.cli import main

PYTHON = os.environ.get("PARTNER_PYTHON")
pytestmark = [
    pytest.mark.partner,
    pytest.mark.sshd,
    pytest.mark.skipif(not PYTHON, reason="PARTNER_PYTHON is not set; run make partner"),
]
LEVELS = "SKU,QTY\n" + "".join(f"SKU-{n:06},{n % 50}\n" for n in range(200_000))


def partner(server: Any, key: Path, *words: object) -> None:
    script = Path(__file__).with_name("partner.py")
    subprocess.run(
        [str(PYTHON), str(script), str(server.port), server.user, str(key), *map(str, words)],
        check=True,
        capture_output=True,
    )


def ferry(*words: object) -> int:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as stop:
        patch.setattr("sys.argv", ["stockferry", *map(str, words)])
        main()
    return int(stop.value.code or 0)


def test_what_pysftp_drops_is_taken_whole_and_what_we_put_it_fetches(start_sshd: Any, tmp_path: Path) -> None:
    server = start_sshd()
    key = tmp_path / "partner_rsa"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", str(key)], check=True
    )
    server.authorize(key.with_suffix(".pub"))
    for folder in ("in", "out", "fetched"):
        (server.root / folder).mkdir()
    (tmp_path / "INV_1.csv").write_text(LEVELS)
    (tmp_path / "stockferry.toml").write_text(f"""
        [account]
        name = "Test"
        [remotes.there]
        url = "{server.url()}"
        key_file = "{server.key}"
        host_keys = ["{server.fingerprint}"]
        [[merchants.acme.inventory]]
        remote = "there"
        path = "in"
        files = "INV_*.csv"
        format = "csv"
        as_of = "modified"
        settle = "1s"
        columns = {{ sku = "SKU", quantity = "QTY" }}
        [merchants.acme.carts.front]
        remote = "there"
        path = "out"
        file_name = "stock_{{number:04}}.csv"
        format = "csv"
    """)
    partner(server, key, "put", tmp_path / "INV_1.csv", server.root / "in" / "INV_1.csv")
    assert ferry("-c", tmp_path / "stockferry.toml", "run") == 0
    partner(server, key, "take", server.root / "out", server.root / "fetched")
    (fetched,) = (server.root / "fetched").iterdir()
    assert fetched.name == "stock_0001.csv"
    assert fetched.read_text() == LEVELS.replace("SKU,QTY", "sku,quantity")
    assert list((server.root / "out").iterdir()) == []
