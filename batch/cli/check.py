"""`stockferry check`: is the configuration right, and can every remote be reached."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from batch.cli.options import ConfigOption, JsonOption
from batch.cli.output import print_json, print_table
from batch.cli.session import load, working

if TYPE_CHECKING:
    from batch.runner.probe import Probed


def check(
    context: typer.Context,
    config: ConfigOption = None,
    connect: Annotated[
        bool,
        typer.Option(
            "--connect",
            help="Also connect to every remote, look into its folders, and try to write where documents go.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Says all that is wrong with the configuration."""
    from batch.config import doubts, problems
    from batch.runner.probe import probe

    path = config or context.obj
    if as_json and (wrong := problems(path)):
        print_json(
            {"problems": [problem.__dict__ for problem in wrong], "doubts": [], "servers": [], "folders": []}
        )
        raise typer.Exit(2)
    configuration = load(context, config)
    probed: Probed | None = None
    if connect:
        with working(configuration, now=None, dry_run=True) as work:
            probed = probe(work)
    _show(configuration.account.name, path, doubts(configuration), probed, as_json=as_json)
    raise typer.Exit(0 if probed is None or probed.ok else 1)


def _show(account: str, path: Path, doubted: Sequence[str], probed: Probed | None, *, as_json: bool) -> None:
    servers = probed.servers if probed else ()
    folders = probed.folders if probed else ()
    if as_json:
        found = {"servers": [one.__dict__ for one in servers], "folders": [one.__dict__ for one in folders]}
        print_json({"problems": [], "doubts": doubted, **found})
        return
    typer.echo(f"{path}: no problems; account {account}")
    for sentence in doubted:
        typer.echo(f"  doubtful: {sentence}")
    for one in servers:
        typer.echo(f"\nremote {one.remote}" if one.ok else f"\n{one.found}")
        for what, how in one.facts.items():
            typer.echo(f"  {what:<11} {how}")
    if folders:
        typer.echo()
        print_table(
            ("remote", "folder", "for", "found"),
            ((finding.remote, finding.folder, finding.used_by, finding.found) for finding in folders),
            nothing="",
        )
