"""The commands, and what they have in common: the configuration file, errors in one line, exit codes."""

from __future__ import annotations

import os
import signal
import sys
import types
from gc import set_threshold
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from batch import __version__
from batch.cli.acks import acks
from batch.cli.alert import alert
from batch.cli.backup import backup
from batch.cli.check import check
from batch.cli.demo.command import demo
from batch.cli.discard import discard
from batch.cli.explain import explain
from batch.cli.files import files
from batch.cli.gc import gc
from batch.cli.healthy import healthy
from batch.cli.init import init
from batch.cli.receive import receive
from batch.cli.rejects import rejects
from batch.cli.release import release
from batch.cli.report import report
from batch.cli.rerun import rerun
from batch.cli.resend import resend
from batch.cli.run import run
from batch.cli.runs import runs
from batch.cli.schedule import schedule
from batch.cli.slots import slots
from batch.cli.status import status
from batch.cli.trust import trust
from batch.cli.verify import verify

NEW_OBJECTS = 100_000
"""After so many, garbage is looked for: Python's own 700 would go through all that is imported again and again."""

COMMANDS = (
    demo,
    init,
    check,
    trust,
    run,
    schedule,
    slots,
    healthy,
    receive,
    rerun,
    resend,
    explain,
    status,
    alert,
    runs,
    acks,
    files,
    rejects,
    report,
    release,
    discard,
    gc,
    verify,
    backup,
)

app = typer.Typer(
    name="stockferry",
    help="Inventory sync by file: WMS files in, reconciled with orders, carts and partners told.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in COMMANDS:
    app.command()(command)


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

    set_threshold(NEW_OBJECTS)
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


def _stop(number: int, _frame: types.FrameType | None) -> NoReturn:
    # sys.stderr may be in the middle of a line
    os.write(2, b"stockferry: stopped; the next run goes on where this one was\n")
    sys.exit(128 + number)
