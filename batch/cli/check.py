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
    from batch.runner.probe import Finding


def check(
    context: typer.Context,
    config: ConfigOption = None,
    connect: Annotated[
        bool, typer.Option("--connect", help="Also connect to every remote and look into its folders.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Says all that is wrong with the configuration."""
    from batch.config import doubts, problems
    from batch.runner.probe import probe

    path = config or context.obj
    if as_json and (wrong := problems(path)):
        print_json({"problems": [problem.__dict__ for problem in wrong], "doubts": [], "remotes": []})
        raise typer.Exit(2)
    configuration = load(context, config)
    findings: list[Finding] = []
    if connect:
        with working(configuration, now=None, dry_run=True) as work:
            findings = probe(work)
    _show(configuration.account.name, path, doubts(configuration), findings, as_json=as_json)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


def _show(
    account: str, path: Path, doubted: Sequence[str], findings: Sequence[Finding], *, as_json: bool
) -> None:
    if as_json:
        remotes = [finding.__dict__ for finding in findings]
        print_json({"problems": [], "doubts": doubted, "remotes": remotes})
        return
    typer.echo(f"{path}: no problems; account {account}")
    for sentence in doubted:
        typer.echo(f"  doubtful: {sentence}")
    if findings:
        print_table(
            ("remote", "folder", "for", "found"),
            ((finding.remote, finding.folder, finding.used_by, finding.found) for finding in findings),
            nothing="",
        )
