from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch.errors import Incomplete, RemoteRefused
from batch.remotes.contract import Entry, Remote
from batch.remotes.fetch import fetch
from batch.remotes.local import LocalRemote
from batch.remotes.retry import Connections
from batch.remotes.settings import RemoteSettings


class Growing(LocalRemote):
    """A folder whose files grow by a byte after each time they are read."""

    def read(self, path: str, sink: Callable[[bytes], object], *, size: int) -> None:
        super().read(path, sink, size=size)
        with (self._folder / path).open("ab") as file:
            file.write(b"!")


def listed(remote: Remote, name: str) -> Entry:
    return next(entry for entry in remote.list("").entries if entry.name == name)


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_a_file_that_holds_still_is_taken_whole(tmp_path: Path, size: int) -> None:
    (tmp_path / "a.csv").write_bytes(bytes(size))
    remote = LocalRemote("wms", tmp_path)
    assert fetch(remote, "a.csv", listed(remote, "a.csv")) == bytes(size)


def test_a_file_that_grew_since_it_was_listed_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    remote = LocalRemote("wms", tmp_path)
    entry = listed(remote, "a.csv")
    (tmp_path / "a.csv").write_bytes(b"12")
    with pytest.raises(
        Incomplete, match=r"remote wms: .*a\.csv' goes on after 1 bytes; it is still being written"
    ):
        fetch(remote, "a.csv", entry)


def test_a_file_that_grows_while_it_is_read_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    remote = Growing("wms", tmp_path)
    with pytest.raises(Incomplete, match="changed after it was listed"):
        fetch(remote, "a.csv", listed(remote, "a.csv"))


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    remote = LocalRemote("wms", tmp_path)
    entry = listed(remote, "a.csv")
    (tmp_path / "a.csv").unlink()
    with pytest.raises(RemoteRefused, match=r"'a\.csv' is gone"):
        fetch(remote, "a.csv", entry)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"123456")
    remote = LocalRemote("wms", tmp_path)
    with pytest.raises(RemoteRefused, match="has 6 bytes, more than 5 bytes"):
        fetch(remote, "a.csv", listed(remote, "a.csv"), max_size=5)


@pytest.mark.sshd
@pytest.mark.parametrize("cut_after", [1_000, 4_000, 200_000, 1_900_000])
def test_a_cut_download_is_tried_again_and_comes_whole(
    sshd: Any, tmp_path: Path, fault_proxy: Callable, cut_after: int
) -> None:
    data = bytes(range(256)) * 8000
    (tmp_path / "a.csv").write_bytes(data)
    entry = listed(LocalRemote("wms", tmp_path), "a.csv")
    whole = Entry(name=entry.name, size=entry.size, modified=entry.modified.replace(microsecond=0))
    proxy = fault_proxy(sshd.port, cut_after=cut_after, direction="down")
    settings = RemoteSettings(**sshd.settings(tmp_path, port=proxy.port))
    pauses: list[float] = []
    with Connections(
        {"wms": settings}, base=tmp_path, environ={}, sleep=pauses.append, random=lambda: 1.0
    ) as remotes:
        fetched = remotes.use("wms", lambda remote: fetch(remote, "a.csv", whole))
    assert fetched == data
    assert proxy.fired == 1
    assert pauses == [2.0]
