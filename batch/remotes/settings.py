"""The `[remotes.X]` table of the configuration."""

from __future__ import annotations

import re
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from batch.durations import Duration
from batch.remotes.address import Address, parse_address
from batch.remotes.sftp.host_keys import parse_pin
from batch.sizes import Size

PAIRS = (("password_env", "password_file"), ("passphrase_env", "passphrase_file"))
LOGINS = ("key_file", "password_env", "password_file", "agent")
IMPLICIT_PORT = 990

EVERYWHERE = frozenset({"url", "attempts", "retry_within"})
SERVER = EVERYWHERE | {"password_env", "password_file", "timeout", "connect_timeout", "slowest"}
KEYS = MappingProxyType(
    {
        "folder": EVERYWHERE,
        "sftp": SERVER
        | {"key_file", "passphrase_env", "passphrase_file", "agent", "host_keys", "known_hosts"},
        "ftp": SERVER | {"insecure"},
        "ftps": SERVER | {"tls", "ca_file"},
    }
)
"""Scheme → the keys that its table may have."""


def _url(text: str) -> str:
    parse_address(text)
    return text


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError("the name of an environment variable, such as SHOP_PASSWORD (not the secret itself)")
    return name


def _path(text: str) -> str:
    if not text.strip():
        raise ValueError("the path of a file, relative to the configuration or absolute")
    return text


def _pin(text: str) -> str:
    parse_pin(text)
    return text


def _above_zero(length: timedelta) -> timedelta:
    if length <= timedelta(0):
        raise ValueError('longer than 0, such as "30s"')
    return length


Variable = Annotated[str, AfterValidator(_variable)]
FilePath = Annotated[str, AfterValidator(_path)]
Timeout = Annotated[Duration, AfterValidator(_above_zero)]


class RemoteSettings(BaseModel):
    """One remote. Secrets are only named here; relative paths start at the configuration's folder.

    `timeout`: how long any single step after connecting may stay without an answer. `connect_timeout`: how long
    the TCP connection, and then the key exchange, may take. `slowest`: bytes per second; a file that comes or goes more slowly
    is given up and tried again. `tls`, `ca_file`: of ftps; `insecure`: ftp is meant.
    `attempts`: how often an act is tried that may pass; `retry_within`: how much time may go into it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, AfterValidator(_url)]
    key_file: FilePath | None = None
    passphrase_env: Variable | None = None
    passphrase_file: FilePath | None = None
    password_env: Variable | None = None
    password_file: FilePath | None = None
    agent: bool = False
    host_keys: tuple[Annotated[str, AfterValidator(_pin)], ...] = ()
    known_hosts: FilePath | None = None
    tls: Literal["explicit", "implicit"] | None = None
    ca_file: FilePath | None = None
    insecure: bool = False
    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    retry_within: Duration = timedelta(minutes=5)
    timeout: Timeout = timedelta(seconds=30)
    connect_timeout: Timeout = timedelta(seconds=10)
    slowest: Size = 8_000

    @property
    def tls_from_the_start(self) -> bool:
        """Whether TLS comes before the server's greeting; without `tls`, the port tells."""
        return self.tls == "implicit" if self.tls else self.address.port == IMPLICIT_PORT

    @property
    def address(self) -> Address:
        return parse_address(self.url)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        scheme = self.address.scheme
        useless = sorted(self.model_fields_set - KEYS[scheme])
        what = "a folder" if scheme == "folder" else f"{scheme}://"
        objections = [f"{what} has no {', '.join(useless)}"] if useless else []
        if scheme == "sftp":
            objections += self._sftp()
        elif scheme in {"ftp", "ftps"}:
            objections += self._ftp(scheme)
        objections += [f"{a} and {b}: only one of them" for a, b in PAIRS if self._has(a) and self._has(b)]
        if objections:
            raise ValueError("; ".join(objections))
        return self

    def _ftp(self, scheme: str) -> list[str]:
        objections = []
        if not self.password_env and not self.password_file:
            objections.append("password_env or password_file is missing")
        if scheme == "ftp" and not self.insecure:
            objections.append(
                "ftp:// sends the password and all files for everyone to read; ask the partner for sftp or ftps, "
                "or write insecure = true"
            )
        return objections

    def _sftp(self) -> list[str]:
        objections = []
        if not self.host_keys and not self.known_hosts:
            objections.append(
                "host_keys or known_hosts is missing: without the server's key the connection is refused. "
                "`stockferry trust` with the name of this remote shows the key and writes it down once the partner has confirmed it"
            )
        if not any(self._has(login) for login in LOGINS):
            objections.append("key_file, password_env, password_file or agent = true is missing")
        if not self.key_file and any(self._has(name) for name in PAIRS[1]):
            objections.append("a passphrase is for a key_file, and there is none")
        return objections

    def _has(self, name: str) -> bool:
        return bool(getattr(self, name))
