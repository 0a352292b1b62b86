from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.errors import UnsafeName
from batch.remotes.names import check_name, check_path, decode_name, join

REFUSED = [
    "", ".", "..", "...", "a/b", "a\\b", "../a", "C:a", "a*", "a?", 'a"', "a<b", "a>b", "a|b",
    "a\0b", "a\nb", "a\x1b[2J", "a\u202eb", "a\u200bb", "a\ufeff", ".a", "-a", " a", "a ", "a.",
    "con", "CON.csv", "nul.tar.gz", "com1.txt", "aux ", "a" * 201, "é" * 101, "cafe\u0301.csv", "\udcff.csv",
]  # fmt: skip
TAKEN = [
    "a.csv",
    "two words.csv",
    "Lagerbestände.csv",
    "在庫.csv",
    "console.csv",
    "a..b",
    "a-b",
    "a" * 200,
    "~a",
    "$HOME",
]


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_is_not_one_plain_component_everywhere_is_refused(name: str) -> None:
    with pytest.raises(UnsafeName) as caught:
        check_name(name)
    assert str(caught.value).isprintable()
    assert str(caught.value).isascii()


@pytest.mark.parametrize("name", TAKEN)
def test_an_ordinary_name_is_taken_as_it_is(name: str) -> None:
    assert check_name(name) == name
    assert decode_name(name.encode()) == name


def test_a_name_that_is_not_utf8_is_refused_and_shown() -> None:
    with pytest.raises(UnsafeName, match=r"'latin\\xe4.csv': the name is not UTF-8"):
        decode_name(b"latin\xe4.csv")


@given(st.text())
def test_a_name_that_passes_stays_in_its_folder_on_every_system(name: str) -> None:
    try:
        check_name(name)
    except UnsafeName:
        return
    assert PurePosixPath("folder", name).parent == PurePosixPath("folder")
    assert PureWindowsPath("folder", name).parent == PureWindowsPath("folder")
    assert unicodedata.normalize("NFC", name) == name
    assert name.isprintable() or "\xa0" in name or any(unicodedata.category(c) == "Zs" for c in name)


@given(st.binary(max_size=300))
def test_whatever_bytes_a_server_sends_are_a_name_or_refused(raw: bytes) -> None:
    try:
        assert decode_name(raw).encode() == raw
    except UnsafeName as error:
        message = str(error)
    else:
        return
    assert message.isprintable()


@given(st.text(alphabet="a./\\\0 b"))
def test_a_path_that_passes_stays_below_the_folder(path: str) -> None:
    try:
        check_path(path)
    except UnsafeName:
        return
    resolved = Path("/remote").joinpath(path)
    assert resolved.is_relative_to("/remote")
    assert ".." not in resolved.parts


def test_joining_with_the_remotes_own_folder_adds_nothing() -> None:
    assert [join(folder, "a") for folder in ("", ".", "inv", "inv/", "x/y", "/")] == [
        "a",
        "a",
        "inv/a",
        "inv/a",
        "x/y/a",
        "/a",
    ]
