"""What the archive keeps comes back as it was, or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.errors import StoreError
from batch.store.archive import PIECE, Archive

FRAME = bytes.fromhex("28b52ffd")
"""What a zstd frame begins with: RFC 8878, section 3.1.1."""
SEVERAL = b"SKU-1,7\n" * (PIECE // 4)


@examples(10)
@given(st.binary(max_size=60), st.integers(0, 3))
def test_bytes_come_back_however_many_pieces_they_are_of(
    tmp_path_factory: pytest.TempPathFactory, some: bytes, pieces: int
) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    data = bytes(PIECE) * pieces + some
    assert archive.put(data) == hashlib.sha256(data).hexdigest()
    assert archive.get(hashlib.sha256(data).hexdigest()) == data


def test_a_large_file_is_of_frames_that_anyone_can_read_one_after_the_other(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    packed = archive.path(archive.put(SEVERAL)).read_bytes()
    assert packed.count(FRAME) == len(SEVERAL) // PIECE == 2


def test_a_file_that_ends_after_one_of_its_frames_is_not_what_was_archived(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sha256 = archive.put(SEVERAL)
    packed = archive.path(sha256).read_bytes()
    archive.path(sha256).write_bytes(packed[: packed.rindex(FRAME)])
    with pytest.raises(StoreError, match="the bytes are not what was archived; put back a copy"):
        archive.get(sha256)
