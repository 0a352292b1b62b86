"""The secrets that the configuration names: none of them may stand in what is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from batch.config import Configuration, Route
from batch.errors import AlertFailed, LoginRefused
from batch.remotes.credentials import read_secret
from batch.remotes.settings import RemoteSettings


def addresses(route: Route, *, base: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The route's addresses.

    Raises:
        AlertFailed: they are missing, unreadable, or readable by others.
    """
    try:
        text = read_secret(
            f"alerts {route.name}",
            "urls",
            variable=route.urls_env,
            file=route.urls_file,
            base=base,
            environ=environ,
        )
    except LoginRefused as error:
        raise AlertFailed(str(error)) from error
    return tuple(re.split(r"\s+", text.strip())) if text else ()


def secrets_of(configuration: Configuration, environ: Mapping[str, str]) -> frozenset[str]:
    """Every password, passphrase and alert address that can be read now, whole and in the parts that tell most."""
    base = configuration.folder
    found = [
        secret
        for name, remote in configuration.remotes.items()
        for secret in _of_remote(name, remote, base, environ)
    ]
    for route in configuration.alerts:
        with suppress(AlertFailed):
            for url in addresses(route, base=base, environ=environ):
                found += _of_address(url)
    return frozenset(filter(None, found))


def _of_remote(
    name: str, remote: RemoteSettings, base: Path, environ: Mapping[str, str]
) -> Iterator[str | None]:
    named = (
        ("password", remote.password_env, remote.password_file),
        ("passphrase", remote.passphrase_env, remote.passphrase_file),
    )
    for kind, variable, file in named:
        with suppress(LoginRefused):
            yield read_secret(name, kind, variable=variable, file=file, base=base, environ=environ)


def _of_address(url: str) -> Iterator[str | None]:
    yield url
    with suppress(ValueError):
        password = urlsplit(url).password
        yield password
        yield unquote(password or "")
