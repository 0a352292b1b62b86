"""`stockferry run`: one cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from batch.cli.options import CartOption, ConfigOption, JsonOption, MerchantOption, NowOption
from batch.cli.output import BUCKETS_OFTEN_EMPTY, named, print_json, print_table
from batch.cli.session import count_oversold, load, working

if TYPE_CHECKING:
    from batch.runner.cycle import Report


def run(
    context: typer.Context,
    config: ConfigOption = None,
    merchant: MerchantOption = None,
    cart: CartOption = None,
    now: NowOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done; change nothing, here or anywhere.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until no other run is at work, instead of ending with 3.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """One cycle: resume, receive, reconcile, advise, deliver."""
    from batch.runner.cycle import run_cycle
    from batch.runner.session import LEDGER, chosen_carts, chosen_merchants

    configuration = load(context, config)
    carts = chosen_carts(configuration, merchant, cart)
    merchants = chosen_merchants(configuration, merchant, carts)
    if not (configuration.state / LEDGER).exists():
        typer.echo(
            f"no ledger in {configuration.state} yet: carts get everything, numbers begin at 1", err=True
        )
    with working(configuration, now=now, dry_run=dry_run) as work:
        report = run_cycle(work, carts, merchants, wait=wait)
        count_oversold(work)
    print_json(as_object(report)) if as_json else show(report)
    for message in (*troubles(report), *still_held(report)):
        typer.echo(message, err=True)
    raise typer.Exit(report.exit_code)


def as_object(report: Report) -> dict[str, object]:
    """The report as `run --json` prints it."""
    return {
        "now": report.now,
        "dry_run": report.dry_run,
        "files": files_as_objects(report),
        "carts": [
            {
                "merchant": cart.merchant,
                "cart": cart.cart,
                "status": cart.status,
                "lines": cart.lines,
                "document": cart.document,
                "documents": cart.documents,
                "run": cart.run,
                "complete": cart.complete,
                "reason": cart.reason,
                "hold": cart.hold,
            }
            for cart in report.carts
        ],
        "problems": [{"where": problem.where, "message": problem.message} for problem in report.problems],
        "unacknowledged": list(report.unacknowledged),
    }


def files_as_objects(report: Report) -> list[dict[str, object]]:
    """The files of a report as JSON has them."""
    return [
        {
            "merchant": file.feed.merchant,
            "feed": file.feed.name,
            "name": file.entry.name,
            "status": file.status,
            **file.counts.__dict__,
            "reason": file.reason,
            "hold": file.hold,
            "warnings": list(file.warnings),
        }
        for file in report.files
    ]


def show_files(report: Report, *, nothing: str = "no new files") -> None:
    """The files of a report as a table."""
    print_table(
        ("feed", "file", "status", "rows", "applied", "older", "duplicate", "ignored", "rejected"),
        (
            (file.feed.title, file.entry.name, file.status, *file.counts.__dict__.values())
            for file in report.files
        ),
        nothing=nothing,
        if_any=BUCKETS_OFTEN_EMPTY,
    )


def show(report: Report) -> None:
    """The report as tables."""
    show_files(report)
    typer.echo()
    print_table(
        ("cart", "status", "what", "lines", "document", "run"),
        (
            (
                f"{cart.merchant}/{cart.cart}",
                "would be sent" if report.dry_run and cart.status == "sent" else cart.status,
                ("full" if cart.complete else "delta") if cart.document else "",
                cart.lines if cart.document else "",
                named(cart.document, cart.documents),
                cart.run,
            )
            for cart in report.carts
        ),
        nothing="no carts",
    )


def troubles(report: Report) -> list[str]:
    """A sentence for everything that did not go as it should."""
    from batch.runner.cycle import TROUBLE

    files = [
        f"feed {file.feed.title}: {file.entry.name} is {file.status}: {file.reason}{_decide(file.hold, dry_run=report.dry_run)}"
        for file in report.files
        if file.status in TROUBLE
    ]
    warnings = [
        f"feed {file.feed.title}: {file.entry.name}: {warning}"
        for file in report.files
        for warning in file.warnings
    ]
    rejects = [
        f"feed {file.feed.title}: {file.entry.name}: rows rejected: {file.counts.rejected}; "
        "`stockferry rejects` lists them"
        for file in report.files
        if file.counts.rejected and file.status == "applied"
    ]
    carts = [cart.reason for cart in report.carts if cart.status == "failed"]
    carts += [
        f"cart {cart.merchant}/{cart.cart}: its output is held: {cart.reason}{_decide(cart.hold, dry_run=report.dry_run)}"
        for cart in report.carts
        if cart.status == "held"
    ]
    problems = [f"{problem.where}: {problem.message}" for problem in report.problems]
    return [*problems, *files, *warnings, *rejects, *carts, *report.unacknowledged]


def still_held(report: Report) -> list[str]:
    """What earlier runs have held, and nobody has decided about."""
    return [
        f"{hold.subject} is still held: {hold.reason}{_decide(hold.id)}"
        for hold in report.holds
        if hold.file is not None
    ]


def _decide(hold: int | None, *, dry_run: bool = False) -> str:
    if hold is None or dry_run:
        return ""
    return f"; `stockferry release {hold}` lets it pass, `stockferry discard {hold}` turns it down"
