"""`stockferry rerun`: past days, rebuilt from what was received by then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from batch.cli.options import CartOption, ConfigOption, JsonOption, MerchantOption, NowOption, day, instant
from batch.cli.output import print_json, print_table
from batch.cli.session import in_account_zone, load, working

if TYPE_CHECKING:
    from batch.config import Configuration
    from batch.deliver.sync import CartOutcome
    from batch.rerun.rerun import Rebuilt, Rerun

FOLDER = "rerun"
MOST_SHOWN = 20


def rerun(
    context: typer.Context,
    config: ConfigOption = None,
    on: Annotated[
        date | None,
        typer.Option("--date", metavar="D", parser=day, help="The day, in each cart's time zone."),
    ] = None,
    first: Annotated[
        date | None, typer.Option("--from", metavar="D", parser=day, help="The first of several days.")
    ] = None,
    last: Annotated[
        date | None, typer.Option("--to", metavar="D", parser=day, help="The last of several days.")
    ] = None,
    merchant: MerchantOption = None,
    cart: CartOption = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at", metavar="T", parser=instant, help="As it was known then, ISO 8601, whatever ran."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Where the documents go; default: rerun beside the configuration."
        ),
    ] = None,
    current: Annotated[
        bool, typer.Option("--current-config", help="With today's configuration instead of that of each run.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--reread", help="Read the archived files once more, as this release reads them.")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="Send them again, with new control numbers.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before sending.")] = False,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rebuilds what carts were told on a day, says what differs, and sends it again if wanted."""
    from batch.rerun.past import choose, named
    from batch.rerun.rerun import rerun as rebuild
    from batch.rerun.rerun import send_all
    from batch.runner.session import split_cart

    configuration = load(context, config)
    at = in_account_zone(configuration, at)
    days = days_of(configuration, on, first, last, at)
    merchant, cart = split_cart(merchant, cart)
    outcomes: list[CartOutcome] = []
    with working(configuration, now=now, dry_run=False) as work:
        with work.ledger.read() as connection:
            carts = named(connection, configuration, merchant, cart)
            pasts = choose(connection, configuration, carts, days, at=at, now=work.clock.now())
        found = rebuild(work, pasts, out or configuration.folder / FOLDER, current=current, every=every)
        if not as_json:
            show(found)
        for sentence in found.failed:
            typer.echo(sentence, err=True)
        if send and found.sendable and confirmed(found, yes=yes):
            outcomes = send_all(work, found.sendable, current=current, every=every)
    if as_json:
        print_json(as_object(found, outcomes))
    elif outcomes:
        show_sent(outcomes)
    if failures(outcomes) or found.failed or (send and not outcomes):
        raise typer.Exit(1)


def failures(outcomes: Sequence[CartOutcome]) -> int:
    """How many carts it could not be sent to; says why."""
    reasons = [outcome.reason for outcome in outcomes if outcome.status == "failed"]
    for reason in reasons:
        typer.echo(reason, err=True)
    return len(reasons)


def days_of(
    configuration: Configuration, on: date | None, first: date | None, last: date | None, at: datetime | None
) -> Sequence[date]:
    """The days that the command line means, in order.

    Raises:
        UsageError: it names none, or contradicts itself.
    """
    from batch.errors import UsageError

    if at is not None and (first or last):
        raise UsageError("--at is one instant: it goes with --date, or alone")
    if on is not None and (first or last):
        raise UsageError("--date is one day, --from and --to are several: give one or the other")
    if on is None and first is None and last is None:
        if at is None:
            raise UsageError("which day? --date D, or --from D --to D, or --at T")
        on = at.astimezone(configuration.account.timezone).date()
    if on is not None:
        return [on]
    if first is None or last is None or last < first:
        raise UsageError("several days are --from D --to D, the first not after the last")
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def confirmed(found: Rerun, *, yes: bool) -> bool:
    """Whether a person wants it sent."""
    carts = sorted({f"{past.merchant}/{past.cart}" for past in found.sendable})
    typer.echo(
        f"To be sent again: {len(found.sendable)} past syncs to {', '.join(carts)}. Each of them takes the place of what the "
        "cart has been told since; its next sync tells it everything.",
        err=True,
    )
    if yes or typer.confirm("Send?", err=True):
        return True
    typer.echo("nothing was sent", err=True)
    return False


def as_object(found: Rerun, outcomes: Sequence[CartOutcome]) -> dict[str, object]:
    """The rerun as `rerun --json` prints it."""
    return {
        "documents": [
            {
                "merchant": each.past.merchant,
                "cart": each.past.cart,
                "run": each.past.run,
                "at": each.past.at,
                "document": each.name,
                "path": str(each.path) if each.path else None,
                "verdict": each.verdict,
                "why": list(each.why),
                "changed": [
                    {"sku": row["sku"], "was": _number(row["was"]), "now": _number(row["now"])}
                    for row in each.changed.to_dict("records")
                ],
            }
            for each in found.documents
        ],
        "failed": list(found.failed),
        "sent": [
            {
                "merchant": each.merchant,
                "cart": each.cart,
                "status": each.status,
                "run": each.run,
                "document": each.document,
                "documents": each.documents,
                "reason": each.reason,
            }
            for each in outcomes
        ],
    }


def show(found: Rerun) -> None:
    """A line per document, and a table of the SKUs of each that differs."""
    print_table(
        ("cart", "run", "clock", "document", "verdict", "changed since", "written to"),
        (
            (
                f"{each.past.merchant}/{each.past.cart}",
                each.past.run,
                each.past.at,
                each.name,
                each.verdict,
                " and ".join(each.why),
                shown(each.path),
            )
            for each in found.documents
        ),
        nothing="nothing to rebuild",
        if_any=("changed since", "run"),
    )
    for each in found.documents:
        show_changed(each)


def shown(path: Path | None) -> str:
    """Where a document was written, as seen from here."""
    if path is None:
        return "nothing would be told in its place"
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def show_changed(document: Rebuilt) -> None:
    """Which SKUs are told otherwise."""
    if document.verdict != "differs":
        return
    typer.echo()
    if not len(document.changed):
        said = "the same quantities, in other bytes" if document.readable else "its documents name no SKUs"
        typer.echo(f"{document.name}: {said}")
        return
    typer.echo(f"{document.name}: SKUs that are told otherwise: {len(document.changed)}")
    rows = document.changed.head(MOST_SHOWN).to_dict("records")
    print_table(
        ("SKU", "was", "now"),
        ((row["sku"], *(_told(row[side]) for side in ("was", "now"))) for row in rows),
        nothing="",
    )
    if len(document.changed) > MOST_SHOWN:
        typer.echo(f"and {len(document.changed) - MOST_SHOWN} more; --json lists all")


def show_sent(outcomes: Sequence[CartOutcome]) -> None:
    """What became of it."""
    typer.echo()
    print_table(
        ("cart", "status", "lines", "document", "run"),
        (
            (f"{each.merchant}/{each.cart}", each.status, each.lines, each.document, each.run)
            for each in outcomes
        ),
        nothing="nothing was sent",
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _told(value: object) -> object:
    return value if isinstance(value, int) else "not told"
