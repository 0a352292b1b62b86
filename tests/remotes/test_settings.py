from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from batch.errors import RemoteRefused
from batch.remotes import connect
from batch.remotes.address import Address
from batch.remotes.settings import RemoteSettings

PIN = "SHA256:" + "A" * 43
SFTP = {"url": "sftp://ferry@wms.example.com:2222/outbound", "key_file": "keys/ferry", "host_keys": [PIN]}


def problems(**table: object) -> str:
    with pytest.raises(ValidationError) as caught:
        RemoteSettings(**table)
    return "\n".join(error["msg"] for error in caught.value.errors())


def test_a_complete_table_is_taken() -> None:
    settings = RemoteSettings(**SFTP)
    assert settings.address == Address(
        scheme="sftp", folder="/outbound", host="wms.example.com", port=2222, user="ferry"
    )
    assert settings.timeout == timedelta(seconds=30)
    assert settings.connect_timeout == timedelta(seconds=10)


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("", "."),
        ("/", "/"),
        ("/~", "."),
        ("/~/in", "in"),
        ("/in/", "/in"),
        ("/a%20b", "/a b"),
        ("/in/out", "/in/out"),
    ],
)
def test_the_folder_of_a_url_is_absolute_or_begins_at_the_login_folder(path: str, folder: str) -> None:
    assert RemoteSettings(**{**SFTP, "url": f"sftp://u@h{path}"}).address.folder == folder


@pytest.mark.parametrize("url", ["./wms", "../wms", "/srv/wms", "."])
def test_a_folder_needs_nothing_else(url: str) -> None:
    assert RemoteSettings(url=url).address == Address(scheme="folder", folder=url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("gopher://u@h/x", "gopher:// is not known"),
        ("http://u@h/x", "http:// is not known; allowed is"),
        ("wms.example.com/outbound", "allowed is"),
        ("", "allowed is"),
        ("sftp://h/x", "the user is missing"),
        ("sftp://u@/x", "the host is missing"),
        ("sftp://u:secret@h/x", "a password does not belong into the url"),
        ("sftp://u@h:ssh/x", "host or port cannot be read"),
        ("sftp://u@h:99999/x", "host or port cannot be read"),
        ("sftp://u@h/x?y", "nothing may follow the folder"),
    ],
)
def test_an_unusable_url_is_answered_with_what_is_allowed(url: str, message: str) -> None:
    said = problems(**{**SFTP, "url": url})
    assert message in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"host_keys": []}, "host_keys or known_hosts is missing"),
        ({"key_file": None}, "key_file, password_env, password_file or agent = true is missing"),
        ({"password_env": "A", "password_file": "b"}, "password_env and password_file: only one"),
        ({"passphrase_env": "A", "passphrase_file": "b"}, "passphrase_env and passphrase_file: only one"),
        ({"key_file": None, "agent": True, "passphrase_env": "A"}, "a passphrase is for a key_file"),
        ({"password_env": "p4ss-word"}, "the name of an environment variable"),
        ({"host_keys": ["SHA256:short"]}, '"SHA256:…" as ssh-keygen -l shows it'),
        ({"host_keys": ["ssh-dss AAAA"]}, '"SHA256:…" as ssh-keygen -l shows it'),
        ({"timeout": "0s"}, "longer than 0"),
        ({"timeout": "soon"}, "a number and one of s, m, h, d"),
        ({"key_file": " "}, "the path of a file"),
        ({"pasword_env": "A"}, "Extra inputs are not permitted"),
    ],
)
def test_what_does_not_fit_is_told(change: dict[str, object], message: str) -> None:
    assert message in problems(**{**SFTP, **change})


def test_all_that_is_missing_is_told_at_once() -> None:
    said = problems(url="sftp://u@h/x")
    assert "host_keys" in said
    assert "key_file" in said
    assert "`stockferry trust` with the name of this remote" in said


def test_what_means_nothing_for_a_folder_is_told() -> None:
    assert "a folder has no agent, host_keys" in problems(url="./wms", host_keys=[PIN], agent=True)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RemoteRefused, match=r"remote wms: no folder .*nowhere; create it or correct the url"):
        connect("wms", RemoteSettings(url="./nowhere"), base=tmp_path, environ={})


def test_a_folder_is_used_without_loading_ssh(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from batch.remotes import connect;"
        "from batch.remotes.settings import RemoteSettings;"
        "connect('wms', RemoteSettings(url='.'), base=Path(sys.argv[1]), environ={}).list('');"
        "sys.exit('paramiko' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == 0


FTPS = {"url": "ftps://ferry@h/in", "password_env": "FTP_PASSWORD"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"url": "ftp://u@h/x", "password_env": "P"}, "write insecure = true"),
        ({"url": "ftps://u@h/x"}, "password_env or password_file is missing"),
        ({**FTPS, "key_file": "k"}, "ftps:// has no key_file"),
        ({**FTPS, "insecure": True}, "ftps:// has no insecure"),
        ({**SFTP, "ca_file": "ca.pem"}, "sftp:// has no ca_file"),
        ({"url": "./wms", "tls": "implicit"}, "a folder has no tls"),
        ({**FTPS, "password_file": "p"}, "only one of them"),
    ],
)
def test_what_a_kind_of_remote_does_not_have_is_named(table: dict[str, object], message: str) -> None:
    assert message in problems(**table)


@pytest.mark.parametrize(
    ("url", "tls", "from_the_start"),
    [
        ("ftps://u@h", None, False),
        ("ftps://u@h:990", None, True),
        ("ftps://u@h:990", "explicit", False),
        ("ftps://u@h:2100", "implicit", True),
    ],
)
def test_the_port_tells_when_tls_begins_unless_the_table_does(
    url: str, tls: str | None, *, from_the_start: bool
) -> None:
    assert RemoteSettings(url=url, password_env="P", tls=tls).tls_from_the_start is from_the_start
