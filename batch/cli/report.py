"""`stockferry report`: a day on one page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from batch.cli.options import ConfigOption, MerchantOption, NowOption, day
from batch.cli.session import in_account_zone, reading


def report(
    context: typer.Context,
    on: Annotated[
        date, typer.Option("--date", metavar="D", parser=day, help="The day, in the account's time zone.")
    ],
    config: ConfigOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="The page; default: report-D.html beside the configuration."
        ),
    ] = None,
    merchant: MerchantOption = None,
    now: NowOption = None,
) -> None:
    """Writes one HTML page about a day: what came in, what was sent, what was refused and why, and how stock moved."""
    from batch.clock import SystemClock
    from batch.errors import UsageError
    from batch.report.gather import gather, scope_of
    from batch.report.page import render
    from batch.runner.session import chosen_carts
    from batch.store.files import save

    if out is not None and out.is_dir():
        raise UsageError(f"--out {out}: a folder; give the name of a file in it")
    with reading(context, config) as (configuration, ledger):
        chosen_carts(configuration, merchant, None)
        merchants = list(configuration.merchants) if merchant is None else [merchant]
        clock = SystemClock(fixed=in_account_zone(configuration, now))
        page = render(gather(scope_of(configuration, merchant, merchants, on, clock.now()), ledger))
    path = out or configuration.folder / f"report-{on}.html"
    save(path, page.encode("utf-8", "replace"))
    typer.echo(path)
