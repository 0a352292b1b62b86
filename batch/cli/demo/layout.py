"""The demo's folder: the sample account laid out as if the partners' servers were one here."""

from __future__ import annotations

import re
import shutil
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import TYPE_CHECKING

from batch.config import load
from batch.errors import StoreError, UsageError
from batch.store.files import save

if TYPE_CHECKING:
    from batch.cli.demo.server import Access

CONFIGURATION = "stockferry.toml"
SERVED = "served"
KEYS = "keys"
KEY = f"{KEYS}/ferry_ed25519"
MARKER = ".stockferry-demo"
MADE_HERE = (CONFIGURATION, SERVED, KEYS, "state", MARKER)
INPUTS = ("wms", "shop/orders")
INSTALLED = f"share/stockferry/sample_data/{CONFIGURATION}"


def sample_data() -> Path:
    """The folder of the sample account: in a clone beside the packages, else where the wheel has put it.

    Raises:
        UsageError: it is in neither place.
    """
    clone = Path(__file__).parents[3] / "sample_data"
    if (clone / CONFIGURATION).is_file():
        return clone
    for path in _installed():
        if path.is_file():
            return path.parent
    raise UsageError("the sample data is missing; install stockferry again, or run the demo in a clone of it")


def _installed() -> list[Path]:
    try:
        return [Path(str(file.locate())) for file in files("stockferry") or () if file.match(INSTALLED)]
    except PackageNotFoundError:
        return []


def lay_out(directory: Path, access: Access) -> Path:
    """Puts the sample account into `directory`, anew if a demo was there; returns its configuration.

    What the partners have is in `served`, and the configuration names the server in place of folders.

    Raises:
        UsageError: the folder holds something, and not from a demo.
        StoreError: it cannot be written.
    """
    _refuse_what_is_not_ours(directory)
    sample = sample_data()
    try:
        _clear(directory)
        save(directory / MARKER, b"Made by `stockferry demo`, which makes it anew each time.\n")
        for inputs in INPUTS:
            shutil.copytree(sample / inputs, directory / SERVED / inputs, copy_function=shutil.copyfile)
        _make_cart_folders(sample, directory / SERVED)
        _write_key(directory, access.private_key)
        text = (sample / CONFIGURATION).read_text(encoding="utf-8")
        save(directory / CONFIGURATION, _with_server(text, access).encode())
    except OSError as error:
        raise StoreError(
            f"{directory}: {error.strerror or error}; name another folder: stockferry demo DIR"
        ) from error
    return directory / CONFIGURATION


def _write_key(directory: Path, private_key: bytes) -> None:
    (directory / KEYS).mkdir(mode=0o700)
    save(directory / KEY, private_key)
    (directory / KEY).chmod(0o600)


def _with_server(text: str, access: Access) -> str:
    def lines(folder: re.Match[str]) -> str:
        return (
            f'url = "sftp://{access.user}@{access.host}:{access.port}/{folder[1]}"\n'
            f'key_file = "{KEY}"\nhost_keys = ["{access.fingerprint}"]'
        )

    return re.sub(r'^url = "\./([a-z]+)"', lines, text, flags=re.MULTILINE)


def _refuse_what_is_not_ours(directory: Path) -> None:
    if not directory.exists():
        return
    if not directory.is_dir():
        raise UsageError(f"{directory} is a file; name a folder: stockferry demo DIR")
    if any(directory.iterdir()) and not (directory / MARKER).is_file():
        raise UsageError(
            f"{directory} holds something that the demo did not make; name another folder: stockferry demo DIR"
        )


def _clear(directory: Path) -> None:
    """Removes what a demo makes, the marker last, and nothing else."""
    for name in MADE_HERE:
        path = directory / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _make_cart_folders(sample: Path, served: Path) -> None:
    configuration = load(sample / CONFIGURATION)
    for merchant in configuration.merchants.values():
        for cart in merchant.carts.values():
            folder = configuration.remotes[cart.remote].address.folder
            (served / folder / cart.path).mkdir(parents=True, exist_ok=True)
