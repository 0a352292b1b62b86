"""`stockferry receive`: what came in, without telling any cart."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from batch.cli.options import ConfigOption, JsonOption, MerchantOption, NowOption, day
from batch.cli.output import print_json
from batch.cli.run import files_as_objects, show_files, troubles
from batch.cli.session import count_oversold, load, working


def receive(
    context: typer.Context,
    config: ConfigOption = None,
    merchant: MerchantOption = None,
    on: Annotated[
        date | None,
        typer.Option(
            "--date",
            metavar="D",
            parser=day,
            help="Instead, read again what was quarantined or discarded that day, from the archive.",
        ),
    ] = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Receives only; with --date, takes up again what was set aside."""
    from batch.runner.cycle import receive_only
    from batch.runner.session import chosen_carts, chosen_merchants

    configuration = load(context, config)
    carts = chosen_carts(configuration, merchant, None)
    merchants = chosen_merchants(configuration, merchant, carts)
    with working(configuration, now=now, dry_run=False) as work:
        report = receive_only(work, carts, merchants, on)
        count_oversold(work)
    if as_json:
        print_json({"now": report.now, "files": files_as_objects(report)})
    else:
        nothing = f"nothing received on {on} is quarantined or discarded" if on else "no new files"
        show_files(report, nothing=nothing)
    for message in troubles(report):
        typer.echo(message, err=True)
    raise typer.Exit(report.exit_code)
