"""`stockferry status`: one screen on where everything stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from batch.cli.options import ConfigOption, JsonOption, MerchantOption, NowOption
from batch.cli.output import print_json, print_table
from batch.cli.session import in_account_zone, reading

if TYPE_CHECKING:
    from batch.ledger.holds import Hold
    from batch.runner.status import CartStatus, FeedStatus


def status(
    context: typer.Context,
    config: ConfigOption = None,
    merchant: MerchantOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every feed with its last file, every cart with its last sync. Exit code 1: something is not as it should be."""
    from batch.clock import SystemClock
    from batch.runner.session import chosen_carts, chosen_merchants
    from batch.runner.status import holds_of, status_of
    from batch.watch.conditions import standing

    with reading(context, config) as (configuration, ledger):
        held = holds_of(ledger)
        carts = chosen_carts(configuration, merchant, None)
        clock = SystemClock(fixed=in_account_zone(configuration, now))
        merchants = chosen_merchants(configuration, merchant, carts)
        feeds, told = status_of(configuration, ledger, merchants, clock.now())
        with ledger.read() as connection:
            amiss = standing(connection, configuration, merchants, clock.now())
    if as_json:
        print_json(
            {
                "feeds": [_feed(feed) for feed in feeds],
                "carts": [cart.__dict__ for cart in told],
                "holds": [hold.__dict__ for hold in held],
                "conditions": [condition.__dict__ for condition in amiss],
            }
        )
    else:
        _show(feeds, told)
        _show_holds(held)
        if amiss:
            typer.echo()
            print_table(
                ("condition", "of", "since", "what"),
                ((each.kind, each.subject, each.since, each.text) for each in amiss),
                nothing="",
            )
    raise typer.Exit(1 if amiss else 0)


def _feed(feed: FeedStatus) -> dict[str, object]:
    return {
        "merchant": feed.key.merchant,
        "kind": feed.key.kind,
        "feed": feed.key.name,
        "last": None if feed.last is None else feed.last.name,
        "received_at": None if feed.last is None else feed.last.received_at,
        "as_of": None if feed.last is None else feed.last.as_of,
        "status": None if feed.last is None else feed.last.status,
        "files": feed.counts,
    }


def _show(feeds: list[FeedStatus], carts: list[CartStatus]) -> None:
    print_table(
        ("feed", "last file", "received", "as of", "status", "held", "quarantined"),
        (
            (
                f"{feed.key.title} ({feed.key.kind})",
                *((None,) * 4 if feed.last is None else _last(feed.last)),
                feed.counts.get("held", 0),
                feed.counts.get("quarantined", 0),
            )
            for feed in feeds
        ),
        nothing="no feeds",
        if_any=("held", "quarantined"),
    )
    typer.echo()
    print_table(
        ("cart", "last sent", "document", "ack", "last run", "behind", "open", "next sync", "reason"),
        (
            (
                f"{cart.merchant}/{cart.cart}",
                cart.last_sent or "never",
                cart.document,
                cart.ack,
                cart.last_status,
                cart.behind,
                cart.open,
                "everything" if cart.repeated else "",
                cart.reason,
            )
            for cart in carts
        ),
        nothing="no carts",
        if_any=("ack", "behind", "open", "next sync", "reason"),
    )


def _show_holds(held: list[Hold]) -> None:
    for hold in held:
        typer.echo(f"\nheld {hold.id}: {hold.subject}: {hold.reason}")
        if hold.movers:
            rows = [(mover["sku"], mover["was"], mover["now"]) for mover in hold.movers]
            print_table(("biggest movers", "was", "now"), rows, nothing="")
        typer.echo(f"  stockferry release {hold.id} lets it pass, stockferry discard {hold.id} turns it down")


def _last(file: object) -> tuple[object, ...]:
    return tuple(getattr(file, name) for name in ("name", "received_at", "as_of", "status"))
