"""`stockferry gc`: the state folder without what is needed no more."""

from __future__ import annotations

from typing import Annotated

import typer

from batch.cli.options import ConfigOption, NowOption
from batch.cli.output import size
from batch.cli.session import load, working
from batch.days import first_whole_day


def gc(
    context: typer.Context,
    config: ConfigOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be removed; remove nothing.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until no run is at work, instead of ending with 3.")
    ] = False,
    now: NowOption = None,
) -> None:
    """Removes what no day within [account] keep needs, and what nothing refers to."""
    from batch.upkeep.gc import gc as sweep

    configuration = load(context, config)
    with working(configuration, now=now, dry_run=False) as work:
        swept = sweep(work, dry_run=dry_run, wait=wait)
    whole = first_whole_day(swept.kept_from, configuration.account.timezone)
    typer.echo(
        f"{'would be removed' if dry_run else 'removed'}: {swept.archived} files of the archive, {swept.tables} tables, "
        f"{swept.leftovers} leftovers, {size(swept.size)}; days from {whole} on can be rerun"
    )
