"""Packed files: gzip, and a zip with one file in it. What they are, their first bytes tell, not their names."""

from __future__ import annotations

import io
import zipfile
import zlib

from batch.errors import FileRefused
from batch.sizes import size_in_words

GZIP, ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
STEP = 1 << 20
GZIP_HEADER = zlib.MAX_WBITS | 16


def unpacked(data: bytes, limit: int) -> bytes:
    """What is in a packed file; a file that is not packed as it is.

    Raises:
        FileRefused: damaged, encrypted, more than one file in it, or more than `limit` bytes.
    """
    if data.startswith(GZIP):
        return _gunzipped(data, limit)
    if data.startswith(ZIP):
        return _unzipped(data, limit)
    return data


def _gunzipped(data: bytes, limit: int) -> bytes:
    """Member after member, as gzip allows; bytes of zero may fill up the end."""
    parts, size = [], 0
    while data:
        inflate = zlib.decompressobj(GZIP_HEADER)
        try:
            while not inflate.eof:
                part = inflate.decompress(data, STEP)
                data = inflate.unconsumed_tail
                parts.append(part)
                size += len(part)
                _within(size, limit)
                if not part and not data and not inflate.eof:
                    raise FileRefused("the gzip file is truncated; ask for it again")
        except zlib.error as error:
            raise FileRefused(f"the gzip file is damaged ({error}); ask for it again") from error
        data = inflate.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _unzipped(data: bytes, limit: int) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) != 1:
                raise FileRefused(
                    f"{len(members)} files are in the zip, one is expected; have each sent by itself"
                )
            if members[0].flag_bits & 1:
                raise FileRefused("the zip is encrypted; have it sent without a password")
            with archive.open(members[0]) as opened:
                found = opened.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise FileRefused(f"the zip is damaged ({error}); ask for it again") from error
    _within(len(found), limit)
    return found


def _within(size: int, limit: int) -> None:
    if size > limit:
        raise FileRefused(
            f"more than {size_in_words(limit)} are packed in it; if that is meant, raise the feed's max_size"
        )
