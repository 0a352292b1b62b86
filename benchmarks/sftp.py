"""SFTP beside OpenSSH's own client, lftp and rclone: one large file and a thousand small ones, near and far.

    python benchmarks/sftp.py [--megabytes N] [--files N] [--rounds N] [--far-rounds N] [--delay MS] [--publish]

It starts an OpenSSH server on loopback (Debian's openssh-server). "Far" is the same server behind a proxy that holds
every byte back for half of the round trip. Our part is measured from connecting to hanging up, with every check that a
run makes: temporary name, sync, size, rename, look; other clients from start to end, which is what there is of them. All
figures are ratios to OpenSSH's sftp in the same round; a tool that is missing is left out. Only `put -f` of OpenSSH syncs
what it uploads, as we do; no other client renames or looks.
"""

from __future__ import annotations

import argparse
import getpass
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from importlib import import_module
from pathlib import Path

from measure import machine

from batch.remotes import connect
from batch.remotes.fetch import fetch
from batch.remotes.publish import publish
from batch.remotes.settings import RemoteSettings

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance-sftp.md"
LOOPBACK = "127.0.0.1"
SMALL = 4096
Act = Callable[[int], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--far-rounds", type=int, default=1, help="far, the line is what takes time: one tells much"
    )
    parser.add_argument("--delay", type=int, default=40, help="round trip of the far server, in ms")
    parser.add_argument("--publish", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    words = parser.parse_args()
    connect_module()
    with tempfile.TemporaryDirectory() as name, sshd(Path(name)) as near, delayed(near, words.delay) as far:
        bench = Bench(Path(name), words.megabytes, words.files)
        places = {"near": (near, words.rounds), f"far, {words.delay} ms": (far, words.far_rounds)}
        rows = [
            row
            for place, (port, rounds) in places.items()
            for row in measured(bench, place, port, words.files, rounds)
        ]
    page = report(rows, words)
    print(page)
    if words.publish:
        PAGE.write_text(page, encoding="utf-8")


def connect_module() -> None:
    """Loads what our part needs before the first round, as a run has it loaded long before it connects."""
    import_module("batch.remotes.sftp.connect")


class Bench:
    """The files, and each client's way to move them. Every act gets the port, and leaves nothing behind."""

    def __init__(self, folder: Path, megabytes: int, files: int) -> None:
        self.folder = folder
        self.key = folder / "client"
        self.here, self.there = folder / "here", folder / "there"
        for place in (self.here, self.there):
            place.mkdir()
        self.large = os.urandom(1 << 20) * megabytes
        self.small = os.urandom(SMALL)
        (self.here / "large").write_bytes(self.large)
        (self.there / "large").write_bytes(self.large)
        for place in (self.here / "small", self.there / "small"):
            place.mkdir()
            for number in range(files):
                (place / f"f{number:04}").write_bytes(self.small)
        (folder / "options").write_text(
            f"StrictHostKeyChecking no\nUserKnownHostsFile {folder}/known\nIdentityFile {self.key}\nIdentitiesOnly yes\nLogLevel ERROR\n"
        )

    def ours(self, what: str, way: str, count: int) -> Act:
        key = (self.folder / "host.pub").read_text().split()

        def act(port: int) -> None:
            settings = RemoteSettings(
                url=f"sftp://{getpass.getuser()}@{LOOPBACK}:{port}{self.there}",
                key_file=str(self.key),
                host_keys=[" ".join(key[:2])],
            )
            with connect("there", settings, base=self.folder, environ={}) as remote:
                if (what, way) == ("large", "up"):
                    publish(remote, "new", "large", self.large, token="t")
                elif what == "large":
                    (entry,) = [one for one in remote.list("").entries if one.name == "large"]
                    (self.here / "new" / "large").write_bytes(fetch(remote, "large", entry))
                elif way == "up":
                    for number in range(count):
                        publish(remote, "new", f"f{number:04}", self.small, token="t")
                else:
                    for entry in remote.list("small").entries[:count]:
                        data = fetch(remote, f"small/{entry.name}", entry)
                        (self.here / "new" / entry.name).write_bytes(data)

        return act

    def openssh(self, what: str, way: str, count: int, put: str = "put") -> Act:
        lines = {
            ("large", "up"): [f"{put} {self.here}/large {self.there}/new/large"],
            ("large", "down"): [f"get {self.there}/large {self.here}/new/large"],
            ("small", "up"): [
                f"{put} {self.here}/small/f{n:04} {self.there}/new/f{n:04}" for n in range(count)
            ],
            ("small", "down"): [
                f"get {self.there}/small/f{n:04} {self.here}/new/f{n:04}" for n in range(count)
            ],
        }[what, way]
        batch = self.folder / f"{what}-{way}-{put.replace(' ', '')}"
        batch.write_text("\n".join(lines) + "\n")

        def act(port: int) -> None:
            run("sftp", "-q", "-F", self.folder / "options", "-P", port, "-b", batch, LOOPBACK)

        return act

    def openssh_syncing(self, what: str, way: str, count: int) -> Act:
        return self.openssh(what, way, count, "put -f")

    def lftp(self, what: str, way: str, count: int) -> Act:
        connect_with = f"ssh -a -x -F {self.folder}/options"
        if what == "large":
            one, other = (self.here, self.there) if way == "up" else (self.there, self.here)
            command = f"{'put' if way == 'up' else 'get'} {one}/large -o {other}/new/large"
        else:
            names = " ".join(
                f"{self.here if way == 'up' else self.there}/small/f{n:04}" for n in range(count)
            )
            command = f"{'mput' if way == 'up' else 'mget'} -O {(self.there if way == 'up' else self.here) / 'new'} {names}"

        def act(port: int) -> None:
            text = f'set sftp:connect-program "{connect_with}"; open -u {getpass.getuser()},x sftp://{LOOPBACK}:{port}; {command}; bye'
            run("lftp", "-c", text)

        return act

    def rclone(self, what: str, way: str, count: int) -> Act:
        names = self.folder / f"rclone-{what}-{count}"
        names.write_text("large\n" if what == "large" else "".join(f"f{n:04}\n" for n in range(count)))
        part = "" if what == "large" else "/small"

        def act(port: int) -> None:
            remote = f":sftp,host={LOOPBACK},port={port},user={getpass.getuser()},key_file={self.key},shell_type=none:"
            source, target = (
                (f"{self.here}{part}", f"{remote}{self.there}/new")
                if way == "up"
                else (f"{remote}{self.there}{part}", f"{self.here}/new")
            )
            run("rclone", "--config", "/dev/null", "copy", "--files-from", names, source, target)

        return act


CLIENTS: dict[str, Callable[[Bench, str, str, int], Act]] = {
    "Stockferry": Bench.ours,
    "sftp": Bench.openssh,
    "sftp, put -f": Bench.openssh_syncing,
    "lftp": Bench.lftp,
    "rclone": Bench.rclone,
}


def measured(
    bench: Bench, place: str, port: int, files: int, rounds: int
) -> Iterator[tuple[str, str, str, float, float]]:
    """(place, what, client, median seconds, median ratio to sftp), clients interleaved."""
    for what, way, count in (
        ("large", "down", 1),
        ("large", "up", 1),
        ("small", "down", files),
        ("small", "up", files),
    ):
        times: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, client in CLIENTS.items():
                if name != "Stockferry" and shutil.which(name.partition(",")[0]) is None:
                    continue
                if way == "down" and client is Bench.openssh_syncing:
                    continue
                act = client(bench, what, way, count)
                for side in (bench.here, bench.there):
                    shutil.rmtree(side / "new", ignore_errors=True)
                    (side / "new").mkdir()
                start = time.perf_counter()
                act(port)
                times.setdefault(name, []).append(time.perf_counter() - start)
                arrived(bench, what, way, count, name)
        for name, each in times.items():
            ratios = [other / mine for mine, other in zip(each, times["sftp"], strict=True)]
            title = (
                f"{len(bench.large) >> 20} MB" if what == "large" else f"{count} files of {SMALL >> 10} KB"
            )
            yield place, f"{title} {way}", name, statistics.median(each), statistics.median(ratios)


def arrived(bench: Bench, what: str, way: str, count: int, name: str) -> None:
    """Stops where something else arrived than was sent."""
    folder = (bench.there if way == "up" else bench.here) / "new"
    expected = bench.large if what == "large" else bench.small
    found = list(folder.iterdir())
    if len(found) != count or any(path.read_bytes() != expected for path in found):
        raise SystemExit(f"{name}: {what} {way}: {len(found)} files arrived, or not as they were sent")


def report(rows: list[tuple[str, str, str, float, float]], words: argparse.Namespace) -> str:
    ours = [row for row in rows if row[2] == "Stockferry"]
    lines = [
        "# SFTP beside other clients",
        "",
        f"`make bench-sftp` on {date.today().isoformat()}, {machine()}, medians of {words.rounds} rounds near, {words.far_rounds} far.",  # noqa: DTZ011 - the day of the machine
        "Speed as a multiple of OpenSSH's sftp in the same round: above 1 is faster. Aims: 0.8 for one large file, 1 for small ones.",
        "Of the others only `sftp, put -f` syncs what it uploads, as we do; none renames it into place or looks whether it is there.",
        "",
        "| | | ours | aim |",
        "|---|---|---|---|",
    ]
    for place, what, _, _, ratio in ours:
        aim = 0.8 if "MB" in what else 1.0
        lines.append(f"| {place} | {what} | {ratio:.2f} | {'met' if ratio >= aim else 'missed'} |")
    lines += ["", "| | | client | seconds | times sftp |", "|---|---|---|---|---|"]
    lines += [
        f"| {place} | {what} | {client} | {seconds:.2f} | {ratio:.2f} |"
        for place, what, client, seconds, ratio in rows
    ]
    return "\n".join(lines) + "\n"


@contextmanager
def sshd(folder: Path) -> Iterator[int]:
    """An OpenSSH server; its port."""
    for name in ("host", "client"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
    shutil.copy(folder / "client.pub", folder / "authorized")
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = int(listener.getsockname()[1])
    (folder / "config").write_text(
        f"Port {port}\nListenAddress {LOOPBACK}\nHostKey {folder}/host\nPidFile none\nAuthorizedKeysFile {folder}/authorized\n"
        f"AllowUsers {getpass.getuser()}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
        "UseDNS no\nSubsystem sftp internal-sftp\nLogLevel ERROR\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise SystemExit("sshd is missing; install openssh-server")
    server = subprocess.Popen([program, "-D", "-e", "-f", folder / "config"])
    try:
        while True:
            try:
                socket.create_connection((LOOPBACK, port), 1).close()
                break
            except OSError:
                time.sleep(0.01)
        yield port
    finally:
        server.terminate()
        server.wait(5)


class Pipe:
    """Bytes from one socket to another, each piece held back for so many seconds."""

    def __init__(self, source: socket.socket, sink: socket.socket, seconds: float) -> None:
        self.source, self.sink, self.seconds = source, sink, seconds
        self.pieces: deque[tuple[float, bytes]] = deque()
        self.there = threading.Condition()
        for work in (self.take, self.give):
            threading.Thread(target=work, daemon=True).start()

    def take(self) -> None:
        data = b"-"
        while data:
            try:
                data = self.source.recv(1 << 18)
            except OSError:
                data = b""
            with self.there:
                self.pieces.append((time.monotonic() + self.seconds, data))
                self.there.notify()

    def give(self) -> None:
        data = b"-"
        while data:
            with self.there:
                self.there.wait_for(lambda: self.pieces)
                due, data = self.pieces.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            with suppress(OSError):
                self.sink.sendall(data) if data else self.sink.shutdown(socket.SHUT_WR)


@contextmanager
def delayed(target: int, milliseconds: int) -> Iterator[int]:
    """A proxy that holds back each piece for half of the round trip; its port. It limits no throughput."""
    listener = socket.create_server((LOOPBACK, 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection((LOOPBACK, target))
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for source, sink in ((client, server), (server, client)):
                    Pipe(source, sink, milliseconds / 2000)

    threading.Thread(target=accept, daemon=True).start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def run(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {(done.stderr or done.stdout).strip()[-500:]}")


if __name__ == "__main__":
    main()
