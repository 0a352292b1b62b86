"""From the configuration to a connected FTP or FTPS remote."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from batch.errors import HostKeyRefused
from batch.remotes.credentials import read_login
from batch.remotes.ftp.client import Ftp, FtpTls
from batch.remotes.ftp.remote import FtpRemote
from batch.remotes.settings import RemoteSettings


def connect(name: str, settings: RemoteSettings, *, base: Path, environ: Mapping[str, str]) -> FtpRemote:
    """Connects, checks the certificate (ftps), logs in.

    Raises:
        RemoteError: the most specific kind; the message names the remote and the step.
    """
    address = settings.address
    login = read_login(name, settings, base=base, environ=environ)
    connecting = settings.connect_timeout.total_seconds()
    client: Ftp | FtpTls = Ftp(timeout=connecting)
    if address.scheme == "ftps":
        context = _trusting(name, settings, base)
        client = FtpTls(context=context, implicit=settings.tls_from_the_start, timeout=connecting)
    remote = FtpRemote(
        name, client, where=(address.host, address.port), folder=address.folder, settings=settings
    )
    try:
        remote.open(login)
    except BaseException:
        remote.close()
        raise
    return remote


def _trusting(name: str, settings: RemoteSettings, base: Path) -> ssl.SSLContext:
    """The system's authorities and those of `ca_file`; the name in the certificate must be the host's."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.ca_file:
        path = base / settings.ca_file
        try:
            context.load_verify_locations(cafile=path)
        except (OSError, ssl.SSLError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise HostKeyRefused(
                f"remote {name}: ca_file {path} cannot be used: {reason}; give a PEM file with the certificate to trust"
            ) from error
    return context
