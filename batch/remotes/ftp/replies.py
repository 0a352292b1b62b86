"""What a server's answer, or the lack of one, means."""

from __future__ import annotations

import ftplib
import ssl

from batch.errors import HostKeyRefused, LoginRefused, RemoteError, RemoteRefused, Transient

NOT_OFFERED = ("500", "502", "504")
NOT_THERE = ("450", "501", "550")
NOT_LOGGED_IN = ("530", "532")
GOES_AWAY = ("421", "425", "426")
"""Replies after which another connection may do better."""

BROKEN = (ftplib.Error, EOFError, OSError, UnicodeError)
"""All that ftplib raises."""


def meaning(where: str, error: Exception, timeout: float | None) -> RemoteError:
    """An error of ftplib, ssl or the system as one of ours. `where`: remote and step. `timeout`: in seconds."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return HostKeyRefused(
            f"{where}: the certificate is not trusted ({error.verify_message}); have the partner confirm it, then give its "
            "authority, or the certificate itself, as ca_file"
        )
    if isinstance(error, ftplib.error_perm | ftplib.error_temp):
        return _refusal(where, str(error))
    if isinstance(error, TimeoutError):
        return Transient(f"{where}: no answer for {timeout or 0:g} s")
    return Transient(f"{where}: the connection broke ({words(error)})")


def _refusal(where: str, reply: str) -> RemoteError:
    code, said = reply[:3], ascii(reply[:200])[1:-1]
    if code in GOES_AWAY:
        return Transient(f"{where}: the server says {said}")
    if code in NOT_LOGGED_IN:
        return LoginRefused(f"{where}: the server says {said}; check user and password")
    hint = "no such file or folder, or not allowed: " if code in NOT_THERE else ""
    return RemoteRefused(f"{where}: {hint}the server says {said}")


def words(error: Exception) -> str:
    """What an error says, as printable text."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return ascii(text)[1:-1]
