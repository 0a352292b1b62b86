"""Fixtures that several folders of tests share: a real sshd, an ssh-agent, and a proxy that breaks connections."""

from __future__ import annotations

import contextlib
import os
import pwd
import resource
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from forks import Forks, forks
from hypothesis import settings

settings.register_profile("default", deadline=None)
settings.register_profile("slow", deadline=None, max_examples=2000)
settings.load_profile("default")

FIRST_BYTES = b"SSH-"
LOOPBACK = "127.0.0.1"

MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 2 << 30
TEMPORARY = "PYTEST_DEBUG_TEMPROOT"
"""Says where pytest makes temporary folders. In memory, unless it is set (`make slow` names a disk): what is synced costs nothing there."""
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_MEMORY:
    os.environ.setdefault(TEMPORARY, str(MEMORY))


CRASH_POINTS = "crash points"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many crash points the tests covered that record it."""
    passed = terminalreporter.stats.get("passed", [])
    points = sum(value for report in passed for name, value in report.user_properties if name == CRASH_POINTS)
    if points:
        terminalreporter.write_line(f"crash points covered: {points}")


@pytest.fixture(scope="session")
def processes() -> Iterator[Forks]:
    """`processes.start(words, said=file)`: a real process of the command line, ready at once. What starting itself is like, test_start.py tells."""
    with forks() as found:
        yield found


@pytest.fixture(scope="session", autouse=True)
def statements() -> Iterator[None]:
    """They are compiled once for all ledgers that this process opens."""
    from ledgers import compiled_once  # noqa: PLC0415 - with it comes SQLAlchemy

    with compiled_once():
        yield


@dataclass(frozen=True, kw_only=True)
class Sshd:
    """A running OpenSSH server. It serves the whole disk: use absolute paths below `root` in urls."""

    host: str
    port: int
    user: str
    root: Path
    key: Path
    """The client's private key (Ed25519, no passphrase); the server lets in whoever has it."""
    host_key: Path
    authorized: Path
    log: Path

    @property
    def host_public_key(self) -> str:
        """`ssh-ed25519 AAAA…`, as host_keys takes it."""
        return " ".join(self.host_key.with_suffix(".pub").read_text().split()[:2])

    @property
    def fingerprint(self) -> str:
        """`SHA256:…`, as OpenSSH itself computes it."""
        return run("ssh-keygen", "-lf", f"{self.host_key}.pub").split()[1]

    @property
    def known_hosts_line(self) -> str:
        return f"[{self.host}]:{self.port} {self.host_public_key}"

    def url(self, folder: Path | None = None, *, port: int | None = None) -> str:
        return f"sftp://{self.user}@{self.host}:{port or self.port}{folder or self.root}"

    def settings(
        self, folder: Path | None = None, *, port: int | None = None, **changed: object
    ) -> dict[str, object]:
        """A `[remotes.X]` table that works; `changed` replaces or (None) removes keys."""
        table = {
            "url": self.url(folder, port=port),
            "key_file": str(self.key),
            "host_keys": [self.fingerprint],
            **changed,
        }
        return {key: value for key, value in table.items() if value is not None}

    def authorize(self, public_key: Path) -> None:
        with self.authorized.open("a") as file:
            file.write(public_key.read_text())


StartSshd = Callable[..., Sshd]


def run(*command: object, **environment: str) -> str:
    """What a command prints; it fails the test if the command fails."""
    done = subprocess.run(
        [str(word) for word in command],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


def make_key(path: Path, kind: str = "ed25519", *more: object, passphrase: str = "") -> Path:
    run("ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "test", *more, "-f", path)
    return path


def find_sshd() -> str:
    found = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        message = "sshd is missing; install openssh-server"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as listener:
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), 1) as connected:
            return connected.recv(4) == FIRST_BYTES
    except OSError:
        return False


@pytest.fixture(scope="session")
def client_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    find_sshd()
    return make_key(tmp_path_factory.mktemp("client") / "client_ed25519")


@pytest.fixture(scope="session")
def start_sshd(tmp_path_factory: pytest.TempPathFactory, client_key: Path) -> Iterator[StartSshd]:
    """Starts another sshd, stopped at the end of all tests.

    `sftp`: arguments of internal-sftp, such as `-P posix-rename`, `-R`. `options`: further lines of its
    configuration. `host_keys`: types of its host keys, or files of keys that exist. `largest_file`: in bytes,
    beyond which its disk is full.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start(
        *,
        sftp: str = "",
        options: tuple[str, ...] = (),
        host_keys: tuple[str | Path, ...] = ("ed25519",),
        largest_file: int | None = None,
    ) -> Sshd:
        folder = tmp_path_factory.mktemp("sshd").resolve()
        keys = [
            key if isinstance(key, Path) else make_key(folder / f"host_{number}", key)
            for number, key in enumerate(host_keys)
        ]
        authorized = shutil.copy(client_key.with_suffix(".pub"), folder / "authorized_keys")
        (folder / "root").mkdir()
        for _ in range(5):
            port = free_port()
            (folder / "config").write_text(configuration(port, folder, keys, sftp, options))
            process = launch(folder, largest_file)
            running.append(process)
            if wait_for(process, port):
                return Sshd(
                    host=LOOPBACK,
                    port=port,
                    user=pwd.getpwuid(os.geteuid()).pw_name,
                    root=folder / "root",
                    key=client_key,
                    host_key=keys[0],
                    authorized=authorized,
                    log=folder / "log",
                )
        return pytest.fail(f"sshd does not start: {(folder / 'log').read_text()}")

    yield start
    for process in running:
        process.terminate()
        process.wait(5)


@pytest.fixture(scope="session")
def sshd(start_sshd: StartSshd) -> Sshd:
    """The ordinary server."""
    return start_sshd()


def configuration(port: int, folder: Path, host_keys: list[Path], sftp: str, options: tuple[str, ...]) -> str:
    subsystem = (
        ()
        if any(line.startswith("Subsystem") for line in options)
        else (f"Subsystem sftp internal-sftp {sftp}",)
    )
    lines = [
        *options,
        *subsystem,
        f"Port {port}",
        f"ListenAddress {LOOPBACK}",
        *(f"HostKey {key}" for key in host_keys),
        f"PidFile {folder}/pid",
        f"AuthorizedKeysFile {folder}/authorized_keys",
        f"AllowUsers {pwd.getpwuid(os.geteuid()).pw_name}",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin yes",
        "UseDNS no",
        "AllowTcpForwarding no",
        "MaxStartups 200",
        "LogLevel DEBUG1",
    ]
    return "\n".join(lines) + "\n"


def launch(folder: Path, largest_file: int | None) -> subprocess.Popen[bytes]:
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd separates privileges

    def limit_files() -> None:
        if largest_file is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [find_sshd(), "-D", "-e", "-f", folder / "config"],
            stderr=log,
            preexec_fn=limit_files,  # noqa: PLW1509 - it only sets limits
            restore_signals=False,
        )


def wait_for(process: subprocess.Popen[bytes], port: int) -> bool:
    for _ in range(1000):
        if process.poll() is not None:
            return False
        if answers(port):
            return True
        time.sleep(0.005)
    return False


@pytest.fixture
def ssh_agent(tmp_path: Path) -> Iterator[str]:
    """The socket of a running agent that holds no key."""
    path = tmp_path / "agent"
    printed = run("ssh-agent", "-a", path, "-s")
    pid = int(printed.split("SSH_AGENT_PID=")[1].split(";")[0])
    yield str(path)
    os.kill(pid, signal.SIGTERM)


@dataclass
class FaultProxy:
    """A TCP proxy on loopback that does one thing wrong, once or `times` times.

    `cut_after`, `stall_after`: bytes that pass in `direction` ("up" to the server, "down" from it) on a connection
    before it is cut (`reset` or closed), passes nothing more, or (`drip_after`) passes some 640 kB a second. `fired` counts
    how often it happened, with `drip_after` for each piece.
    """

    target: int
    cut_after: int | None = None
    stall_after: int | None = None
    drip_after: int | None = None
    direction: str = "up"
    reset: bool = True
    times: int = 1
    fired: int = 0
    passed: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})

    def __post_init__(self) -> None:
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = int(self._listener.getsockname()[1])
        self._sockets: list[socket.socket] = []
        self._released = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def release_when(self, holds: Callable[[], bool]) -> None:
        """Ends what stalls, once that holds."""

        def watch() -> None:
            while not holds() and not self._released.wait(0.01):
                pass
            self._released.set()

        threading.Thread(target=watch, daemon=True).start()

    def close(self) -> None:
        self._released.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for opened in (self._listener, *self._sockets):
            opened.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection((LOOPBACK, self.target))
            except OSError:
                return
            self._sockets += [client, server]
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, sink, direction in ((client, server, "up"), (server, client, "down")):
                threading.Thread(target=self._pump, args=(source, sink, direction), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, direction: str) -> None:
        passed = 0
        try:
            while data := source.recv(65536):
                passed += len(data)
                self.passed[direction] += len(data)
                if self._is_due(direction, passed):
                    self.fired += 1
                    if self.drip_after is None:
                        return self._break(source, sink)
                    self._released.wait(0.1)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            self._end(source, sink)

    def _is_due(self, direction: str, passed: int) -> bool:
        limits = (self.cut_after, self.stall_after, self.drip_after)
        limit = next((limit for limit in limits if limit is not None), None)
        return (
            direction == self.direction and self.fired < self.times and limit is not None and passed > limit
        )

    def _break(self, source: socket.socket, sink: socket.socket) -> None:
        if self.cut_after is None:
            self._released.wait()
        self._end(source, sink)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            with contextlib.suppress(OSError):
                if self.reset:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def fault_proxy() -> Iterator[Callable[..., FaultProxy]]:
    """`fault_proxy(port, cut_after=…)`: starts one in front of a port of loopback."""
    started: list[FaultProxy] = []

    def start(target: int, **fault: object) -> FaultProxy:
        started.append(FaultProxy(target=target, **fault))
        return started[-1]

    yield start
    for proxy in started:
        proxy.close()
