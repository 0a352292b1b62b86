"""The archive: every file as received and as sent, compressed, found by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from batch.errors import StoreError
from batch.store.files import save

LEVEL = 1
PIECE = 1 << 22
"""So many bytes are compressed by themselves, on all cores; a file of several such frames is a zstd file as any other."""


def digest(data: bytes) -> str:
    """The SHA-256 in hex, under which the bytes are kept."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Archive:
    """A folder of zstd files. `beneath`: an archive to read from where this one has nothing (a dry run's)."""

    folder: Path
    beneath: Archive | None = None

    def put(self, data: bytes) -> str:
        """Keeps the bytes; returns their SHA-256 in hex. Bytes that are kept already are left alone, and are as new for gc."""
        sha256 = digest(data)
        if self.has(sha256):
            self._touch(sha256)
        else:
            save(self.path(sha256), _compressed(data))
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes as they were put.

        Raises:
            StoreError: they are missing, or are no longer what they were.
        """
        import pyarrow as pa

        path = self.path(sha256)
        if not path.exists() and self.beneath is not None:
            return self.beneath.get(sha256)
        try:
            with pa.OSFile(str(path)) as raw, pa.CompressedInputStream(raw, "zstd") as stream:
                data: bytes = stream.read()
        except OSError as error:
            raise StoreError(f"archive {path}: {error}; put back a copy of the archive") from error
        if digest(data) != sha256:
            raise StoreError(f"archive {path}: the bytes are not what was archived; put back a copy")
        return data

    def has(self, sha256: str) -> bool:
        return self.path(sha256).exists() or (self.beneath is not None and self.beneath.has(sha256))

    def _touch(self, sha256: str) -> None:
        with suppress(OSError):  # another user's, or another archive's beneath
            os.utime(self.path(sha256))

    def path(self, sha256: str) -> Path:
        """Where the bytes lie, if they are kept."""
        return self.folder / sha256[:2] / f"{sha256}.zst"


def _compressed(data: bytes) -> bytes:
    import pyarrow as pa

    def frame(begin: int) -> bytes:
        packed: bytes = pa.Codec("zstd", LEVEL).compress(
            memoryview(data)[begin : begin + PIECE], asbytes=True
        )
        return packed

    if len(data) <= PIECE:
        return frame(0)
    with ThreadPoolExecutor(pa.cpu_count()) as pool:
        return b"".join(pool.map(frame, range(0, len(data), PIECE)))
