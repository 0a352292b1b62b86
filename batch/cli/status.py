"""`stockferry status`: one screen on where everything stands."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from batch.cli.options import ConfigOption, JsonOption, MerchantOption, NowOption
from batch.cli.output import ago, print_json, print_table
from batch.cli.session import in_account_zone, reading

if TYPE_CHECKING:
    from batch.runner.status import CartStatus, FeedStatus, Status


def status(
    context: typer.Context,
    config: ConfigOption = None,
    merchant: MerchantOption = None,
    now: NowOption = None,
    watch: Annotated[
        int | None,
        typer.Option("--watch", min=1, metavar="S", help="Show it anew every so many seconds, until Ctrl-C."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What is not as it should be, every feed with its last file, every cart with its last sync. Exit code 1: something is amiss."""
    from batch.clock import SystemClock
    from batch.log import warn
    from batch.runner.session import chosen_carts, chosen_merchants
    from batch.runner.status import status_of
    from batch.watch.oversold import recount

    with reading(context, config) as (configuration, ledger):
        clock = SystemClock(fixed=in_account_zone(configuration, now))
        carts = chosen_carts(configuration, merchant, None)
        merchants = chosen_merchants(configuration, merchant, carts)
        while True:
            for problem in recount(ledger, configuration, clock.now()):
                warn(problem)
            found = status_of(configuration, ledger, merchants, clock.now())
            if watch and sys.stdout.isatty():
                _clear()
            if as_json:
                print_json(_as_json(found))
            else:
                _show(found)
            if not watch:
                break
            sys.stdout.flush()
            clock.sleep(watch)
    raise typer.Exit(1 if found.conditions else 0)


def _clear() -> None:
    from rich.console import Console

    Console().clear()


def _as_json(found: Status) -> dict[str, object]:
    return {
        "conditions": [condition.__dict__ for condition in found.conditions],
        "feeds": [_feed(feed) for feed in found.feeds],
        "carts": [cart.__dict__ for cart in found.carts],
        "holds": [hold.__dict__ for hold in found.holds],
    }


def _feed(feed: FeedStatus) -> dict[str, object]:
    last = {
        name: None if feed.last is None else getattr(feed.last, column)
        for name, column in (
            ("last", "name"),
            ("received_at", "received_at"),
            ("as_of", "as_of"),
            ("status", "status"),
        )
    }
    key = {"merchant": feed.key.merchant, "kind": feed.key.kind, "feed": feed.key.name}
    return {**key, **last, "files": feed.counts}


def _show(found: Status) -> None:
    """The worst comes first."""
    if found.conditions:
        print_table(
            ("condition", "of", "since", "what"),
            ((each.kind, each.subject, each.since, each.text) for each in found.conditions),
            nothing="",
        )
        typer.echo()
    _show_movers(found)
    print_table(
        ("feed", "last file", "received", "ago", "as of", "status", "held", "quarantined"),
        (_feed_row(feed, found.now) for feed in found.feeds),
        nothing="no feeds",
        if_any=("held", "quarantined"),
    )
    typer.echo()
    print_table(
        (
            "cart",
            "last sent",
            "ago",
            "lines",
            "document",
            "ack",
            "last run",
            "behind",
            "open",
            "next",
            "note",
        ),
        (_cart_row(cart, found.now) for cart in found.carts),
        nothing="no carts",
        if_any=("ack", "behind", "open", "next", "note"),
    )


def _feed_row(feed: FeedStatus, now: datetime) -> tuple[object, ...]:
    last = feed.last
    seen = (
        (None,) * 5
        if last is None
        else (last.name, last.received_at, ago(last.received_at, now), last.as_of, last.status)
    )
    counts = (feed.counts.get("held", 0), feed.counts.get("quarantined", 0))
    return (f"{feed.key.title} ({feed.key.kind})", *seen, *counts)


def _cart_row(cart: CartStatus, now: datetime) -> tuple[object, ...]:
    return (
        f"{cart.merchant}/{cart.cart}",
        cart.last_sent or "never",
        None if cart.last_sent is None else ago(cart.last_sent, now),
        cart.lines,
        cart.document,
        cart.ack,
        cart.last_status,
        cart.behind,
        cart.open,
        cart.next,
        "; ".join(filter(None, (cart.reason, "its next sync is everything" if cart.repeated else ""))),
    )


def _show_movers(found: Status) -> None:
    for hold in found.holds:
        if hold.movers:
            rows = [(mover["sku"], mover["was"], mover["now"]) for mover in hold.movers]
            typer.echo(f"held {hold.id}: {hold.subject}")
            print_table(("biggest movers", "was", "now"), rows, nothing="")
            typer.echo()
