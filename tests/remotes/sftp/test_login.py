from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch.errors import LoginRefused
from batch.remotes import connect
from batch.remotes.contract import Remote
from batch.remotes.settings import RemoteSettings

pytestmark = pytest.mark.sshd


def run(*command: object, **environment: str) -> None:
    subprocess.run(
        [str(word) for word in command], check=True, capture_output=True, env={**os.environ, **environment}
    )


def opened(table: dict[str, object], base: Path, **environ: str) -> Remote:
    return connect("shop", RemoteSettings(**table), base=base, environ=environ)


def lets_in(table: dict[str, object], base: Path, **environ: str) -> bool:
    with opened(table, base, **environ) as remote:
        return remote.list("").refused == ()


KEYS = {
    "ed25519": ("ed25519",),
    "ecdsa": ("ecdsa",),
    "ecdsa-521": ("ecdsa", "-b", "521"),
    "rsa": ("rsa", "-b", "2048"),
    "rsa-pem": ("rsa", "-b", "2048", "-m", "PEM"),
    "rsa-pkcs8": ("rsa", "-b", "2048", "-m", "PKCS8"),
    "ecdsa-pkcs8": ("ecdsa", "-m", "PKCS8"),
}


@pytest.mark.parametrize(
    ("kind", "passphrase"),
    [
        *((kind, "") for kind in KEYS),
        ("ed25519", "open sesame"),
        ("rsa-pem", "open sesame"),
        ("ecdsa-pkcs8", "open sesame"),
    ],
)
def test_every_usual_kind_of_key_lets_in(sshd: Any, tmp_path: Path, kind: str, passphrase: str) -> None:
    key = tmp_path / "key"
    run("ssh-keygen", "-q", "-N", passphrase, "-t", *KEYS[kind], "-f", key)
    sshd.authorize(tmp_path / "key.pub")
    table = sshd.settings(key_file="key", passphrase_env="PHRASE" if passphrase else None)
    assert lets_in(table, tmp_path, PHRASE=passphrase)


def test_a_key_the_server_does_not_know_is_refused(sshd: Any, tmp_path: Path) -> None:
    run("ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", tmp_path / "other")
    with pytest.raises(LoginRefused, match=r"remote shop \(127.0.0.1:\d+\).*check user, key"):
        opened(sshd.settings(key_file="other"), tmp_path)


def test_a_wrong_password_is_refused(start_sshd: Any, tmp_path: Path) -> None:
    server = start_sshd(options=("PasswordAuthentication yes",))
    table = server.settings(key_file=None, password_env="SHOP_PASSWORD")
    with pytest.raises(LoginRefused, match="refused the key or password"):
        opened(table, tmp_path, SHOP_PASSWORD="wrong")


def test_a_password_where_only_keys_are_taken_is_refused_with_what_is_wanted(
    sshd: Any, tmp_path: Path
) -> None:
    table = sshd.settings(key_file=None, password_env="SHOP_PASSWORD")
    with pytest.raises(LoginRefused, match="the server wants publickey"):
        opened(table, tmp_path, SHOP_PASSWORD="any")


def test_keys_of_the_agent_let_in(sshd: Any, tmp_path: Path, ssh_agent: str) -> None:
    run("ssh-add", "-q", sshd.key, SSH_AUTH_SOCK=ssh_agent)
    assert lets_in(sshd.settings(key_file=None, agent=True), tmp_path, SSH_AUTH_SOCK=ssh_agent)


def test_a_crowded_agent_is_a_refusal_and_not_a_broken_connection(
    sshd: Any, tmp_path: Path, ssh_agent: str
) -> None:
    for number in range(8):
        run("ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", tmp_path / f"key{number}")
        run("ssh-add", "-q", tmp_path / f"key{number}", SSH_AUTH_SOCK=ssh_agent)
    with pytest.raises(LoginRefused):
        opened(sshd.settings(key_file=None, agent=True), tmp_path, SSH_AUTH_SOCK=ssh_agent)


def test_the_agent_is_not_asked_unless_configured(sshd: Any, tmp_path: Path, ssh_agent: str) -> None:
    run("ssh-add", "-q", sshd.key, SSH_AUTH_SOCK=ssh_agent)
    run("ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", tmp_path / "other")
    with pytest.raises(LoginRefused):
        opened(sshd.settings(key_file="other"), tmp_path, SSH_AUTH_SOCK=ssh_agent)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "no agent; start ssh-agent"),
        ({"SSH_AUTH_SOCK": "nowhere"}, "does not answer"),
    ],
)
def test_a_missing_agent_is_told(sshd: Any, tmp_path: Path, environ: dict[str, str], message: str) -> None:
    with pytest.raises(LoginRefused, match=message):
        opened(sshd.settings(key_file=None, agent=True), tmp_path, **environ)


def test_an_empty_agent_is_told(sshd: Any, tmp_path: Path, ssh_agent: str) -> None:
    with pytest.raises(LoginRefused, match="the agent holds no key; add one"):
        opened(sshd.settings(key_file=None, agent=True), tmp_path, SSH_AUTH_SOCK=ssh_agent)


@pytest.mark.parametrize(
    ("methods", "tried"),
    [("password", ["password"]), ("keyboard-interactive", ["password", "interactive"])],
)
def test_a_password_lets_in_however_it_is_asked_for(
    odd_server: Callable, tmp_path: Path, methods: str, tried: list[str]
) -> None:
    server = odd_server(methods=methods)
    table = server.settings(password_env="SHOP_PASSWORD")
    opened(table, tmp_path, SHOP_PASSWORD="let me in").close()
    assert server.door.tries == tried


def test_a_server_that_wants_key_and_password_gets_both(
    odd_server: Callable, tmp_path: Path, client_key: Path
) -> None:
    server = odd_server(both=True)
    table = server.settings(key_file=str(client_key), password_env="SHOP_PASSWORD")
    opened(table, tmp_path, SHOP_PASSWORD="let me in").close()
    assert server.door.tries == ["key", "password"]


def test_a_key_alone_is_not_enough_where_a_password_is_wanted_too(
    odd_server: Callable, tmp_path: Path, client_key: Path
) -> None:
    server = odd_server(both=True)
    with pytest.raises(LoginRefused, match="not let in with what is configured; the server wants password"):
        opened(server.settings(key_file=str(client_key)), tmp_path)


def test_a_wrong_password_is_given_once_and_not_shown(odd_server: Callable, tmp_path: Path) -> None:
    server = odd_server()
    with pytest.raises(LoginRefused) as caught:
        opened(server.settings(password_env="SHOP_PASSWORD"), tmp_path, SHOP_PASSWORD="s3cret")
    assert server.door.tries == ["password"]
    assert "s3cret" not in str(caught.value)


def test_the_password_may_lie_in_a_file(odd_server: Callable, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("let me in\n")
    (tmp_path / "secret").chmod(0o600)
    opened(odd_server().settings(password_file="secret"), tmp_path).close()


def test_a_key_file_others_can_read_is_refused(sshd: Any, tmp_path: Path) -> None:
    key = Path(shutil.copy(sshd.key, tmp_path / "key"))
    key.chmod(0o640)
    with pytest.raises(LoginRefused, match=r"key can be read by others; run `chmod 600 .*key`"):
        opened(sshd.settings(key_file="key"), tmp_path)
