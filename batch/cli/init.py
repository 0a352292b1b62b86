"""`stockferry init`: a configuration to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NAME = "stockferry.toml"


def init(directory: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Writes a commented configuration into DIR."""
    from importlib.resources import files

    from batch.errors import UsageError
    from batch.store.files import save

    target = directory / NAME
    if target.exists():
        raise UsageError(f"{target} is there already; it was left as it is")
    save(target, (files("batch.cli") / "starter.toml").read_bytes())
    typer.echo(f"{target} written. Fill in what is yours, then: stockferry -c {target} check --connect")
