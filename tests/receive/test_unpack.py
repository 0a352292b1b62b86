"""Packed files, sound and hostile."""

from __future__ import annotations

import contextlib
import gzip
import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.errors import FileRefused
from batch.receive.unpack import unpacked

DATA = b"SKU,QTY\nA-1,5\n" * 1000
LIMIT = 10_000_000


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", b"")
        for name, data in members.items():
            archive.writestr(f"folder/{name}", data)
    return packed.getvalue()


def refused(data: bytes, limit: int = LIMIT) -> str:
    with pytest.raises(FileRefused) as caught:
        unpacked(data, limit)
    return str(caught.value)


@given(st.binary(max_size=5000))
def test_what_was_packed_is_unpacked(data: bytes) -> None:
    assert unpacked(gzip.compress(data), LIMIT) == data
    assert unpacked(gzip.compress(data) + gzip.compress(data) + b"\0\0", LIMIT) == data + data
    assert unpacked(zipped(a=data), LIMIT) == data


@pytest.mark.parametrize("data", [b"", b"SKU,QTY\n", b"<a/>", b"ISA*00", b"PK is a SKU,QTY\n"])
def test_what_is_not_packed_stays_as_it_is(data: bytes) -> None:
    assert unpacked(data, LIMIT) == data


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped(a=data)])
def test_a_bomb_is_refused_before_it_has_filled_the_memory(pack: object) -> None:
    bomb = pack(bytes(300_000_000))  # type: ignore[operator]
    tracemalloc.start()
    assert "more than 10 MB are packed in it" in refused(bomb)
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()


@given(st.integers(min_value=3, max_value=60))
def test_a_gzip_that_is_cut_is_refused(kept: int) -> None:
    assert "gzip file is truncated" in refused(gzip.compress(DATA)[:kept])


@given(st.integers(min_value=0, max_value=200), st.integers(min_value=0, max_value=255))
def test_a_damaged_zip_is_read_or_refused(at: int, byte: int) -> None:
    packed = bytearray(zipped(a=DATA))
    packed[at % len(packed)] = byte
    with contextlib.suppress(FileRefused):
        unpacked(bytes(packed), LIMIT)


def test_a_zip_that_lies_about_its_sizes_is_refused() -> None:
    packed = bytearray(zipped(a=DATA))
    entry = packed.rindex(b"PK\x01\x02")
    packed[entry + 24 : entry + 28] = (5).to_bytes(4, "little")
    assert "zip is damaged" in refused(bytes(packed))


def test_a_zip_of_several_files_is_refused() -> None:
    assert "2 files are in the zip, one is expected" in refused(zipped(a=DATA, b=DATA))
    assert "0 files are in the zip" in refused(zipped())


def test_an_encrypted_zip_is_refused() -> None:
    packed = bytearray(zipped(a=DATA))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = packed.rindex(mark) + offset
        packed[at] |= 1
    assert "zip is encrypted" in refused(bytes(packed))
