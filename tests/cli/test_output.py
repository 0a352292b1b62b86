"""Tables on stdout."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch.cli.output import PIPED_WIDTH, print_table, set_with_rich, simply_set

SAMPLE = Path(__file__).parents[2] / "sample_data"
PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
HEADS = ("feed", "last file", "as of")


@settings(deadline=None)
@given(cells=st.lists(st.tuples(PLAIN, PLAIN, PLAIN), min_size=1, max_size=4))
def test_a_simple_table_is_set_as_rich_sets_it(cells: list[tuple[str, str, str]]) -> None:
    assert simply_set(HEADS, cells) == set_with_rich(HEADS, cells)


@settings(deadline=None)
@given(width=st.integers(PIPED_WIDTH - 25, PIPED_WIDTH + 5))
def test_up_to_the_width_of_a_pipe_nothing_is_folded(width: int) -> None:
    cells = [("a", "x" * width, "b")]
    simple = simply_set(HEADS, cells)
    assert simple in (None, set_with_rich(HEADS, cells))
    assert (simple is None) == (len("feed") + width + len("as of") + 4 > PIPED_WIDTH)


@pytest.mark.parametrize("cell", ["größer", "数量", "two\nlines", "tab\there", "\x1b[31mred", "e\u0301"])
def test_what_is_wider_or_narrower_than_it_is_long_is_left_to_rich(cell: str) -> None:
    assert simply_set(HEADS, [(cell, "", "")]) is None


def test_a_column_with_nothing_in_it_may_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("cart", "held", "note"), [("front", 0, None)], nothing="no carts", if_any=("held", "note"))
    assert capsys.readouterr().out == "cart\nfront\n"


def test_a_table_without_rows_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("cart",), [], nothing="no carts")
    assert capsys.readouterr().out == "no carts\n"


def test_a_command_whose_stdout_is_closed_does_its_work(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True)
    run = "from batch.cli import main; main()"
    command = f"{shlex.join([sys.executable, '-c', run, 'run', '--now', '2026-11-20T17:30:00Z'])} >&-"
    ended = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert list((tmp_path / "shop").rglob("inventory_*.csv"))


def test_a_terminal_is_left_to_rich(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    print_table(("cart",), [("front",)], nothing="no carts")
    assert "\x1b[1m" in capsys.readouterr().out
