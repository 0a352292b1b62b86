"""Where a remote is: the `url` of its table, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from urllib.parse import SplitResult, unquote, urlsplit

ALLOWED = '"sftp://user@host:22/folder", "ftps://user@host/folder", or a folder such as "./wms" or "/srv/wms"'
PORTS = MappingProxyType({"sftp": 22, "ftp": 21, "ftps": 21})


@dataclass(frozen=True, kw_only=True)
class Address:
    """`scheme` is `"folder"`, `"sftp"`, `"ftp"` or `"ftps"`; a folder has no host, port and user.

    `folder` of a server's address is absolute, or relative to the login folder (`/~/…`, or no path at all).
    """

    scheme: str
    folder: str
    host: str = ""
    port: int = 0
    user: str = ""


def parse_address(url: str) -> Address:
    """Takes a url apart.

    Raises:
        ValueError: with what is allowed. Never shows the url: a password may stand in it.
    """
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", url)
    if match is None:
        return _folder(url)
    scheme = match[1].lower()
    if scheme not in PORTS:
        raise ValueError(f"{scheme}:// is not known; allowed is {ALLOWED}")
    return _server(url, scheme)


def _folder(url: str) -> Address:
    if url not in (".", "..") and not url.startswith(("./", "../")) and not PurePath(url).is_absolute():
        raise ValueError(f"allowed is {ALLOWED}")
    return Address(scheme="folder", folder=url)


def _server(url: str, scheme: str) -> Address:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"host or port cannot be read; allowed is {ALLOWED}") from None
    _check(parts, scheme)
    return Address(
        scheme=scheme,
        folder=_remote_folder(unquote(parts.path)),
        host=parts.hostname or "",
        port=port or PORTS[scheme],
        user=unquote(parts.username or ""),
    )


def _check(parts: SplitResult, scheme: str) -> None:
    if parts.password is not None:
        raise ValueError("a password does not belong into the url; use password_env or password_file")
    if not parts.hostname:
        raise ValueError(f"the host is missing; allowed is {ALLOWED}")
    if not parts.username:
        raise ValueError(f'the user is missing: "{scheme}://user@host/folder"')
    if parts.query or parts.fragment:
        raise ValueError("nothing may follow the folder; write ? as %3F and # as %23")


def _remote_folder(path: str) -> str:
    if path in ("", "/~", "/~/"):
        return "."
    if path.startswith("/~/"):
        return path.removeprefix("/~/").rstrip("/")
    return path.rstrip("/") or "/"
