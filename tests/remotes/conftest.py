"""Real FTP and FTPS servers for the tests of remotes: pyftpdlib in this process, vsftpd where it is installed."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import os
import shutil
import socket
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # asyncore, which pyftpdlib uses
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer

from batch.cli.demo.server import serving

LOOPBACK = "127.0.0.1"
PASSWORD = "let me in"


@dataclass(frozen=True, kw_only=True)
class FtpServer:
    """A running FTP server that serves `root` as `folder`."""

    scheme: str
    user: str
    port: int
    root: Path
    certificate: Path
    folder: str = ""

    def settings(self, *, port: int | None = None, **changed: object) -> dict[str, object]:
        """A `[remotes.X]` table that works, with the password in FTP_PASSWORD."""
        table: dict[str, object] = {
            "url": f"{self.scheme}://{self.user}@{LOOPBACK}:{port or self.port}{self.folder}",
            "password_env": "FTP_PASSWORD",
        }
        table |= {"ca_file": str(self.certificate)} if self.scheme == "ftps" else {"insecure": True}
        return {key: value for key, value in (table | changed).items() if value is not None}


StartFtp = Callable[..., FtpServer]


def free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, signed by itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    address = x509.IPAddress(ipaddress.ip_address(LOOPBACK))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def start_ftp(certificate: Path) -> Iterator[StartFtp]:
    """`start_ftp(root, tls=False, **changed)`: pyftpdlib; `changed` are attributes of its handler."""
    started: list[tuple[FTPServer, IOLoop, threading.Thread]] = []

    def start(root: Path, *, tls: bool = False, rights: str = "elradfmwMT", **changed: object) -> FtpServer:
        authorizer = DummyAuthorizer()
        authorizer.add_user("ferry", PASSWORD, str(root), perm=rights)
        attributes: dict[str, object] = {"authorizer": authorizer, "auth_failed_timeout": 0, **changed}
        if tls:
            attributes |= {
                "certfile": str(certificate),
                "tls_control_required": True,
                "tls_data_required": True,
            }
        handler = type("Handler", (TLS_FTPHandler if tls else FTPHandler,), attributes)
        loop = IOLoop()
        server = FTPServer((LOOPBACK, 0), handler, ioloop=loop)
        running = threading.Event()

        def serve() -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                while not running.is_set():
                    loop.loop(timeout=0.01, blocking=False)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        started.append((server, loop, thread))
        thread.stop = running.set  # type: ignore[attr-defined]
        return FtpServer(
            scheme="ftps" if tls else "ftp",
            user="ferry",
            port=server.address[1],
            root=root,
            certificate=certificate,
        )

    yield start
    for server, loop, thread in started:
        thread.stop()  # type: ignore[attr-defined]
        thread.join(5)
        server.close_all()
        loop.close()


@pytest.fixture
def start_vsftpd(certificate: Path) -> Iterator[StartFtp]:
    """`start_vsftpd(root, tls=True, implicit=False)`: it demands that data go on with the TLS session, and knows no MLSD."""
    running: list[subprocess.Popen[bytes]] = []

    def start(root: Path, *, tls: bool = True, implicit: bool = False) -> FtpServer:
        found = shutil.which("vsftpd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        if found is None or os.geteuid() != 0:
            if os.environ.get("CI"):
                pytest.fail("vsftpd is missing, or this is not root; install vsftpd")
            pytest.skip("vsftpd is missing, or this is not root")
        for folder in (root, *root.parents[:2]):
            folder.chmod(0o777 if folder == root else 0o711)  # the server looks in as ftp
        empty = certificate.parent / "empty"
        empty.mkdir(mode=0o755, exist_ok=True)
        port = free_port()
        options = {
            "listen": "YES",
            "listen_ipv6": "NO",
            "listen_address": LOOPBACK,
            "listen_port": port,
            "background": "NO",
            "anonymous_enable": "YES",
            "no_anon_password": "YES",
            "local_enable": "NO",
            "write_enable": "YES",
            "anon_upload_enable": "YES",
            "anon_mkdir_write_enable": "YES",
            "anon_other_write_enable": "YES",
            "anon_world_readable_only": "NO",
            "anon_umask": "022",
            "anon_root": root.parent,
            "ftp_username": "ftp",  # made by the package
            "secure_chroot_dir": empty,
            "seccomp_sandbox": "NO",
            "ssl_enable": "YES" if tls else "NO",
            "implicit_ssl": "YES" if implicit else "NO",
            "allow_anon_ssl": "YES",
            "force_anon_logins_ssl": "YES" if tls else "NO",
            "force_anon_data_ssl": "YES" if tls else "NO",
            "require_ssl_reuse": "YES",
            "rsa_cert_file": certificate,
            "rsa_private_key_file": certificate,
            "xferlog_enable": "NO",
        }
        config = certificate.parent / f"vsftpd-{port}.conf"
        config.write_text("".join(f"{key}={value}\n" for key, value in options.items()))
        running.append(
            subprocess.Popen([found, config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        for _ in range(1000):
            try:
                socket.create_connection((LOOPBACK, port), 1).close()
                break
            except OSError:
                time.sleep(0.005)
        return FtpServer(
            scheme="ftps" if tls else "ftp",
            user="anonymous",
            port=port,
            root=root,
            certificate=certificate,
            folder=f"/{root.name}",
        )

    yield start
    for process in running:
        process.terminate()
        process.wait(5)


@pytest.fixture
def asyncssh_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[Path], dict[str, object]]]:
    """The demo's own server in this process: `asyncssh_server(root)` is a `[remotes.X]` table for it."""
    with contextlib.ExitStack() as stack:

        def start(root: Path) -> dict[str, object]:
            access = stack.enter_context(serving(root))
            key = tmp_path_factory.mktemp("asyncssh") / "key"
            key.write_bytes(access.private_key)
            key.chmod(0o600)
            return {
                "url": f"sftp://{access.user}@{access.host}:{access.port}/",
                "key_file": str(key),
                "host_keys": [access.fingerprint],
            }

        yield start
