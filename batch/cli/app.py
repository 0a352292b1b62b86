"""The commands, and what they have in common: the configuration file, errors in one line, exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Annotated, Any, NoReturn, cast

import typer
from typer.core import TyperCommand, TyperGroup

from batch import __version__

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "demo": "batch.cli.demo.command",
        "init": "batch.cli.init",
        "check": "batch.cli.check",
        "trust": "batch.cli.trust",
        "run": "batch.cli.run",
        "schedule": "batch.cli.schedule",
        "slots": "batch.cli.slots",
        "healthy": "batch.cli.healthy",
        "receive": "batch.cli.receive",
        "rerun": "batch.cli.rerun",
        "resend": "batch.cli.resend",
        "explain": "batch.cli.explain",
        "status": "batch.cli.status",
        "alert": "batch.cli.alert",
        "runs": "batch.cli.runs",
        "acks": "batch.cli.acks",
        "files": "batch.cli.files",
        "rejects": "batch.cli.rejects",
        "report": "batch.cli.report",
        "release": "batch.cli.release",
        "discard": "batch.cli.discard",
        "gc": "batch.cli.gc",
        "verify": "batch.cli.verify",
        "backup": "batch.cli.backup",
    }
)
"""Name → module; the function in it has that name. In the order of `--help`."""


@cache
def _made(name: str) -> TyperCommand:
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command()(getattr(import_module(COMMANDS[name]), name))
    return cast("TyperCommand", typer.main.get_command(alone))


class Commands(Mapping[str, TyperCommand]):
    """The commands, each made when it is asked for: to make all of them takes a good part of what `status` takes."""

    def __getitem__(self, name: str) -> TyperCommand:
        return _made(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Stockferry(TyperGroup):
    """`stockferry` itself, of which Typer knows the commands by name alone."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "commands": Commands()})


app = typer.Typer(
    name="stockferry",
    cls=Stockferry,
    help="Inventory sync by file: WMS files in, reconciled with orders, carts and partners told.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stockferry {__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    configuration: Annotated[
        Path, typer.Option("-c", "--config", metavar="FILE", help="The configuration.")
    ] = Path("stockferry.toml"),
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say which release this is."),
    ] = False,
) -> None:
    """Notes which configuration the command is about."""
    context.obj = configuration


def main() -> NoReturn:
    """Runs a command; every error that has a class of ours ends as one line and its exit code."""
    from batch.errors import StockferryError
    from batch.log import configure

    configure()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        app()
    except StockferryError as error:
        typer.echo(f"stockferry: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - the last resort: a defect of ours, told in one line all the same
        typer.echo(f"stockferry: {_defect(error)}", err=True)
        sys.exit(1)
    sys.exit(0)


def _defect(error: Exception) -> str:
    """Keeps the traceback in a file, for whoever mends it."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="stockferry-", suffix=".txt", delete=False) as file:
        traceback.print_exception(error, file=file)
    return (
        f"a defect of Stockferry itself stopped it: {type(error).__name__}: {error}; nothing is lost, the next run "
        f"goes on from what is recorded; please report {file.name}"
    )


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    # sys.stderr may be in the middle of a line
    os.write(2, b"stockferry: stopped; the next run goes on where this one was\n")
    sys.exit(128 + number)
