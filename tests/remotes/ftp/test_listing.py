"""Lines of FTP listings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.remotes.ftp.listing import Told, facts, listed, moment


@pytest.mark.parametrize(
    ("line", "name", "is_file", "size"),
    [
        (b"-rw-r--r--    1 103      105           12 Nov 24 14:05 INV 1.csv", b"INV 1.csv", True, 12),
        (b"-rw-r--r--   1 ftp ftp     2147483648 Nov  4  2025 old.csv", b"old.csv", True, 2147483648),
        (b"drwxr-xr-x    2 103      105         4096 Nov 24 14:05 done", b"done", False, 4096),
        (b"lrwxrwxrwx    1 0        0              5 Nov 24 14:05 a -> b", b"a -> b", False, 5),
        (b"11-24-26  02:05PM                   12 INV.csv", b"INV.csv", True, 12),
        (b"11-24-2026  14:05       <DIR>          done", b"done", False, None),
    ],
)
def test_both_forms_of_list_are_understood(line: bytes, name: bytes, is_file: bool, size: int | None) -> None:
    assert listed(line) == Told(name=name, is_file=is_file, size=size)


def test_facts_are_taken_whatever_their_order_and_case() -> None:
    told = facts(b"Modify=20261124140507.25;Type=FILE;Size=5;UNIX.mode=0644; a b.csv")
    assert told == Told(
        name=b"a b.csv",
        is_file=True,
        size=5,
        modified=datetime(2026, 11, 24, 14, 5, 7, 250_000, tzinfo=UTC),
    )


@pytest.mark.parametrize("text", ["", "2026", "20261324000000", "2026112414050", "x"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment(text) is None


@given(st.binary(max_size=80))
def test_no_line_is_a_crash(line: bytes) -> None:
    for told in (facts(line), listed(line)):
        assert told is None or told.name
