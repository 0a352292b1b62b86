"""Results on stdout: tables for people, JSON for programs."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

PIPED_WIDTH = 200
BETWEEN = "  "
BUCKETS_OFTEN_EMPTY = ("older", "duplicate", "ignored", "rejected")


def print_json(value: object) -> None:
    """One JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, nothing: str, if_any: Collection[str] = ()
) -> None:
    """A table with a heading; `nothing` is said where there are no rows.

    `if_any`: columns that are left out if every row has 0 or nothing there. Long cells are folded, never cut.
    """
    found = [list(row) for row in rows]
    shown = [at for at, name in enumerate(columns) if name not in if_any or any(row[at] for row in found)]
    heads, cells = [columns[at] for at in shown], [[_cell(row[at]) for at in shown] for row in found]
    if not cells:
        typer.echo(nothing)
    elif (lines := None if _may_be_terminal() else simply_set(heads, cells)) is not None:
        typer.echo("\n".join(lines))
    else:
        _print_with_rich(heads, cells)


def _may_be_terminal() -> bool:
    """Whether Rich is to find out if stdout is a terminal, or is to be taken for one."""
    if sys.stdout is None or sys.stdout.closed:
        return False
    return sys.stdout.isatty() or any(name in os.environ for name in ("FORCE_COLOR", "TTY_COMPATIBLE"))


def simply_set(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str] | None:
    """The lines of a table that nothing need be folded in, as Rich sets it; to load Rich takes longer than many a command.

    None for one that is too wide, or whose characters are not all of one column.
    """
    rows = [heads, *cells]
    if not all(cell.isascii() and cell.isprintable() for row in rows for cell in row):
        return None
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + len(BETWEEN) * (len(widths) - 1) > PIPED_WIDTH:
        return None
    return [BETWEEN.join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _print_with_rich(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    from rich.console import Console

    console = Console()
    if console.is_terminal:
        console.print(_rich_table(heads, cells))
    else:
        typer.echo("\n".join(set_with_rich(heads, cells)))


def set_with_rich(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table where no terminal says how wide it may be."""
    from rich.console import Console

    wide = Console(width=PIPED_WIDTH, force_terminal=False, no_color=True)
    with wide.capture() as capture:
        wide.print(_rich_table(heads, cells))
    return [line.rstrip() for line in capture.get().splitlines()]


def _rich_table(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def named(document: str | None, count: int) -> str | None:
    """The name of the first of a run's documents, and how many more there are."""
    return f"{document} and {count - 1} more" if count > 1 else document


def print_records(rows: Sequence[Any], *, as_json: bool, as_csv: bool) -> bool:
    """Prints ledger rows for programs, if one of both is wanted; whether it was.

    Raises:
        UsageError: both are.
    """
    from batch.errors import UsageError

    if as_json and as_csv:
        raise UsageError("--json or --csv, not both")
    if as_json:
        print_json(records(rows))
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        if rows:
            writer.writerow(rows[0]._mapping)
        writer.writerows([_written(value) for value in row] for row in rows)
    return as_json or as_csv


def _written(value: object) -> object:
    return _plain(value) if isinstance(value, datetime) else value


def records(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Ledger rows as JSON objects."""
    return [dict(row._mapping) for row in rows]


def size(count: int) -> str:
    """A number of bytes as people read it."""
    units = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
    return next((f"{count / unit:.1f} {name}" for unit, name in units if count >= unit), f"{count} bytes")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return moment(value) if isinstance(value, datetime) else str(value)


def moment(value: datetime) -> str:
    """To the second, in UTC."""
    return f"{value:%Y-%m-%d %H:%M:%S}Z"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago it was, in the largest unit that says enough: `3 d`, `5 h`, `12 min`, `8 s`."""
    seconds = max(0, int((now - moment).total_seconds()))
    units = ((172_800, 86_400, "d"), (7_200, 3_600, "h"), (120, 60, "min"), (0, 1, "s"))
    return next(f"{seconds // length} {unit}" for least, length, unit in units if seconds >= least)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
