from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from subprocess import run
from typing import Any

import paramiko
import pytest

from batch.errors import HostKeyRefused, NoCommonAlgorithm, RemoteError, Transient
from batch.remotes import connect
from batch.remotes.contract import Remote
from batch.remotes.settings import RemoteSettings

pytestmark = pytest.mark.sshd

SOON = timedelta(milliseconds=300)
OTHER = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def opened(table: dict[str, object], base: Path = Path()) -> Remote:
    return connect("shop", RemoteSettings(**table), base=base, environ={})


def works(table: dict[str, object], base: Path = Path()) -> bool:
    with opened(table, base) as remote:
        return remote.list("").refused == ()


def test_a_changed_host_key_is_refused_with_both_fingerprints_before_logging_in(start_sshd: Any) -> None:
    server = start_sshd()
    with pytest.raises(HostKeyRefused) as caught:
        opened(server.settings(host_keys=[OTHER]))
    message = str(caught.value)
    assert message.startswith(f"remote shop (127.0.0.1:{server.port}): the host key is {server.fingerprint}")
    assert f"pinned is {OTHER}" in message
    assert "adds the new one" in message
    log = server.log.read_text()
    assert "Connection from" in log or "Connection closed by" in log
    assert "userauth-request" not in log
    assert not caught.value.retry


def test_a_pin_may_be_the_whole_key(sshd: Any) -> None:
    assert works(sshd.settings(host_keys=[sshd.host_public_key + " comment"]))


def test_two_pins_allow_a_rotation(sshd: Any, start_sshd: Any) -> None:
    rotated = start_sshd()
    pins = [sshd.fingerprint, rotated.fingerprint]
    assert works(sshd.settings(host_keys=pins))
    assert works(rotated.settings(host_keys=pins))


@pytest.mark.parametrize("whole", [True, False], ids=["key", "fingerprint"])
def test_any_of_a_servers_keys_may_be_the_pinned_one(start_sshd: Any, whole: bool) -> None:
    server = start_sshd(host_keys=("rsa", "ed25519", "ecdsa"))
    pin = server.host_public_key if whole else server.fingerprint
    assert works(server.settings(host_keys=[pin]))


def test_a_server_without_a_key_of_the_pinned_type_is_a_changed_host_key(sshd: Any, start_sshd: Any) -> None:
    server = start_sshd(host_keys=("rsa",))
    with pytest.raises(HostKeyRefused, match=r"ssh-rsa.*pinned is"):
        opened(server.settings(host_keys=[sshd.host_public_key]))


@pytest.mark.parametrize("hashed", [False, True], ids=["plain", "hashed"])
def test_known_hosts_is_understood(sshd: Any, tmp_path: Path, hashed: bool) -> None:
    (tmp_path / "known").write_text(f"# ours\nbroken line here\n{sshd.known_hosts_line}\n")
    if hashed:
        (tmp_path / "known").write_text(f"{sshd.known_hosts_line}\n")
        run(["ssh-keygen", "-q", "-H", "-f", tmp_path / "known"], check=True, capture_output=True)
        assert "127.0.0.1" not in (tmp_path / "known").read_text()
    assert works(sshd.settings(host_keys=None, known_hosts="known"), tmp_path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "no host key is known; it shows {fingerprint}"),
        ("127.0.0.1 {key}", "no host key is known"),
        ("@revoked [127.0.0.1]:{port} {key}", "marked as revoked"),
        ("[127.0.0.1]:{port} {key}\n@revoked * {key}", "marked as revoked"),
    ],
    ids=["unknown", "another port", "revoked", "known but revoked"],
)
def test_a_host_that_known_hosts_does_not_vouch_for_is_refused(
    sshd: Any, tmp_path: Path, line: str, message: str
) -> None:
    facts = {"port": sshd.port, "key": sshd.host_public_key, "fingerprint": sshd.fingerprint}
    (tmp_path / "known").write_text(line.format(**facts))
    with pytest.raises(HostKeyRefused) as caught:
        opened(sshd.settings(host_keys=None, known_hosts="known"), tmp_path)
    assert message.format(**facts) in str(caught.value)


def test_a_missing_known_hosts_is_told(sshd: Any, tmp_path: Path) -> None:
    with pytest.raises(HostKeyRefused, match=r"known_hosts .*nowhere cannot be read"):
        opened(sshd.settings(host_keys=None, known_hosts="nowhere"), tmp_path)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("KexAlgorithms sntrup761x25519-sha512@openssh.com", "no common key exchange: it offers sntrup"),
        ("Ciphers aes128-cbc", "no common cipher: it offers aes128-cbc, we know aes128-gcm"),
    ],
)
def test_a_server_without_a_common_algorithm_is_told_with_both_lists(
    start_sshd: Any, option: str, message: str
) -> None:
    server = start_sshd(options=(option,))
    with pytest.raises(NoCommonAlgorithm) as caught:
        opened(server.settings())
    assert message in str(caught.value)


def test_a_server_without_sftp_is_told(start_sshd: Any) -> None:
    server = start_sshd(options=("Subsystem sftp /bin/false", "ForceCommand /bin/false"))
    with pytest.raises(RemoteError, match="remote shop"):
        opened(server.settings())


def test_a_server_that_prints_into_sftp_is_told(start_sshd: Any) -> None:
    server = start_sshd(options=("ForceCommand echo Welcome to this machine",))
    with pytest.raises(Transient, match="what is not SFTP"):
        opened(server.settings())


def test_no_listener_is_transient(sshd: Any, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Transient, match="connecting: Connection refused; check host, port"):
        opened(sshd.settings(port=port))


@pytest.fixture
def says() -> Iterator[Callable[[bytes], int]]:
    """A port that says something to everyone who connects, and nothing more."""
    listeners: list[socket.socket] = []

    def start(words: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            connected, _ = listener.accept()
            with connected:
                connected.sendall(words)
                while connected.recv(4096):
                    pass

        threading.Thread(target=serve, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize(
    "words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"\x00" * 300, b"SSH-1.0-old\r\n"]
)
def test_what_is_not_an_ssh_server_is_told(sshd: Any, says: Callable[[bytes], int], words: bytes) -> None:
    with pytest.raises(RemoteError, match=r"remote shop \(127.0.0.1:\d+\): exchanging keys"):
        opened(sshd.settings(port=says(words), connect_timeout=SOON))


@pytest.mark.parametrize("stall_after", [0, 500, 1900, 2250, 2400, 2600])
def test_a_stall_in_any_phase_of_setting_up_ends_in_time(
    sshd: Any, fault_proxy: Callable, stall_after: int
) -> None:
    proxy = fault_proxy(sshd.port, stall_after=stall_after, direction="down")
    with pytest.raises(Transient, match=r"no answer for 0.3 s"):
        works(sshd.settings(port=proxy.port, timeout=SOON, connect_timeout=SOON))
    assert proxy.fired == 1


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("act", ["write", "read"])
def test_a_stall_while_bytes_are_moved_ends_in_time(
    sshd: Any, tmp_path: Path, fault_proxy: Callable, act: str, direction: str
) -> None:
    (tmp_path / "a.csv").write_bytes(bytes(30_000_000))
    after = 1_000_000 if (act, direction) in {("write", "up"), ("read", "down")} else 4_200
    proxy = fault_proxy(sshd.port, stall_after=after, direction=direction)
    with opened(sshd.settings(tmp_path, port=proxy.port, timeout=SOON)) as remote:
        acts = {
            "write": partial(remote.write, "b.csv", bytes(20_000_000)),
            "read": partial(remote.read, "a.csv", len, size=30_000_000),
        }
        with pytest.raises(Transient, match=r"remote shop .*(reading|writing) .*csv.*: no answer for 0.3 s"):
            acts[act]()
        with pytest.raises(Transient):
            remote.stat("a.csv")
    assert proxy.fired == 1


@pytest.mark.parametrize("act", ["write", "read"])
def test_a_server_that_drips_is_given_up(sshd: Any, tmp_path: Path, fault_proxy: Callable, act: str) -> None:
    (tmp_path / "a.csv").write_bytes(bytes(30_000_000))
    direction = "up" if act == "write" else "down"
    proxy = fault_proxy(sshd.port, drip_after=1_000_000, direction=direction, times=10_000)
    with opened(sshd.settings(tmp_path, port=proxy.port, timeout="1s", slowest="500MB")) as remote:
        acts = {
            "write": partial(remote.write, "b.csv", bytes(20_000_000)),
            "read": partial(remote.read, "a.csv", len, size=30_000_000),
        }
        with pytest.raises(
            Transient, match=r"remote shop .*ing .*csv.*: the file took longer than .* slowest"
        ):
            acts[act]()
    assert proxy.fired > 1


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
@pytest.mark.parametrize("cut_after", [0, 100, 1700, 2200, 2500])
def test_a_cut_while_setting_up_is_transient(
    sshd: Any, fault_proxy: Callable, cut_after: int, reset: bool
) -> None:
    proxy = fault_proxy(sshd.port, cut_after=cut_after, direction="down", reset=reset)
    with pytest.raises(Transient, match="remote shop"):
        works(sshd.settings(port=proxy.port))
    assert proxy.fired == 1


def test_a_failed_connection_leaves_no_socket_and_no_thread(sshd: Any) -> None:
    before = set(threading.enumerate())
    with pytest.raises(HostKeyRefused):
        opened(sshd.settings(host_keys=[OTHER]))
    for thread in set(threading.enumerate()) - before:
        if isinstance(thread, paramiko.Transport):
            thread.join(2)
            assert not thread.is_alive()
