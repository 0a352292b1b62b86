"""What every remote does alike: a folder of this machine, and SFTP, FTP and FTPS against real servers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from batch.errors import Incomplete, RemoteRefused, UnsafeName
from batch.remotes import connect
from batch.remotes.contract import Remote
from batch.remotes.publish import Manner, Published, publish
from batch.remotes.settings import RemoteSettings

KINDS = [
    "folder",
    pytest.param("sftp", marks=pytest.mark.sshd),
    pytest.param("jail", marks=pytest.mark.sshd),
    "asyncssh",
    "ftp",
    "ftps",
    pytest.param("vsftpd", marks=pytest.mark.vsftpd),
]
FTP = ("ftp", "ftps", "vsftpd")
DATA = bytes(range(256)) * 3000
SIZES = [0, 1, 1_000_000, 1_000_001, 5_000_000]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tmp_path(kind: str, tmp_path: Path) -> Iterator[Path]:
    """What the remote serves. Of a jail everything above it must be root's alone, so it cannot be under /tmp."""
    if kind != "jail":
        yield tmp_path
        return
    if os.geteuid() != 0:
        pytest.fail("only root can have a jail") if os.environ.get("CI") else pytest.skip("this is not root")
    jail = Path(tempfile.mkdtemp(prefix="stockferry-", dir="/run"))
    jail.chmod(0o755)
    (jail / "inbound").mkdir()
    yield jail / "inbound"
    shutil.rmtree(jail)


@pytest.fixture
def remote(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Remote]:
    table: dict[str, object] = {"url": str(tmp_path)}
    if kind == "sftp":
        table = request.getfixturevalue("sshd").settings(tmp_path)
    elif kind == "jail":
        options = (f"ChrootDirectory {tmp_path.parent}", "ForceCommand internal-sftp")
        table = request.getfixturevalue("start_sshd")(options=options).settings(Path("/inbound"))
    elif kind == "asyncssh":
        table = request.getfixturevalue("asyncssh_server")(tmp_path)
    elif kind == "vsftpd":
        table = request.getfixturevalue("start_vsftpd")(tmp_path).settings()
    elif kind in FTP:
        table = request.getfixturevalue("start_ftp")(tmp_path, tls=kind == "ftps").settings()
    secrets = {"FTP_PASSWORD": "let me in"}
    with connect("wms", RemoteSettings(**table), base=tmp_path, environ=secrets) as opened:
        yield opened


def read(remote: Remote, path: str, size: int) -> bytes:
    chunks: list[bytes] = []
    remote.read(path, chunks.append, size=size)
    return b"".join(chunks)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def names(remote: Remote, folder: str = "") -> list[str]:
    return sorted(entry.name for entry in remote.list(folder).entries)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read_back(remote: Remote, tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    remote.write("a.csv", data)
    assert (tmp_path / "a.csv").read_bytes() == data
    assert read(remote, "a.csv", size) == data
    assert remote.stat("a.csv").size == size


def test_a_listing_tells_name_size_and_time(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"12345")
    os.utime(tmp_path / "a.csv", (1_700_000_000, 1_700_000_000))
    (entry,) = remote.list("").entries
    assert (entry.name, entry.size, entry.modified) == (
        "a.csv",
        5,
        datetime.fromtimestamp(1_700_000_000, UTC),
    )
    assert remote.stat("a.csv") == entry


def test_an_empty_folder_lists_nothing(remote: Remote) -> None:
    assert remote.list("").entries == ()
    assert remote.list(".").refused == ()


def test_a_large_folder_is_listed_whole(remote: Remote, tmp_path: Path) -> None:
    expected = [f"f{number:04}.csv" for number in range(1000)]
    for name in expected:
        (tmp_path / name).touch()
    assert names(remote) == expected


def test_only_files_are_listed(remote: Remote, kind: str, tmp_path: Path) -> None:
    """A server by FTP does not say of links and pipes that they are none."""
    (tmp_path / "real.csv").write_bytes(b"x")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / ".hidden.csv").write_bytes(b"x")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere")
    odd = ["folder.csv", "dangling.csv"]
    if kind not in FTP:
        (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
        os.mkfifo(tmp_path / "fifo.csv")
        odd += ["link.csv", "fifo.csv"]
    assert names(remote) == ["real.csv"]
    assert remote.list("").refused == ()
    assert [remote.stat(name) for name in odd] == [None] * len(odd)


@pytest.mark.parametrize("name", ["two words.csv", "Lagerbestände.csv", "在庫.csv", "a'b$(c)`d`;#%.csv"])
def test_unusual_names_work(remote: Remote, name: str) -> None:
    remote.write(name, b"x")
    assert names(remote) == [name]
    assert read(remote, name, 1) == b"x"


def test_names_that_must_not_be_used_are_reported_and_do_not_hide_the_others(
    remote: Remote, kind: str, tmp_path: Path
) -> None:
    (tmp_path / "good.csv").touch()
    line_break = [] if kind in FTP else [b"line\nbreak.csv"]
    raws = [b"latin\xe4.csv", b"back\\slash.csv", b"esc\x1b[2J.csv", b" blank.csv", b"con.csv", *line_break]
    for raw in raws:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw)).touch()
    assert names(remote) == ["good.csv"]
    refused = "\n".join(sorted(remote.list("").refused))
    assert len(remote.list("").refused) == len(raws)
    assert refused.isascii()
    assert "\x1b" not in refused
    assert "latin" in refused


def test_creating_is_exclusive(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    with pytest.raises(RemoteRefused, match=r"wms.*exist"):
        remote.write("a.csv", b"new")
    assert (tmp_path / "a.csv").read_bytes() == b"old"


def test_renaming_replaces(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    remote.write("b.csv", b"new")
    remote.rename("b.csv", "a.csv")
    assert names(remote) == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"new"


def test_renaming_moves_into_another_folder(remote: Remote, tmp_path: Path) -> None:
    remote.make_folder("done")
    remote.write("a.csv", b"x")
    remote.rename("a.csv", "done/a.csv")
    assert names(remote) == []
    assert names(remote, "done") == ["a.csv"]


def test_renaming_what_is_not_there_is_refused_and_harms_nothing(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    with pytest.raises(RemoteRefused, match="wms"):
        remote.rename("none.csv", "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"old"


def test_removing_twice_is_fine(remote: Remote) -> None:
    remote.write("a.csv", b"x")
    remote.remove("a.csv")
    remote.remove("a.csv")
    assert remote.stat("a.csv") is None


def test_making_a_folder_twice_is_fine(remote: Remote, tmp_path: Path) -> None:
    remote.make_folder("done")
    remote.make_folder("done")
    assert (tmp_path / "done").is_dir()


def test_a_file_is_no_folder(remote: Remote) -> None:
    remote.write("done", b"x")
    with pytest.raises(RemoteRefused, match="wms"):
        remote.make_folder("done")


@pytest.mark.parametrize("act", ["list", "read"])
def test_what_is_not_there_is_refused_with_the_remotes_name(remote: Remote, act: str) -> None:
    with pytest.raises(RemoteRefused, match=r"remote wms.*none.*[Nn]o such file"):
        remote.list("none") if act == "list" else read(remote, "none", 1)


def test_a_file_that_ends_early_is_incomplete(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x" * 700_000)
    with pytest.raises(Incomplete, match="ends after 700000 of 3000000"):
        read(remote, "a.csv", 3_000_000)
    assert read(remote, "a.csv", 700_000) == b"x" * 700_000


@pytest.mark.parametrize("size", [0, 1, 4])
def test_a_file_that_goes_on_is_incomplete(remote: Remote, tmp_path: Path, size: int) -> None:
    (tmp_path / "a.csv").write_bytes(b"12345")
    with pytest.raises(Incomplete, match=f"goes on after {size}"):
        read(remote, "a.csv", size)


@pytest.mark.parametrize("act", ["stat", "list", "read", "write", "rename", "remove", "make_folder"])
def test_no_path_leads_out_of_the_folder(remote: Remote, act: str) -> None:
    for path in ("../a", "/etc/passwd", "a/../../b", "./a", "a//b", "a\\b", "..", "a\0b"):
        acts = {
            "read": partial(read, remote, path, 1),
            "write": partial(remote.write, path, b""),
            "rename": partial(remote.rename, "a", path),
        }
        with pytest.raises(UnsafeName):
            acts.get(act, partial(getattr(remote, act), path))()


def test_a_link_is_not_replaced_by_writing(remote: Remote, kind: str, tmp_path: Path) -> None:
    if kind in FTP:
        pytest.skip("FTP knows no links: temporary names are our own, and none is there")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RemoteRefused):
        remote.write("link", b"x")
    assert not (tmp_path / "elsewhere").exists()


def test_a_document_is_put_whole_and_leaves_nothing_beside_it(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    published = publish(remote, "", "a.csv", DATA, token="t")
    assert published == Published(name="a.csv", how="uploaded", verified="stat")
    assert content(tmp_path) == {"a.csv": DATA}


def test_a_document_that_was_put_before_is_not_put_again(remote: Remote, tmp_path: Path) -> None:
    publish(remote, "", "a.csv", DATA, token="t")
    before = (tmp_path / "a.csv").stat().st_ino
    published = publish(remote, "", "a.csv", DATA, token="t", resumed=True, attempt=1)
    assert published == Published(name="a.csv", how="already", verified="bytes")
    assert (tmp_path / "a.csv").stat().st_ino == before


def test_a_document_written_directly_replaces_half_of_itself(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(DATA[:1000])
    (tmp_path / "a.csv").chmod(0o666)
    manner = Manner(direct=True, marker="{name}.done")
    publish(remote, "", "a.csv", DATA, token="t", manner=manner, resumed=True, attempt=1)
    assert content(tmp_path) == {"a.csv": DATA, "a.csv.done": b""}


def test_a_marker_is_made_anew_for_each_document(remote: Remote, tmp_path: Path) -> None:
    manner = Manner(marker="{stem}.trg")
    publish(remote, "", "a.csv", b"one", token="1", manner=manner)
    publish(remote, "", "a.csv", b"two", token="2", manner=manner)
    assert content(tmp_path) == {"a.csv": b"two", "a.trg": b""}


@pytest.mark.parametrize("direct", [False, True])
def test_a_file_that_may_not_be_replaced_stays(remote: Remote, tmp_path: Path, *, direct: bool) -> None:
    (tmp_path / "a.csv").write_bytes(b"theirs")
    manner = Manner(exists="fail", direct=direct)
    for attempt in (0, 1):
        with pytest.raises(RemoteRefused, match=r"'a\.csv' is there already"):
            publish(remote, "", "a.csv", DATA, token="t", manner=manner, resumed=attempt > 0, attempt=attempt)
    assert content(tmp_path) == {"a.csv": b"theirs"}


def test_a_name_that_is_taken_gets_a_number_and_the_same_one_again(remote: Remote, tmp_path: Path) -> None:
    for name in ("a.csv", "a-2.csv"):
        (tmp_path / name).write_bytes(b"theirs")
    manner = Manner(exists="number")
    first = publish(remote, "", "a.csv", DATA, token="t", manner=manner)
    again = publish(remote, "", "a.csv", DATA, token="t", manner=manner, resumed=True, attempt=1)
    assert (first.name, first.how, again.name, again.how) == ("a-3.csv", "uploaded", "a-3.csv", "already")
    assert content(tmp_path) == {"a.csv": b"theirs", "a-2.csv": b"theirs", "a-3.csv": DATA}
