"""`stockferry rejects`: rows that could not be used, with their place and the reason."""

from __future__ import annotations

from typing import Annotated

import typer

from batch.cli.options import LARGEST_ID, ConfigOption, JsonOption, LimitOption, MerchantOption
from batch.cli.output import print_json, print_table, records
from batch.cli.session import reading


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
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    """The rejected rows of the latest files."""
    from batch.ledger.files import list_rejects
    from batch.runner.session import chosen_carts

    with reading(context, config) as (configuration, ledger), ledger.read() as connection:
        chosen_carts(configuration, merchant, None)
        rows = connection.execute(list_rejects(merchant=merchant, file=file, limit=limit)).all()
    if as_json:
        print_json(records(rows))
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
