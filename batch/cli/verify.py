"""`stockferry verify`: whether the state folder is sound."""

from __future__ import annotations

import typer

from batch.cli.options import ConfigOption, JsonOption
from batch.cli.output import print_json
from batch.cli.session import load, working


def verify(context: typer.Context, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Checks archive, tables and ledger against each other, and says what is damaged."""
    from batch.errors import LedgerDamaged
    from batch.upkeep.verify import verify as look

    with working(load(context, config), now=None, dry_run=False) as work:
        found = look(work)
    if as_json:
        damages = [{"what": damage.what, "ledger": damage.ledger} for damage in found.damages]
        print_json({"archived": found.archived, "tables": found.tables, "damages": damages})
    else:
        typer.echo(f"checked: the ledger, {found.archived} files of the archive, {found.tables} tables")
        for damage in found.damages:
            typer.echo(damage.what)
        if not found.damages:
            typer.echo("nothing is damaged")
    if found.damages:
        raise typer.Exit(LedgerDamaged.exit_code if any(each.ledger for each in found.damages) else 1)
