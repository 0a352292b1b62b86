"""The one way in which a local file is written: complete under its name, or not there at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from batch.errors import StoreError


def save(path: Path, data: bytes) -> None:
    """Writes beside the target, syncs, renames, syncs the folder.

    Raises:
        StoreError: the disk is full, read-only or gone; nothing lies under the name then.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror or error}; make room or give the right to write"
        ) from error


def sync_folder(folder: Path) -> None:
    """Makes names in a folder as durable as the files they stand for."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
