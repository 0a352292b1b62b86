"""The built wheel: what is in it, and what is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from formats.edi846.writing.profiles import names

ROOT = Path(__file__).parents[1]
SHARE = "data/share/stockferry/sample_data/"
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
OLDEST = 77


def setuptools_is_recent() -> bool:
    return int(version("setuptools").split(".")[0]) >= OLDEST


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy, so that nothing is left in the tree, and without the network."""
    if not setuptools_is_recent():
        message = f"the wheel is built with setuptools {OLDEST} or later; pip install -U setuptools"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in ("batch", "formats", "sample_data", "tests", "benchmarks"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "data"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copyfile(ROOT / name, source / name)
    subprocess.run([sys.executable, "-c", BUILD, folder], cwd=source, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def modules() -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for name in ("batch", "formats")
        for path in (ROOT / name).rglob("*.py")
    }


def split(wheel: zipfile.ZipFile) -> tuple[set[str], set[str], set[str]]:
    """(packages, data, metadata), each without the wheel's own prefix."""
    names = {name for name in wheel.namelist() if not name.endswith("/")}
    data = {name for name in names if ".data/" in name}
    metadata = {name for name in names if ".dist-info/" in name}
    return names - data - metadata, {name.split(".data/")[1] for name in data}, metadata


def test_the_wheel_holds_both_packages_and_the_data_they_need_and_nothing_else(
    wheel: zipfile.ZipFile,
) -> None:
    packages, _, _ = split(wheel)
    profiles = {f"formats/edi846/writing/profiles/{name}.toml" for name in names()}
    page = {"batch/report/page.html", "batch/report/page.css"}
    assert packages == modules() | {"batch/cli/starter.toml"} | page | profiles


def test_the_wheel_holds_all_that_the_demo_lays_out_and_no_more(wheel: zipfile.ZipFile) -> None:
    _, data, _ = split(wheel)
    sample = ROOT / "sample_data"
    inputs = [
        path for name in ("wms", "shop/orders") for path in (sample / name).rglob("*") if path.is_file()
    ]
    expected = {path.relative_to(sample).as_posix() for path in [*inputs, sample / "stockferry.toml"]}
    assert {name.removeprefix(SHARE) for name in data} == expected


def test_the_command_is_named_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    _, _, metadata = split(wheel)
    (entry_points,) = (name for name in metadata if name.endswith("entry_points.txt"))
    assert b"stockferry = batch.cli:main" in wheel.read(entry_points)
