"""`stockferry runs`: what was sent, and when."""

from __future__ import annotations

from typing import Any

import typer

from batch.cli.options import CartOption, ConfigOption, JsonOption, LimitOption, MerchantOption
from batch.cli.output import named, print_json, print_table, records
from batch.cli.session import reading


def runs(
    context: typer.Context,
    config: ConfigOption = None,
    merchant: MerchantOption = None,
    cart: CartOption = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """The latest runs, newest first."""
    from batch.ledger.runs import list_runs
    from batch.runner.session import chosen_carts, split_cart

    with reading(context, config) as (configuration, ledger), ledger.read() as connection:
        chosen_carts(configuration, merchant, cart)
        merchant, cart = split_cart(merchant, cart)
        rows = connection.execute(list_runs(merchant=merchant, cart=cart, limit=limit)).all()
    if as_json:
        print_json(records(rows))
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
