"""`stockferry healthy`: whether the daemon is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from batch.cli.options import ConfigOption, NowOption
from batch.cli.output import moment
from batch.cli.session import in_account_zone, reading


def healthy(
    context: typer.Context,
    config: ConfigOption = None,
    within: Annotated[
        int,
        typer.Option("--within", min=1, metavar="S", help="So many seconds ago it must have looked around."),
    ] = 60,
    now: NowOption = None,
) -> None:
    """Ends with 0 if the daemon has looked around lately, with 1 if not: for a container or a monitor."""
    from batch.clock import SystemClock
    from batch.ledger.heartbeats import latest
    from batch.ledger.locks import is_gone

    with reading(context, config) as (configuration, ledger):
        clock = SystemClock(fixed=in_account_zone(configuration, now))
        with ledger.read() as connection:
            last = latest(connection)
    if last is None:
        typer.echo("no daemon has ever run here; `stockferry schedule` starts it")
        raise typer.Exit(1)
    host, process, _ = last.process.rsplit(" ", 2)
    said = f"the daemon (process {process} on {host}) last looked around at {moment(last.at)}"
    if is_gone(last.process):
        typer.echo(f"{said}, and is gone; `stockferry schedule` starts it")
        raise typer.Exit(1)
    if clock.now() - last.at > timedelta(seconds=within):
        typer.echo(f"{said}, more than {within} s ago; look at its log")
        raise typer.Exit(1)
    typer.echo(said)
