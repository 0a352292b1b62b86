"""`stockferry files`: what was received, and what became of it."""

from __future__ import annotations

import typer

from batch.cli.options import (
    ConfigOption,
    CsvOption,
    DayOption,
    JsonOption,
    LimitOption,
    MerchantOption,
    StatusOption,
)
from batch.cli.output import BUCKETS_OFTEN_EMPTY, print_records, print_table
from batch.cli.session import day_of, reading

BUCKETS = ("rows", "applied", "older", "duplicate", "ignored", "rejected")


def files(
    context: typer.Context,
    config: ConfigOption = None,
    merchant: MerchantOption = None,
    on: DayOption = None,
    status: StatusOption = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """The latest files, newest first."""
    from batch.ledger.files import list_files
    from batch.runner.session import chosen_carts

    with reading(context, config) as (configuration, ledger), ledger.read() as connection:
        chosen_carts(configuration, merchant, None)
        during = day_of(configuration, on)
        query = list_files(merchant=merchant, during=during, status=status, limit=limit)
        rows = connection.execute(query).all()
    if print_records(rows, as_json=as_json, as_csv=as_csv):
        return
    print_table(
        ("file", "received", "feed", "name", "as of", "status", *BUCKETS, "reason"),
        (
            (
                row.id,
                row.received_at,
                f"{row.merchant or 'account'}/{row.feed_name}",
                row.name,
                row.as_of,
                row.status,
                *(getattr(row, bucket) for bucket in BUCKETS),
                row.reason,
            )
            for row in rows
        ),
        nothing="no files yet",
        if_any=(*BUCKETS_OFTEN_EMPTY, "as of", "reason"),
    )
