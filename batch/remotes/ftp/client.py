"""ftplib's client, with TLS as servers really demand it."""

from __future__ import annotations

import ftplib
import socket
import ssl
from typing import Any


class Ftp(ftplib.FTP):
    """Without TLS. A passive address that the server names is not believed: data come from where we are connected."""


class FtpTls(ftplib.FTP_TLS):
    """With TLS after AUTH, or from the first byte on (`implicit`).

    Data connections go on with the TLS session of the control connection, which vsftpd and others demand.
    """

    def __init__(self, *, context: ssl.SSLContext, implicit: bool, timeout: float) -> None:
        super().__init__(context=context, timeout=timeout)
        self._implicit = implicit

    def connect(self, *where: Any, **how: Any) -> str:
        """As ftplib's; with `implicit`, TLS comes before the server's greeting."""
        if not self._implicit:
            return super().connect(*where, **how)
        self.host, self.port = where
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self.af = plain.family
        try:
            self.sock = self.context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """The data connection, under the TLS session of the control connection."""
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if self._prot_p and isinstance(self.sock, ssl.SSLSocket):  # type: ignore[attr-defined]  # left out of the stubs
            try:
                connection = self.context.wrap_socket(
                    connection, server_hostname=self.host, session=self.sock.session
                )
            except BaseException:
                connection.close()
                raise
        return connection, size
