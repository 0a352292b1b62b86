"""Remotes: places files are fetched from and put to. A new kind is a module and a line here.

A kind is imported when it is first connected to: a folder does not load an SSH library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import cast

from batch.remotes.contract import Remote
from batch.remotes.settings import RemoteSettings

REMOTES = MappingProxyType(
    {
        "folder": "batch.remotes.local",
        "ftp": "batch.remotes.ftp.connect",
        "ftps": "batch.remotes.ftp.connect",
        "sftp": "batch.remotes.sftp.connect",
    }
)


def connect(name: str, settings: RemoteSettings, *, base: Path, environ: Mapping[str, str]) -> Remote:
    """Connects to the remote called `name` in the configuration, checks who it is, logs in.

    Relative paths in `settings` start at `base`; secrets are looked up in `environ`.

    Raises:
        RemoteError: the most specific kind (`batch.errors`); its message names the remote.
    """
    module = import_module(REMOTES[settings.address.scheme])
    open_remote = cast("Callable[..., Remote]", module.connect)
    return open_remote(name, settings, base=base, environ=environ)
