"""`stockferry resend`: the very bytes of an earlier run."""

from __future__ import annotations

from typing import Annotated

import typer

from batch.cli.options import LARGEST_ID, ConfigOption, NowOption
from batch.cli.output import named
from batch.cli.session import load, working


def resend(
    context: typer.Context,
    run: Annotated[
        int, typer.Argument(metavar="RUN", min=1, max=LARGEST_ID, help="Its number, as `runs` shows it.")
    ],
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """Uploads an earlier run's documents again: same bytes, names and control numbers."""
    from batch.runner.resend import resend as upload

    with working(load(context, config), now=now, dry_run=False) as work:
        outcome = upload(work, run)
    if outcome.status != "sent":
        typer.echo(outcome.reason, err=True)
        raise typer.Exit(1)
    what = named(outcome.document, outcome.documents)
    typer.echo(f"cart {outcome.merchant}/{outcome.cart}: {what} sent again, as run {outcome.run}")
