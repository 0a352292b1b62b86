"""From the configuration to a connected SFTP remote."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from batch.errors import HostKeyRefused
from batch.remotes.credentials import read_login
from batch.remotes.settings import RemoteSettings
from batch.remotes.sftp.host_keys import HostKeys, from_known_hosts, merge, pinned
from batch.remotes.sftp.remote import SftpRemote
from batch.remotes.sftp.session import open_session
from batch.remotes.sftp.step import Server

log = logging.getLogger(__name__)


def connect(name: str, settings: RemoteSettings, *, base: Path, environ: Mapping[str, str]) -> SftpRemote:
    """Connects, checks the host key, logs in.

    Raises:
        RemoteError: the most specific kind; the message names the remote and the step.
    """
    address = settings.address
    server = Server(
        name=name,
        host=address.host,
        port=address.port,
        connect_timeout=settings.connect_timeout.total_seconds(),
        timeout=settings.timeout.total_seconds(),
    )
    login = read_login(name, settings, base=base, environ=environ)
    session = open_session(server, _host_keys(name, settings, base), login)
    try:
        return SftpRemote(server, session, folder=address.folder, slowest=settings.slowest)
    except BaseException:
        session.close()
        raise


def _host_keys(name: str, settings: RemoteSettings, base: Path) -> HostKeys:
    parts = [pinned(settings.host_keys)]
    if settings.known_hosts:
        address = settings.address
        text = _known_hosts_text(name, base / settings.known_hosts)
        parts.append(from_known_hosts(text, host=address.host, port=address.port))
    known = merge(parts)
    for warning in known.warnings:
        log.warning("remote %s: %s", name, warning)
    return known


def _known_hosts_text(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise HostKeyRefused(
            f"remote {name}: known_hosts {path} cannot be read: {error.strerror}; correct it or give host_keys"
        ) from error
