"""When a folder as a remote makes names durable."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from batch.remotes.local import LocalRemote
from batch.remotes.publish import Manner, publish


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been synced, in order: a file or a folder."""
    found: list[str] = []
    really = os.fsync

    def watched(descriptor: int) -> None:
        found.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        really(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    return found


@pytest.mark.parametrize("manner", [Manner(), Manner(direct=True)])
def test_bytes_are_synced_before_their_name_and_the_name_once(
    manner: Manner, synced: list[str], tmp_path: Path
) -> None:
    publish(LocalRemote("shop", tmp_path), "", "a.csv", b"sku\n", token="t", manner=manner)
    assert synced == ["file", "folder"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
