from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch.errors import Incomplete, RemoteRefused
from batch.remotes import connect
from batch.remotes.contract import Remote
from batch.remotes.publish import Published, publish
from batch.remotes.settings import RemoteSettings

pytestmark = pytest.mark.sshd

SECRET = {"SHOP_PASSWORD": "let me in"}


def opened(table: dict[str, object]) -> Remote:
    return connect("shop", RemoteSettings(**table), base=Path(), environ=SECRET)


def odd(server: Any) -> Remote:
    return opened(server.settings(password_env="SHOP_PASSWORD"))


def test_a_write_that_fails_among_many_is_refused(odd_server: Callable, tmp_path: Path) -> None:
    server = odd_server(fail_write=5)
    with (
        odd(server) as remote,
        pytest.raises(RemoteRefused, match=r"writing .*a\.csv.*refused without a reason"),
    ):
        remote.write("a.csv", bytes(1_000_000))
    assert server.faults.fired == 1


def test_the_end_of_a_file_that_is_lost_is_incomplete(odd_server: Callable, tmp_path: Path) -> None:
    server = odd_server(lose_write=31)
    with odd(server) as remote, pytest.raises(Incomplete, match="983040 bytes after writing 1000000"):
        remote.write("a.csv", bytes(1_000_000))
    assert server.faults.fired == 1


def test_a_server_that_ends_a_file_early_is_incomplete(odd_server: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(bytes(3_000_000))
    server = odd_server(end_at=1_000_000)
    with odd(server) as remote, pytest.raises(Incomplete, match=r"ends after \d+ of 3000000 bytes"):
        remote.read("a.csv", len, size=3_000_000)
    assert server.faults.fired


def test_short_answers_are_asked_for_again(odd_server: Callable, tmp_path: Path) -> None:
    data = bytes(range(256)) * 2000
    (tmp_path / "a.csv").write_bytes(data)
    chunks: list[bytes] = []
    with odd(odd_server()) as remote:
        remote.read("a.csv", chunks.append, size=len(data))
    assert b"".join(chunks) == data


def test_a_server_without_posix_rename_replaces_in_two_steps(odd_server: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    with odd(odd_server()) as remote:
        assert publish(remote, "", "a.csv", b"new", token="t") == Published(
            name="a.csv", how="uploaded", verified="stat"
        )
    assert [path.read_bytes() for path in tmp_path.glob("*.csv")] == [b"new"]


@pytest.mark.parametrize("denied", ["posix-rename", "fstat", "fsync@openssh.com"])
def test_what_a_server_does_not_offer_is_done_without(start_sshd: Any, tmp_path: Path, denied: str) -> None:
    server = start_sshd(sftp=f"-P {denied.partition('@')[0]}")
    (tmp_path / "a.csv").write_bytes(b"old")
    with opened(server.settings(tmp_path)) as remote:
        assert publish(remote, "", "a.csv", b"new", token="t") == Published(
            name="a.csv", how="uploaded", verified="stat"
        )
    assert (tmp_path / "a.csv").read_bytes() == b"new"


def test_a_drop_box_takes_files_unseen(start_sshd: Any, tmp_path: Path) -> None:
    server = start_sshd(sftp="-P stat,lstat,remove")
    with opened(server.settings(tmp_path)) as remote:
        for resumed in (False, True):
            done = publish(remote, "", f"{resumed}.csv", b"new", token="t", resumed=resumed)
            assert done == Published(name=f"{resumed}.csv", how="uploaded", verified="unseen")
    assert (tmp_path / "False.csv").read_bytes() == (tmp_path / "True.csv").read_bytes() == b"new"


def test_a_read_only_server_refuses_writing(start_sshd: Any, tmp_path: Path) -> None:
    server = start_sshd(sftp="-R")
    with (
        opened(server.settings(tmp_path)) as remote,
        pytest.raises(RemoteRefused, match=r"writing .*permission denied"),
    ):
        remote.write("a.csv", b"x")


def test_a_server_without_any_rename_is_refused(start_sshd: Any, tmp_path: Path) -> None:
    server = start_sshd(sftp="-P posix-rename,rename")
    with opened(server.settings(tmp_path)) as remote:
        remote.write("a.csv", b"x")
        with pytest.raises(RemoteRefused, match=r"renaming .*permission denied"):
            remote.rename("a.csv", "b.csv")


def test_a_full_disk_is_refused_and_told(start_sshd: Any, tmp_path: Path) -> None:
    server = start_sshd(largest_file=1_000_000)
    with (
        opened(server.settings(tmp_path)) as remote,
        pytest.raises(RemoteRefused, match=r"writing .*big.csv"),
    ):
        remote.write("big.csv", bytes(2_000_000))
    assert (tmp_path / "big.csv").stat().st_size <= 1_000_000


def test_a_full_disk_leaves_nothing_of_an_upload(start_sshd: Any, tmp_path: Path) -> None:
    server = start_sshd(largest_file=1_000_000)
    with opened(server.settings(tmp_path)) as remote, pytest.raises(RemoteRefused):
        publish(remote, "", "big.csv", bytes(2_000_000), token="t")
    assert list(tmp_path.iterdir()) == []


def test_what_openssh_offers_is_used(start_sshd: Any, tmp_path: Path) -> None:
    """A file is replaced in one step, for which nothing has to be removed: at no moment is there none of its name."""
    (tmp_path / "a.csv").write_bytes(b"old")
    with opened(start_sshd(sftp="-P remove,rename").settings(tmp_path)) as remote:
        facts = remote.describe()
        publish(remote, "", "a.csv", b"new", token="t")
    assert {"posix-rename", "fsync", "limits"} <= set(facts["extensions"].split(", "))
    assert facts["replacing"] == "in one step"
    assert (tmp_path / "a.csv").read_bytes() == b"new"
