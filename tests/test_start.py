"""What a command loads: frames and their libraries only where there is something to calculate."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[1] / "sample_data"
HEAVY = ["numpy", "pandas", "pyarrow", "lxml", "paramiko", "cryptography", "tomlkit", "structlog"]
OTHERS = [
    "formats.xml",
    "formats.edi846",
    "formats.edi850",
    "formats.invrpt",
    "formats.x12",
    "tenacity",
    "batch.cli.run",
    "batch.remotes.publish",
    "rich.console",
]
LOADED = """
import gc, sys
try:
    from batch.cli import main
    main()
finally:
    sys.stderr.write("loaded:" + " ".join(sys.modules) + " frozen:" + str(gc.get_freeze_count()))
"""
WAITING = """
import sys, threading
from pathlib import Path
from batch.clock import SystemClock
from batch.config import load
from batch.receive.take import loading
from batch.runner.cycle import receive_only
from batch.runner.session import opened

def beside():
    return any(thread.name.startswith("beside") for thread in threading.enumerate())

def tell(when):
    print(when, "pandas" in sys.modules, beside())

class Telling(SystemClock):
    def sleep(self, seconds):
        print("waits", beside())

with opened(load(Path("stockferry.toml")), Telling()) as context:
    tell("begins")
    receive_only(context, [], ["acme"])
    tell("ends")
with loading():
    tell("again")
"""
CSV_ALONE = """
[account]
name = "One cart, all CSV"

[remotes.wms]
url = "./wms/acme"

[[merchants.acme.inventory]]
remote = "wms"
files = "INV_*.csv"
format = "csv"
as_of = "modified"
columns = { sku = "ITEM", quantity = "QTY_AVAIL" }

[merchants.acme.carts.shopfront]
remote = "wms"
path = "sent"
file_name = "{number}.csv"
format = "csv"
"""


@pytest.mark.parametrize("name", [*HEAVY, *OTHERS])
def test_there_is_what_a_command_must_not_load(name: str) -> None:
    assert find_spec(name) is not None


def at_the_end(folder: Path, *words: str) -> list[str]:
    """What a command has loaded at its end, and how many objects are left out of a last search for garbage."""
    command = [sys.executable, "-c", LOADED, *words]
    ended = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    return ended.stderr.rpartition("loaded:")[2].split()


def loaded(folder: Path, *words: str) -> list[str]:
    """What of HEAVY a command has loaded at its end."""
    modules = at_the_end(folder, *words)
    assert "batch.cli" in modules
    return [name for name in HEAVY if name in modules]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An account that has had its first cycle."""
    folder = tmp_path_factory.mktemp("begun") / "account"
    shutil.copytree(SAMPLE, folder)
    assert "pandas" in loaded(folder, "run", "--now", "2026-11-20T17:30:00Z")
    return folder


@pytest.fixture
def account(begun: Path, tmp_path: Path) -> Path:
    """One of the test's own."""
    return shutil.copytree(begun, tmp_path / "account")


def test_help_loads_no_frames(tmp_path: Path) -> None:
    assert not loaded(tmp_path, "--help")


@pytest.mark.parametrize("command", ["status", "runs", "files", "rejects", "slots"])
def test_a_command_that_looks_loads_no_frames(account: Path, command: str) -> None:
    assert not loaded(account, command)


def test_a_cycle_with_nothing_new_loads_no_frames(account: Path) -> None:
    assert not loaded(account, "run", "--cart", "acme/shopfront", "--now", "2026-11-20T18:00:00Z")


def test_a_command_loads_what_its_configuration_names_and_no_other_command(tmp_path: Path) -> None:
    (tmp_path / "stockferry.toml").write_text(CSV_ALONE, encoding="utf-8")
    modules = at_the_end(tmp_path, "status")
    assert {"formats.csv.options", "batch.cli.status"} <= set(modules)
    assert not [name for name in OTHERS if name in modules]


def test_what_was_loaded_is_not_searched_for_garbage_when_the_process_ends(tmp_path: Path) -> None:
    frozen = at_the_end(tmp_path, "--help")[-1]
    assert int(frozen.removeprefix("frozen:")) > 10_000


def test_what_reads_files_is_loaded_once_and_while_they_are_to_stand_still(tmp_path: Path) -> None:
    (tmp_path / "stockferry.toml").write_text(CSV_ALONE, encoding="utf-8")
    (tmp_path / "wms" / "acme").mkdir(parents=True)
    (tmp_path / "wms" / "acme" / "INV_1.csv").write_text("ITEM,QTY_AVAIL\nA,3\n")
    ended = subprocess.run(
        [sys.executable, "-c", WAITING], check=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert ended.stdout.splitlines() == [
        "begins False False",
        "waits True",
        "ends True False",
        "again True False",
    ]
