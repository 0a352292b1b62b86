"""`stockferry demo`: the sample account, over real SFTP on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from batch.config import Configuration
    from batch.runner.cycle import Report

NOW = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
LATER = timedelta(minutes=15)


def demo(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to lay it out; made anew if a demo was there.")
    ] = Path("demo"),
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Leave the SFTP server running until Ctrl-C, and say how to connect."),
    ] = False,
) -> None:
    """The sample account over SFTP on this computer: what comes in, what each cart gets, and why."""
    from batch.cli.demo import layout, tell
    from batch.cli.demo.server import serving

    served = directory / layout.SERVED
    with serving(served) as access:
        path = layout.lay_out(directory, access)
        typer.echo(f"{path}: two merchants; {access.host}:{access.port} is their SFTP server\n")
        exit_code = _show_two_cycles(path, served)
        if keep:
            tell.show_access(directory, path, directory / layout.KEY, access)
            _wait()
    typer.echo(f"The server has stopped. What was recorded stays: {tell.as_typed()} -c {path} rejects")
    raise typer.Exit(exit_code)


def _show_two_cycles(path: Path, served: Path) -> int:
    """Runs the account now and a quarter of an hour later; returns the worse exit code."""
    from batch.cli.demo import tell
    from batch.config import load

    configuration = load(path)
    typer.echo(f"What came in, and what went out ({NOW:%Y-%m-%d %H:%M}Z):\n")
    first = _cycle(configuration, NOW)
    tell.show_cycle(first)
    tell.show_documents(configuration, served, first)
    typer.echo("Why that number:\n")
    tell.show_why(configuration, "acme", "MUG-12", [configuration.merchants["acme"].carts["shopfront"]])
    typer.echo(
        "\nA quarter of an hour later the warehouse has reported nothing, so delta carts get nothing:\n"
    )
    second = _cycle(configuration, NOW + LATER)
    tell.show_cycle(second)
    return max(first.exit_code, second.exit_code)


def _cycle(configuration: Configuration, now: datetime) -> Report:
    from batch.cli.session import working
    from batch.runner.cycle import run_cycle
    from batch.runner.session import chosen_carts

    with working(configuration, now=now, dry_run=False) as work:
        return run_cycle(work, chosen_carts(configuration, None, None), list(configuration.merchants))


def _wait() -> NoReturn:
    from batch.clock import SystemClock

    clock = SystemClock()
    while True:
        clock.sleep(60)
