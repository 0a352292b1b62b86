"""What the demo shows of a cycle, in the words of the other commands."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from batch.cli import explain, run
from batch.cli.demo.server import Access
from batch.config import Cart, Configuration
from batch.runner.cycle import Report
from batch.runner.explain import answer
from batch.runner.session import ledger_of

FIRST_LINES = 8


def show_cycle(report: Report) -> None:
    """What came in and what went out; on stderr, what went wrong."""
    run.show(report)
    typer.echo()
    if report.exit_code:
        for message in run.troubles(report):
            typer.echo(message, err=True)


def show_documents(configuration: Configuration, served: Path, report: Report) -> None:
    """The beginning of each document, as it lies on the server."""
    for outcome in report.carts:
        if outcome.document is None:
            continue
        cart = configuration.merchants[outcome.merchant].carts[outcome.cart]
        folder = configuration.remotes[cart.remote].address.folder.lstrip("/")
        path = Path(folder, cart.path, outcome.document)
        typer.echo(f"{outcome.merchant}/{outcome.cart} got {path.as_posix()}")
        for line in beginning((served / path).read_text(encoding="utf-8")):
            typer.echo(f"    {line}")
        typer.echo()


def beginning(text: str) -> list[str]:
    """The first lines, and how many follow."""
    lines = text.splitlines()
    rest = len(lines) - FIRST_LINES
    return lines if rest <= 1 else [*lines[:FIRST_LINES], f"… {rest} more lines"]


def show_why(configuration: Configuration, merchant: str, sku: str, carts: Sequence[Cart]) -> None:
    """Every term of one number, as `stockferry explain` shows it."""
    with ledger_of(configuration) as ledger:
        found = answer(configuration, ledger, merchant, sku, carts)
    if found.explanation is not None:
        explain.show(found, found.explanation)


def as_typed() -> str:
    """The command as it was called: `make demo` calls it by its path, where it is not on the search path."""
    name = Path(sys.argv[0])
    return str(name) if name.name == "stockferry" else "stockferry"


def show_access(directory: Path, path: Path, key: Path, access: Access) -> None:
    """How to connect, and what to try."""
    typer.echo(
        f"The server goes on at {access.host}:{access.port} until Ctrl-C; its host key is {access.fingerprint}.\n"
        "Look around, or put a file into wms/acme:\n"
        f"    sftp -P {access.port} -i {key} -o IdentitiesOnly=yes "
        f"-o UserKnownHostsFile={directory / 'known_hosts'} {access.user}@{access.host}\n"
        "Then, in another terminal:\n"
        f"    {as_typed()} -c {path} check --connect\n"
        f"    {as_typed()} -c {path} run\n"
        f"    {as_typed()} -c {path} status"
    )
