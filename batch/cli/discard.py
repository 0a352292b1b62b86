"""`stockferry discard`: a decision about something held."""

from __future__ import annotations

from typing import Annotated

import typer

from batch.cli.options import LARGEST_ID, ConfigOption, NowOption
from batch.cli.session import load, working


def discard(
    context: typer.Context,
    number: Annotated[
        int, typer.Argument(metavar="ID", min=1, max=LARGEST_ID, help="The number that `status` shows.")
    ],
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """Turns something held down: a file is not applied, an output not sent."""
    from batch.runner import decide

    with working(load(context, config), now=now, dry_run=False) as work:
        typer.echo(decide.discard(work, number))
