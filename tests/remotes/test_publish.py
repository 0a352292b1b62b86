from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch.errors import Incomplete, RemoteRefused, Transient, UnsafeName
from batch.remotes.local import LocalRemote
from batch.remotes.publish import Published, publish, publishing, temporary_name
from batch.remotes.retry import Connections
from batch.remotes.settings import RemoteSettings

DATA = bytes(range(256)) * 8000
UPLOADED = Published(name="a.csv", how="uploaded", verified="stat")


class Losing(LocalRemote):
    """A folder whose next `losses` renames are done, but not confirmed."""

    losses = 1

    def rename(self, old: str, new: str) -> None:
        super().rename(old, new)
        if self.losses:
            self.losses -= 1
            raise Transient("the connection broke")


class Taking(LocalRemote):
    """A folder whose owner takes every file at once."""

    def rename(self, old: str, new: str) -> None:
        super().rename(old, new)
        super().remove(new)


class Shortening(LocalRemote):
    """A folder that loses a byte of what is renamed."""

    def rename(self, old: str, new: str) -> None:
        super().rename(old, new)
        super().remove(new)
        super().write(new, b"short")


@pytest.fixture
def remote(tmp_path: Path) -> LocalRemote:
    return LocalRemote("shop", tmp_path)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_document_appears_under_its_name_alone(remote: LocalRemote, tmp_path: Path) -> None:
    assert publish(remote, "", "a.csv", b"new", token="t") == UPLOADED
    assert files(tmp_path) == {"a.csv": b"new"}


def test_a_document_replaces_an_older_one(remote: LocalRemote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    assert publish(remote, "", "a.csv", b"new", token="t") == UPLOADED
    assert files(tmp_path) == {"a.csv": b"new"}


def test_it_goes_into_the_folder(remote: LocalRemote, tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    publish(remote, "inventory", "a.csv", b"new", token="t")
    assert files(tmp_path / "inventory") == {"a.csv": b"new"}


def test_what_an_earlier_attempt_left_is_removed(remote: LocalRemote, tmp_path: Path) -> None:
    for attempt in (0, 1):
        (tmp_path / temporary_name("a.csv", "t", attempt)).write_bytes(b"half")
    (tmp_path / temporary_name("a.csv", "another")).write_bytes(b"half")
    publish(remote, "", "a.csv", b"new", token="t", attempt=2)
    assert files(tmp_path) == {"a.csv": b"new", ".a.csv.another.part": b"half"}


def test_an_upload_that_had_succeeded_is_not_repeated(remote: LocalRemote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"new")
    before = (tmp_path / "a.csv").stat()
    done = publish(remote, "", "a.csv", b"new", token="t", resumed=True)
    assert done == Published(name="a.csv", how="already", verified="bytes")
    assert (tmp_path / "a.csv").stat().st_ino == before.st_ino


@pytest.mark.parametrize("there", [b"old", b"older", None], ids=["same size", "other size", "nothing"])
def test_anything_else_under_the_name_is_replaced(
    remote: LocalRemote, tmp_path: Path, there: bytes | None
) -> None:
    if there is not None:
        (tmp_path / "a.csv").write_bytes(there)
    assert publish(remote, "", "a.csv", b"new", token="t", resumed=True) == UPLOADED
    assert files(tmp_path) == {"a.csv": b"new"}


def test_the_same_document_for_a_new_delivery_is_uploaded(remote: LocalRemote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"new")
    assert publish(remote, "", "a.csv", b"new", token="t") == UPLOADED


def test_a_lost_confirmation_does_not_upload_twice(tmp_path: Path) -> None:
    remote = Losing("shop", tmp_path)
    act = publishing("", "a.csv", b"new", token="t")
    with pytest.raises(Transient):
        act(remote)
    assert act(remote) == Published(name="a.csv", how="already", verified="bytes")
    assert files(tmp_path) == {"a.csv": b"new"}


def test_a_partner_who_takes_the_file_at_once_has_it(tmp_path: Path) -> None:
    done = publish(Taking("shop", tmp_path), "", "a.csv", b"new", token="t")
    assert done == Published(name="a.csv", how="uploaded", verified="gone")


def test_another_size_in_the_end_is_incomplete(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match=r"remote shop: 'a\.csv' has 5 bytes, 6 were uploaded"):
        publish(Shortening("shop", tmp_path), "", "a.csv", b"longer", token="t")


def test_a_failed_upload_leaves_nothing(remote: LocalRemote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(RemoteRefused):
        publish(remote, "", "a.csv", b"new", token="t")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_name_with_a_folder_in_it_is_refused(remote: LocalRemote, tmp_path: Path) -> None:
    with pytest.raises(UnsafeName):
        publish(remote, "", "../a.csv", b"new", token="t")
    assert files(tmp_path) == {}


@pytest.mark.sshd
@pytest.mark.parametrize(
    "fault",
    [
        {"direction": "up", "cut_after": 3_000},
        {"direction": "up", "cut_after": 400_000},
        {"direction": "up", "cut_after": 400_000, "reset": False},
        {"direction": "up", "cut_after": 2_000_000},
        {"direction": "down", "cut_after": 3_300},
        {"direction": "down", "cut_after": 3_700},
        {"direction": "down", "cut_after": 3_700, "reset": False},
        {"direction": "down", "cut_after": 3_900},
    ],
    ids=str,
)
def test_a_cut_upload_is_tried_again_and_never_half_there(
    sshd: Any, tmp_path: Path, fault_proxy: Callable, fault: dict[str, Any]
) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    proxy = fault_proxy(sshd.port, **fault)
    settings = RemoteSettings(**sshd.settings(tmp_path, port=proxy.port))
    seen: list[bytes] = []

    def look(_: float) -> None:
        seen.append((tmp_path / "a.csv").read_bytes())

    with Connections(
        {"shop": settings}, base=tmp_path, environ={}, sleep=look, random=lambda: 0.0
    ) as remotes:
        done = remotes.use("shop", publishing("", "a.csv", DATA, token="t"))
    assert proxy.fired == 1
    assert seen in ([b"old"], [DATA])
    assert done.how == ("uploaded" if seen == [b"old"] else "already")
    assert files(tmp_path) == {"a.csv": DATA}
