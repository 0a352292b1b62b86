"""Options that several commands have."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

LARGEST_ID = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1970, 2200

ConfigOption = Annotated[
    Path | None,
    typer.Option("-c", "--config", metavar="FILE", help="The configuration.", show_default="stockferry.toml"),
]
MerchantOption = Annotated[str | None, typer.Option("--merchant", metavar="M", help="Only this merchant.")]
CartOption = Annotated[
    str | None, typer.Option("--cart", metavar="C", help="Only this cart: its id, or merchant/id.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV instead of tables.")]
LimitOption = Annotated[
    int, typer.Option("--limit", min=1, metavar="N", help="At most so many, newest first.")
]


def instant(text: str) -> datetime:
    """An ISO 8601 instant; one without an offset is later taken in the account's time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not ISO 8601, such as 2026-11-20T09:00:00-08:00") from error
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise typer.BadParameter(f"{text!r} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return moment


def day(text: str) -> date:
    """A day, such as 2026-11-20."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date, such as 2026-11-20") from error
    if not FIRST_YEAR < found.year < LAST_YEAR:
        raise typer.BadParameter(f"{text!r} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return found


DayOption = Annotated[
    date | None,
    typer.Option("--date", metavar="D", parser=day, help="Only of this day, in the account's time zone."),
]
StatusOption = Annotated[str | None, typer.Option("--status", metavar="S", help="Only those of this status.")]
NowOption = Annotated[
    datetime | None,
    typer.Option(
        "--now", metavar="T", parser=instant, help="The run's clock, ISO 8601, instead of the time it is."
    ),
]
