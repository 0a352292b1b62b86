"""What only FTP and FTPS can do wrong, each against a real server."""

from __future__ import annotations

import ftplib
import os
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from batch.errors import HostKeyRefused, Incomplete, LoginRefused, RemoteRefused, Transient
from batch.remotes import connect
from batch.remotes.contract import Remote
from batch.remotes.publish import publish
from batch.remotes.settings import RemoteSettings

DATA = bytes(range(256)) * 2000
StartFtp = Callable[..., Any]


def opened(table: dict[str, object], tmp_path: Path, *, password: str = "let me in") -> Remote:
    return connect("wms", RemoteSettings(**table), base=tmp_path, environ={"FTP_PASSWORD": password})


def test_a_wrong_password_is_refused_and_not_tried_again(start_ftp: StartFtp, tmp_path: Path) -> None:
    with pytest.raises(
        LoginRefused, match=r"remote wms .*logging in.*530.*check user and password"
    ) as caught:
        opened(start_ftp(tmp_path).settings(), tmp_path, password="wrong")
    assert not caught.value.retry
    assert "wrong" not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for_is_refused(start_ftp: StartFtp, tmp_path: Path) -> None:
    with pytest.raises(HostKeyRefused, match=r"certificate is not trusted.*ca_file"):
        opened(start_ftp(tmp_path, tls=True).settings(ca_file=None), tmp_path)


def test_a_certificate_for_another_host_is_refused(start_ftp: StartFtp, tmp_path: Path) -> None:
    server = start_ftp(tmp_path, tls=True)
    with pytest.raises(HostKeyRefused, match=r"not valid for 'localhost'"):
        opened(server.settings(url=f"ftps://ferry@localhost:{server.port}"), tmp_path)


def test_a_ca_file_that_is_none_is_named(start_ftp: StartFtp, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(HostKeyRefused, match=r"ca_file .*ca\.pem cannot be used"):
        opened(start_ftp(tmp_path, tls=True).settings(ca_file="ca.pem"), tmp_path)


def test_a_server_without_tls_gets_no_password(start_ftp: StartFtp, tmp_path: Path) -> None:
    server = start_ftp(tmp_path)
    table = {
        "url": f"ftps://ferry@127.0.0.1:{server.port}",
        "password_env": "FTP_PASSWORD",
        "ca_file": str(server.certificate),
    }
    with pytest.raises(RemoteRefused, match="beginning TLS"):
        opened(table, tmp_path)


@pytest.mark.vsftpd
def test_tls_from_the_first_byte_on(start_vsftpd: StartFtp, tmp_path: Path) -> None:
    table = start_vsftpd(tmp_path, implicit=True).settings(tls="implicit")
    with opened(table, tmp_path) as remote:
        remote.write("a.csv", DATA)
    assert (tmp_path / "a.csv").read_bytes() == DATA


@pytest.mark.vsftpd
def test_the_server_that_demands_session_reuse_refuses_the_stock_client(
    start_vsftpd: StartFtp, tmp_path: Path
) -> None:
    """Why the client is one of our own; once this fails, it need not be."""
    server = start_vsftpd(tmp_path)
    context = ssl.create_default_context(cafile=server.certificate)
    with ftplib.FTP_TLS(context=context, timeout=10) as client:
        client.connect("127.0.0.1", server.port)
        client.login("anonymous", "x")
        client.prot_p()
        with pytest.raises(ftplib.Error, match="522"):
            client.retrlines("LIST")


def test_an_address_that_the_server_claims_for_its_data_is_not_believed(
    start_ftp: StartFtp, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(DATA)
    with opened(start_ftp(tmp_path, masquerade_address="198.51.100.7").settings(), tmp_path) as remote:
        chunks: list[bytes] = []
        remote.read("a.csv", chunks.append, size=len(DATA))
    assert b"".join(chunks) == DATA


def losing(kept: int) -> Any:
    """A data connection of which the server keeps so many bytes, and says that all is well."""
    from pyftpdlib.handlers import DTPHandler  # noqa: PLC0415 - warns when it is imported

    class Losing(DTPHandler):  # type: ignore[misc]
        fired = 0

        def close(self) -> None:
            if self.receive and self.file_obj is not None and not self.file_obj.closed:
                self.file_obj.truncate(kept)
                type(self).fired += 1
            super().close()

    return Losing


def test_a_download_that_ends_early_and_is_called_complete_is_incomplete(
    start_ftp: StartFtp, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(DATA)
    with opened(start_ftp(tmp_path).settings(), tmp_path) as remote:
        (tmp_path / "a.csv").write_bytes(DATA[:1000])  # as where the data connection broke and nobody says so
        with pytest.raises(Incomplete, match="ends after 1000 of 512000"):
            remote.read("a.csv", lambda _: None, size=len(DATA))


def test_an_upload_of_which_the_server_lost_something_is_incomplete(
    start_ftp: StartFtp, tmp_path: Path
) -> None:
    lossy = losing(100_000)
    with (
        opened(start_ftp(tmp_path, dtp_handler=lossy).settings(), tmp_path) as remote,
        pytest.raises(Incomplete, match=r"100000 bytes after writing 512000"),
    ):
        remote.write("a.csv", DATA)
    assert lossy.fired


@pytest.mark.parametrize("fault", [{"cut_after": 60}, {"stall_after": 60}])
def test_a_connection_that_breaks_or_stalls_may_be_tried_again(
    start_ftp: StartFtp, fault_proxy: Callable[..., Any], fault: dict[str, int], tmp_path: Path
) -> None:
    server = start_ftp(tmp_path)
    proxy = fault_proxy(server.port, direction="down", **fault)
    with pytest.raises(Transient, match="remote wms") as caught:
        opened(server.settings(port=proxy.port, timeout="1s", connect_timeout="1s"), tmp_path)
    assert caught.value.retry
    assert proxy.fired


@pytest.mark.parametrize("act", ["write", "read"])
def test_a_file_that_takes_too_long_is_given_up(start_ftp: StartFtp, tmp_path: Path, act: str) -> None:
    (tmp_path / "a.csv").write_bytes(DATA)
    late = iter([False, True, True])
    with opened(start_ftp(tmp_path).settings(), tmp_path) as remote:
        remote._deadline = lambda _size: lambda: next(late)
        acts = {
            "write": partial(remote.write, "b.csv", DATA),
            "read": partial(remote.read, "a.csv", lambda _: None, size=len(DATA)),
        }
        with pytest.raises(Transient, match=r"remote wms .*ing '.\.csv': the file took longer"):
            acts[act]()
    assert next(late)  # it was asked until it was too late, and no longer


def test_a_rename_that_never_replaces_is_done_in_two_steps(start_ftp: StartFtp, tmp_path: Path) -> None:
    refused = 0

    def careful(self: Any, path: str) -> None:
        nonlocal refused
        if os.path.lexists(path):
            refused += 1
            self.respond("550 File exists.")
            return
        os.rename(self._rnfr, path)  # noqa: PTH104 - as the server holds paths
        self.respond("250 Renamed.")

    (tmp_path / "a.csv").write_bytes(b"old")
    with opened(start_ftp(tmp_path, ftp_RNTO=careful).settings(), tmp_path) as remote:
        publish(remote, "", "a.csv", b"new", token="t")
    assert refused == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"new"


def test_a_drop_box_that_shows_nothing_takes_files(start_ftp: StartFtp, tmp_path: Path) -> None:
    with opened(start_ftp(tmp_path, rights="ewf").settings(), tmp_path) as remote:
        publish(remote, "", "a.csv", DATA, token="t")
    assert (tmp_path / "a.csv").read_bytes() == DATA


def test_what_may_not_be_written_is_refused_with_the_servers_words(
    start_ftp: StartFtp, tmp_path: Path
) -> None:
    with (
        opened(start_ftp(tmp_path, rights="elr").settings(), tmp_path) as remote,
        pytest.raises(RemoteRefused, match=r"remote wms .*writing 'a.csv'.*the server says 550"),
    ):
        remote.write("a.csv", DATA)
