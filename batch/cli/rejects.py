"""`stockferry rejects`: rows that could not be used, with their place and the reason."""

from __future__ import annotations

from typing import Annotated

import typer

from batch.cli.options import (
    LARGEST_ID,
    ConfigOption,
    CsvOption,
    DayOption,
    JsonOption,
    LimitOption,
    MerchantOption,
)
from batch.cli.output import print_records, print_table
from batch.cli.session import day_of, reading


def rejects(
    context: typer.Context,
    config: ConfigOption = None,
    merchant: MerchantOption = None,
    file: Annotated[
        int | None,
        typer.Option(
            "--file", min=1, max=LARGEST_ID, metavar="ID", help="Only this file, by its number in `files`."
        ),
    ] = None,
    on: DayOption = None,
    limit: LimitOption = 200,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """The rejected rows of the latest files."""
    from batch.ledger.files import list_rejects
    from batch.runner.session import chosen_carts

    with reading(context, config) as (configuration, ledger), ledger.read() as connection:
        chosen_carts(configuration, merchant, None)
        during = day_of(configuration, on)
        query = list_rejects(merchant=merchant, file=file, during=during, limit=limit)
        rows = connection.execute(query).all()
    if print_records(rows, as_json=as_json, as_csv=as_csv):
        return
    print_table(
        ("file", "feed", "name", "line", "column", "value", "reason", "sku"),
        (
            (
                row.file,
                f"{row.merchant or 'account'}/{row.feed}",
                row.name,
                row.line,
                row.column,
                repr(row.value),
                row.reason,
                row.sku,
            )
            for row in rows
        ),
        nothing="no rejects",
    )
