"""The demo: it shows real numbers over real SFTP, stops by itself, and spoils nothing."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch.cli.demo import layout
from batch.cli.demo.server import Access, serving
from batch.cli.demo.tell import beginning
from batch.errors import UsageError

MAIN = (sys.executable, "-c", "from batch.cli import main; main()")
WITHOUT_ASYNCSSH = (
    sys.executable,
    "-c",
    "import sys; sys.modules['asyncssh'] = None; from batch.cli import main; main()",
)
ACCESS = Access(
    host="127.0.0.1", port=2222, user="ferry", fingerprint=f"SHA256:{'A' * 43}", private_key=b"key\n"
)


def demo(folder: Path, *words: str, command: tuple[str, ...] = MAIN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, "demo", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def port_of(configuration: Path) -> int:
    found = re.search(r"127\.0\.0\.1:(\d+)/wms", configuration.read_text())
    assert found is not None
    return int(found[1])


def is_open(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".gitkeep"
    }


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The folder in which the demo ran, and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    return folder / "demo", demo(folder)


Shown = tuple[Path, subprocess.CompletedProcess[str]]


def test_the_demo_ends_well_by_itself_and_its_server_with_it(shown: Shown) -> None:
    folder, done = shown
    assert (done.returncode, done.stderr) == (0, "")
    assert not is_open(port_of(folder / "stockferry.toml"))


def test_the_documents_that_arrive_over_sftp_are_those_expected_of_the_sample(shown: Shown) -> None:
    folder, _ = shown
    expected = contents(layout.sample_data() / "expected")
    arrived = contents(folder / "served")

    assert {name: arrived.get(name) for name in expected} == expected


def test_it_says_per_cart_what_it_got_and_why_one_number_is_what_it_is(shown: Shown) -> None:
    _, done = shown
    for cart in ("acme/shopfront", "acme/outlet", "acme/market", "acme/bigbox", "globex/shop"):
        assert f"\n{cart} got " in done.stdout
    assert "    MUG-12,37," in done.stdout
    assert re.search(r"^available +10$", done.stdout, re.MULTILINE)
    assert re.search(r"web_20261120.csv line \d+: cancelled", done.stdout)


def test_the_second_cycle_leaves_delta_carts_alone(shown: Shown) -> None:
    _, done = shown
    assert re.findall(r"^(\S+) +nothing-new", done.stdout, re.MULTILINE) == ["acme/shopfront", "acme/market"]


def test_the_configuration_pins_the_host_key_and_names_a_private_key(shown: Shown) -> None:
    folder, _ = shown
    text = (folder / "stockferry.toml").read_text()
    assert len(re.findall(r'^host_keys = \["SHA256:[\w+/]{43}"\]$', text, re.MULTILINE)) == 3
    assert "./wms" not in text
    assert (folder / layout.KEY).stat().st_mode & 0o077 == 0


def test_the_demo_starts_anew_in_its_own_folder_and_keeps_what_is_not_its_own(tmp_path: Path) -> None:
    path = layout.lay_out(tmp_path / "demo", ACCESS)
    (tmp_path / "demo/notes.txt").write_text("mine")
    (tmp_path / "demo/served/wms/acme/old.csv").write_text("old")
    assert layout.lay_out(tmp_path / "demo", ACCESS) == path
    assert (tmp_path / "demo/notes.txt").read_text() == "mine"
    assert not (tmp_path / "demo/served/wms/acme/old.csv").exists()


def test_a_folder_with_something_else_in_it_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="name another folder"):
        layout.lay_out(tmp_path, ACCESS)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        layout.lay_out(tmp_path / "demo", ACCESS)


def test_without_asyncssh_one_line_says_what_to_install(tmp_path: Path) -> None:
    done = demo(tmp_path, command=WITHOUT_ASYNCSSH)
    assert done.returncode == 2
    assert (
        done.stderr == "stockferry: the demo's SFTP server needs asyncssh: pip install 'stockferry[demo]'\n"
    )
    assert contents(tmp_path) == {}


def test_every_server_has_keys_of_its_own_and_is_gone_afterwards(tmp_path: Path) -> None:
    with serving(tmp_path) as one, serving(tmp_path) as other:
        assert one.fingerprint != other.fingerprint
        assert one.private_key != other.private_key
        assert is_open(one.port)
    assert not is_open(one.port)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo with --keep, up to the point where it waits; its configuration is `demo/stockferry.toml`."""
    process = subprocess.Popen(
        [*MAIN, "demo", "--keep"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with process:
        yield process
        process.kill()


@pytest.mark.parametrize(("stop", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_with_keep_the_server_says_how_to_connect_and_goes_on_until_it_is_stopped(
    stop: signal.Signals, exit_code: int, kept: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert kept.stdout is not None
    assert kept.stderr is not None
    told = []
    for line in kept.stdout:
        told.append(line)
        if line.endswith("status\n"):
            break
    port = port_of(tmp_path / "demo/stockferry.toml")
    assert f"sftp -P {port} -i demo/{layout.KEY}" in "".join(told)
    with socket.create_connection(("127.0.0.1", port)) as connection:  # one that is still there at the end
        assert connection.recv(4) == b"SSH-"
        kept.send_signal(stop)
        assert kept.wait(10) == exit_code
    assert "Traceback" not in kept.stderr.read()
    assert not is_open(port)


def test_a_long_document_is_shortened_and_a_short_one_is_not() -> None:
    assert beginning("a\nb\n") == ["a", "b"]
    assert beginning("\n".join("abcdefghi")) == list("abcdefghi")
    assert beginning("\n".join("abcdefghijkl")) == [*"abcdefgh", "… 4 more lines"]
