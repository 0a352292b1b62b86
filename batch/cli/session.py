"""How commands get at the configuration, the ledger and a full context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from batch.config import Configuration
    from batch.context import Context
    from batch.days import Span
    from batch.ledger.engine import Ledger


def load(context: typer.Context, path: Path | None) -> Configuration:
    """The configuration that the command line names, before or after the command."""
    from batch.config import load as load_file

    return load_file(path or context.obj)


@contextmanager
def working(configuration: Configuration, *, now: datetime | None, dry_run: bool) -> Iterator[Context]:
    """A context for a command that does something, under the clock `now`."""
    from batch.cli.progress import bars
    from batch.clock import SystemClock
    from batch.config import doubts
    from batch.log import warn
    from batch.runner.session import opened

    for sentence in doubts(configuration):
        warn(sentence)
    clock = SystemClock(fixed=in_account_zone(configuration, now))
    with (
        bars() as progress,
        opened(configuration, clock, dry_run=dry_run, warn=warn, progress=progress) as context,
    ):
        yield context


def count_oversold(work: Context) -> None:
    """After a command that takes in: so that `status` and `alert` need not, and know from when on there are any."""
    from batch.errors import LedgerDamaged, StockferryError
    from batch.watch.oversold import recount_at_hand

    try:
        problems = recount_at_hand(work)
    except LedgerDamaged:
        raise
    except StockferryError as error:  # what the command is for is done, and has to be reported
        problems = [f"oversold SKUs cannot be counted: {error}"]
    for problem in problems:
        work.warn(problem)


@contextmanager
def reading(context: typer.Context, path: Path | None) -> Iterator[tuple[Configuration, Ledger]]:
    """The configuration and the ledger, for a command that only looks."""
    from batch.runner.session import ledger_of

    configuration = load(context, path)
    with ledger_of(configuration) as ledger:
        yield configuration, ledger


def day_of(configuration: Configuration, day: date | None) -> Span | None:
    """A day in the account's time zone."""
    from batch.days import span_of

    return None if day is None else span_of(day, configuration.account.timezone)


def in_account_zone(configuration: Configuration, moment: datetime | None) -> datetime | None:
    """A time given without an offset is in the account's time zone."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=configuration.account.timezone)
