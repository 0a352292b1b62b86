"""Which host keys a server has, and noting down those that a person has confirmed.

It works on a configuration that is not complete yet: without a host key it cannot be.
"""

from __future__ import annotations

import base64
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from batch.errors import ConfigurationError, StoreError, UsageError
from batch.remotes.address import Address, parse_address
from batch.remotes.sftp.host_keys import HostKeys, fingerprint, from_known_hosts, key_type, merge, parse_pin
from batch.remotes.sftp.session import offered_keys
from batch.remotes.sftp.step import Server

WAITING = 10.0
"""Seconds for each step of asking the server."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A key of the server. `known`: the configuration has it."""

    key: bytes
    known: bool

    @property
    def type(self) -> str:
        return key_type(self.key)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key)

    @property
    def line(self) -> str:
        """As host_keys takes it."""
        return f"{self.type} {base64.b64encode(self.key).decode()}"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a person is to decide. `pinned`: fingerprints that the configuration has; `place`: where keys are noted down."""

    remote: str
    address: Address
    shown: tuple[Shown, ...]
    pinned: str
    place: Path
    known_hosts: bool

    @property
    def new(self) -> tuple[Shown, ...]:
        return tuple(one for one in self.shown if not one.known)


def ask(path: Path, remote: str) -> Question:
    """Asks the server of a remote for its keys; logs in to nothing.

    Raises:
        ConfigurationError: the file cannot be read.
        UsageError: there is no such remote, or it is not one with host keys.
        RemoteError: the server cannot be reached.
    """
    table = _table(_read(path), remote)
    try:
        address = parse_address(str(table.get("url", "")))
    except ValueError as error:
        raise UsageError(f"remote {remote}: {error}") from error
    if address.scheme != "sftp":
        raise UsageError(f"remote {remote}: {address.scheme} has no host keys; they are of sftp:// alone")
    server = Server(
        name=remote, host=address.host, port=address.port, connect_timeout=WAITING, timeout=WAITING
    )
    known = _known(path, table, address)
    shown = tuple(Shown(key=key, known=known.accepts(key)) for key in offered_keys(server))
    known_hosts = str(table.get("known_hosts", ""))
    return Question(
        remote=remote,
        address=address,
        shown=shown,
        pinned=known.shown,
        place=path.parent / known_hosts if known_hosts else path,
        known_hosts=bool(known_hosts),
    )


def note(path: Path, question: Question) -> None:
    """Writes the new keys down: into the remote's known_hosts file if it has one, else into its host_keys.

    Keys that are there stay, so that a partner can change over; comments and order of the file stay as well.

    Raises:
        StoreError: it cannot be written; nothing has changed then.
    """
    if question.known_hosts:
        text = question.place.read_text(encoding="utf-8") if question.place.exists() else ""
        text += "" if not text or text.endswith("\n") else "\n"
        host, port = question.address.host, question.address.port
        name = host if port == 22 else f"[{host}]:{port}"  # noqa: PLR2004 - the port without brackets
        text += "".join(f"{name} {one.line}\n" for one in question.new)
    else:
        document = _read(path)
        table = _table(document, question.remote)
        keys = table.get("host_keys")
        if keys is None:
            keys = tomlkit.array()
            table["host_keys"] = keys
        for one in question.new:
            keys.append(one.line)
        table["host_keys"].multiline(len(table["host_keys"]) > 1)
        text = tomlkit.dumps(document)
    _replace(question.place, text)


def _known(path: Path, table: Any, address: Address) -> HostKeys:
    """What can be read of what is pinned; a pin that cannot be meant is `check`'s business."""
    parts = []
    for entry in table.get("host_keys", []):
        try:
            parts.append(parse_pin(str(entry)))
        except ValueError:
            continue
    if table.get("known_hosts"):
        file = path.parent / str(table["known_hosts"])
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        parts.append(from_known_hosts(text, host=address.host, port=address.port))
    return replace(merge(parts), warnings=())


def _read(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(path.read_bytes().decode())
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; name the file with -c") from error
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not TOML: {error}") from error


def _table(document: Any, remote: str) -> Any:
    remotes = document.get("remotes")
    known = list(remotes) if isinstance(remotes, dict) else []
    if remote not in known or not isinstance(remotes[remote], dict):
        raise UsageError(f"no remote {remote!r}; known: {', '.join(known) or 'none'}")
    return remotes[remote]


def _replace(path: Path, text: str) -> None:
    """In one step, with the rights that the file has."""
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; nothing was noted down") from error
