"""Secrets and private keys, read when they are needed and never shown."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from batch.errors import LoginRefused
from batch.remotes.settings import RemoteSettings


@dataclass(frozen=True, kw_only=True)
class Login:
    """Who we are. `key`: a private key in OpenSSH's text form, without passphrase. `agent`: the agent's socket."""

    user: str
    key: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    agent: str | None = None


def read_login(name: str, settings: RemoteSettings, *, base: Path, environ: Mapping[str, str]) -> Login:
    """Everything needed to log in to the remote `name`, from files below `base` and from `environ`.

    Raises:
        LoginRefused: a secret or key is missing, unreadable, or readable by others.
    """
    reader = _Reader(whose=f"remote {name}", base=base, environ=environ)
    passphrase = reader.secret("passphrase", settings.passphrase_env, settings.passphrase_file)
    return Login(
        user=settings.address.user,
        key=reader.key(settings.key_file, passphrase) if settings.key_file else None,
        password=reader.secret("password", settings.password_env, settings.password_file),
        agent=reader.agent() if settings.agent else None,
    )


def read_secret(
    whose: str, kind: str, *, variable: str | None, file: str | None, base: Path, environ: Mapping[str, str]
) -> str | None:
    """A secret from the environment variable, or from the file below `base`; None where neither is named.

    Raises:
        LoginRefused: it is missing, unreadable, or readable by others; says whose it is, and of what kind.
    """
    return _Reader(whose=whose, base=base, environ=environ).secret(kind, variable, file)


@dataclass(frozen=True, kw_only=True)
class _Reader:
    whose: str
    base: Path
    environ: Mapping[str, str]

    def secret(self, kind: str, variable: str | None, file: str | None) -> str | None:
        if variable:
            return self._from_environment(kind, variable)
        return self._from_file(kind, file) if file else None

    def key(self, file: str, passphrase: str | None) -> str:
        parsed = self._parse_key(file, self._private_bytes(file), passphrase)
        try:
            text = parsed.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
            )
        except (ValueError, UnsupportedAlgorithm):
            raise self._refused(f"{file} is of a type SSH does not use; use Ed25519, ECDSA or RSA") from None
        return text.decode()

    def agent(self) -> str:
        path = self.environ.get("SSH_AUTH_SOCK")
        if not path:
            raise self._refused("no agent; start ssh-agent so that SSH_AUTH_SOCK is set, or give key_file")
        return path

    def _from_environment(self, kind: str, variable: str) -> str:
        value = self.environ.get(variable)
        if not value:
            raise self._refused(f"no {kind}; set {variable} or give {kind}_file")
        return value

    def _from_file(self, kind: str, file: str) -> str:
        try:
            value = self._private_bytes(file).decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise self._refused(f"{kind}_file {file} is not UTF-8 text") from None
        if not value:
            raise self._refused(f"{kind}_file {file} is empty; put the {kind} there")
        return value

    def _private_bytes(self, file: str) -> bytes:
        path = self.base / file
        try:
            with path.open("rb") as opened:
                mode = os.fstat(opened.fileno()).st_mode
                if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                    raise self._refused(f"{file} can be read by others; run `chmod 600 {path}`")
                return opened.read()
        except OSError as error:
            raise self._refused(
                f"{file} cannot be read: {error.strerror}; correct the path or its rights"
            ) from error

    def _parse_key(self, file: str, data: bytes, passphrase: str | None) -> PrivateKeyTypes:
        password = passphrase.encode() if passphrase else None
        for parse in (serialization.load_ssh_private_key, serialization.load_pem_private_key):
            try:
                return parse(data, password=password)
            except TypeError:
                advice = "has no passphrase; remove it" if password else "needs one; give passphrase_env"
                raise self._refused(f"passphrase of {file}: the key {advice}") from None
            except UnsupportedAlgorithm:
                raise self._refused(
                    f"{file} is of a kind that is not supported; make an Ed25519 key"
                ) from None
            except ValueError:
                continue
        reason = (
            "the passphrase is wrong, or it is not a private key" if password else "it is not a private key"
        )
        raise self._refused(f"{file} cannot be used: {reason}")

    def _refused(self, what: str) -> LoginRefused:
        return LoginRefused(f"{self.whose}: {what}")
