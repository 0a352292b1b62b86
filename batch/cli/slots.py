"""`stockferry slots`: what is due next."""

from __future__ import annotations

import typer

from batch.cli.options import CartOption, ConfigOption, JsonOption, MerchantOption, NowOption
from batch.cli.output import print_json, print_table
from batch.cli.session import in_account_zone, reading


def slots(
    context: typer.Context,
    config: ConfigOption = None,
    merchant: MerchantOption = None,
    cart: CartOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Each scheduled cart with its last slot and the next."""
    from batch.clock import SystemClock
    from batch.runner.session import chosen_carts
    from batch.runner.upcoming import upcoming

    with reading(context, config) as (configuration, ledger):
        clock = SystemClock(fixed=in_account_zone(configuration, now))
        rows = upcoming(ledger, chosen_carts(configuration, merchant, cart), clock.now())
    if as_json:
        print_json([{**row.__dict__, "zone": row.zone.key} for row in rows])
        return
    print_table(
        ("cart", "last slot", "run", "status", "next slot", "local", "due"),
        (
            (
                f"{row.merchant}/{row.cart}",
                row.last,
                row.run,
                row.status,
                row.next,
                f"{row.next.astimezone(row.zone):%a %H:%M:%S %Z}",
                row.due if row.due != row.next else "",
            )
            for row in rows
        ),
        nothing="no cart has a schedule",
        if_any=("last slot", "run", "status", "due"),
    )
