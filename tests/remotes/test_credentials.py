from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519

from batch.errors import LoginRefused
from batch.remotes.credentials import Login, read_login
from batch.remotes.settings import RemoteSettings

PIN = "SHA256:" + "A" * 43


def login(base: Path, environ: dict[str, str] | None = None, **table: object) -> Login:
    settings = RemoteSettings(url="sftp://ferry@h/x", host_keys=[PIN], **table)
    return read_login("wms", settings, base=base, environ=environ or {})


def secret_file(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    path.chmod(0o600)
    return path.name


def private_key(passphrase: bytes | None = None, *, openssh: bool = True, key: object = None) -> bytes:
    return (key or ed25519.Ed25519PrivateKey.generate()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH if openssh else serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption(),
    )


def test_a_password_comes_from_the_environment(tmp_path: Path) -> None:
    assert login(tmp_path, {"SHOP_PASSWORD": " p w "}, password_env="SHOP_PASSWORD").password == " p w "


@pytest.mark.parametrize("content", [b" p w ", b" p w \n", b" p w \r\n"])
def test_the_line_end_of_a_password_file_is_not_part_of_it(tmp_path: Path, content: bytes) -> None:
    file = secret_file(tmp_path / "secret", content)
    assert login(tmp_path, password_file=file).password == " p w "


def test_a_missing_password_is_told_with_its_variable(tmp_path: Path) -> None:
    with pytest.raises(LoginRefused) as caught:
        login(tmp_path, password_env="SHOP_PASSWORD")
    assert str(caught.value) == "remote wms: no password; set SHOP_PASSWORD or give password_file"


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "is empty"), (b"\n", "is empty"), (b"\xff", "is not UTF-8")]
)
def test_an_unusable_password_file_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(LoginRefused, match=f"remote wms: password_file secret {message}"):
        login(tmp_path, password_file=secret_file(tmp_path / "secret", content))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = secret_file(tmp_path / "secret", b"x")
    (tmp_path / "secret").chmod(mode)
    with pytest.raises(LoginRefused, match=r"secret can be read by others; run `chmod 600 .*secret`"):
        login(tmp_path, password_file=file)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoginRefused, match="remote wms: nowhere cannot be read: No such file"):
        login(tmp_path, key_file="nowhere")


@pytest.mark.parametrize("openssh", [True, False], ids=["openssh", "pkcs8"])
@pytest.mark.parametrize(
    ("made_with", "given", "message"),
    [
        (b"right", None, "passphrase of key: the key needs one; give passphrase_env"),
        (b"right", "wrong", "key cannot be used: the passphrase is wrong, or it is not a private key"),
        (None, "any", "passphrase of key: the key has no passphrase; remove it"),
    ],
)
def test_a_passphrase_that_does_not_fit_is_told(
    tmp_path: Path, made_with: bytes | None, given: str | None, message: str, openssh: bool
) -> None:
    file = secret_file(tmp_path / "key", private_key(made_with, openssh=openssh))
    environ = {"PHRASE": given} if given else {}
    with pytest.raises(LoginRefused, match=message):
        login(tmp_path, environ, key_file=file, passphrase_env="PHRASE" if given else None)


@pytest.mark.parametrize("content", [b"", b"not a key", b"ssh-ed25519 AAAA comment"])
def test_what_is_not_a_private_key_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(LoginRefused, match="key cannot be used: it is not a private key"):
        login(tmp_path, key_file=secret_file(tmp_path / "key", content))


@pytest.mark.parametrize("key", [x25519.X25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256K1())])
def test_a_key_of_a_type_ssh_does_not_use_is_told(tmp_path: Path, key: object) -> None:
    file = secret_file(tmp_path / "key", private_key(openssh=False, key=key))
    with pytest.raises(LoginRefused, match="key is of a type SSH does not use"):
        login(tmp_path, key_file=file)


def test_nothing_secret_is_shown(tmp_path: Path) -> None:
    file = secret_file(tmp_path / "key", private_key())
    shown = repr(login(tmp_path, {"P": "s3cret"}, key_file=file, password_env="P"))
    assert "s3cret" not in shown
    assert "PRIVATE KEY" not in shown
