"""`stockferry backup`: a copy of the state folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from batch.cli.options import ConfigOption
from batch.cli.output import size
from batch.cli.session import load, working


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The tar to write; it must not exist yet.")],
    config: ConfigOption = None,
) -> None:
    """Writes a consistent copy of the state folder, while runs go on."""
    from batch.upkeep.backup import backup as copy

    with working(load(context, config), now=None, dry_run=False) as work:
        copied = copy(work, file)
    typer.echo(f"{file}: the ledger and {copied.files} files, {size(copied.size)}")
    for sentence in copied.missing:
        typer.echo(f"not in it: {sentence}; `stockferry verify` tells more", err=True)
    if copied.missing:
        raise typer.Exit(1)
