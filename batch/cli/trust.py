"""`stockferry trust`: the host keys of a server, confirmed by a person and written down."""

from __future__ import annotations

from typing import Annotated

import typer

from batch.cli.options import ConfigOption
from batch.cli.output import print_table


def trust(
    context: typer.Context,
    remote: Annotated[str, typer.Argument(metavar="REMOTE", help="The name of a table under [remotes].")],
    config: ConfigOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: the keys have been confirmed.")] = False,
) -> None:
    """Shows a server's host keys, asks, and adds them to the configuration."""
    from batch.runner.trust import ask, note

    path = config or context.obj
    question = ask(path, remote)
    address = question.address
    typer.echo(f"remote {remote}: {address.host}:{address.port} shows")
    print_table(
        ("type", "fingerprint", "is"),
        ((one.type, one.fingerprint, "known" if one.known else "new") for one in question.shown),
        nothing="",
    )
    if not question.new:
        typer.echo("nothing to add")
        return
    if question.pinned and len(question.new) == len(question.shown):
        typer.echo(f"none of them is pinned; pinned is {question.pinned}")
    typer.echo(
        "Have the partner confirm the fingerprints by another way than this connection: whoever sits in between shows keys of "
        "their own."
    )
    if not yes and not typer.confirm(f"Add {len(question.new)} to {question.place.name}?"):
        typer.echo("nothing was added", err=True)
        raise typer.Exit(1)
    note(path, question)
    typer.echo(f"added to {question.place}")
