"""`stockferry acks`: what partners said of our documents."""

from __future__ import annotations

from typing import Annotated

import typer

from batch.cli.options import CartOption, ConfigOption, JsonOption, LimitOption, MerchantOption
from batch.cli.output import print_json, print_table, records
from batch.cli.session import reading


def acks(
    context: typer.Context,
    config: ConfigOption = None,
    merchant: MerchantOption = None,
    cart: CartOption = None,
    run: Annotated[int | None, typer.Option("--run", help="Only of this run.")] = None,
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    """The latest acknowledgements, newest first, with everything that a partner found wrong."""
    from batch.ledger.acks import list_acks
    from batch.runner.session import chosen_carts, split_cart

    with reading(context, config) as (configuration, ledger), ledger.read() as connection:
        chosen_carts(configuration, merchant, cart)
        merchant, cart = split_cart(merchant, cart)
        query = list_acks(merchant=merchant, cart=cart, run=run, limit=limit)
        rows = connection.execute(query).all()
    if as_json:
        print_json(records(rows))
        return
    print_table(
        (
            "run",
            "cart",
            "document",
            "file",
            "kind",
            "set",
            "verdict",
            "sku",
            "segment",
            "element",
            "value",
            "reason",
        ),
        (
            (
                row.run,
                f"{row.merchant}/{row.cart}",
                row.document,
                row.file,
                row.kind,
                row.set or "all",
                row.verdict,
                row.sku,
                f"{row.position}: {row.segment}" if row.position else row.segment,
                row.element,
                row.value,
                row.error or row.reason,
            )
            for row in rows
        ),
        nothing="no acknowledgements yet",
        if_any=("sku", "segment", "element", "value", "reason"),
    )
