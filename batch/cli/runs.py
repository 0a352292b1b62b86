"""`stockferry runs`: what was sent, and when."""

from __future__ import annotations

from typing import Any

import typer

from batch.cli.options import (
    CartOption,
    ConfigOption,
    CsvOption,
    DayOption,
    JsonOption,
    LimitOption,
    MerchantOption,
    StatusOption,
)
from batch.cli.output import named, print_records, print_table
from batch.cli.session import day_of, reading


def runs(
    context: typer.Context,
    config: ConfigOption = None,
    merchant: MerchantOption = None,
    cart: CartOption = None,
    on: DayOption = None,
    status: StatusOption = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """The latest runs, newest first."""
    from batch.ledger.runs import list_runs
    from batch.runner.session import chosen_carts, split_cart

    with reading(context, config) as (configuration, ledger), ledger.read() as connection:
        chosen_carts(configuration, merchant, cart)
        merchant, cart = split_cart(merchant, cart)
        during = day_of(configuration, on)
        query = list_runs(merchant=merchant, cart=cart, during=during, status=status, limit=limit)
        rows = connection.execute(query).all()
    if print_records(rows, as_json=as_json, as_csv=as_csv):
        return
    print_table(
        ("run", "clock", "cart", "status", "repeats", "what", "lines", "document", "number", "ack", "reason"),
        (
            (
                row.id,
                row.now,
                f"{row.merchant}/{row.cart}",
                row.status,
                repeats(row),
                ("full" if row.complete else "delta") if row.document else "",
                row.lines if row.document else "",
                named(row.document, row.documents),
                row.number,
                row.ack,
                row.reason,
            )
            for row in rows
        ),
        nothing="no runs yet",
        if_any=("ack", "repeats"),
    )


def repeats(row: Any) -> str:
    """What a run sends again; "" for a sync."""
    if row.kind == "sync":
        return ""
    return f"{row.kind} of run {row.repeats}" if row.repeats else f"{row.kind} of a day without a run"
