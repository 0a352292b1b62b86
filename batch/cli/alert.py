"""`stockferry alert`: tells people what is not as it should be."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from batch.cli.options import ConfigOption, JsonOption
from batch.cli.output import print_json, print_table
from batch.cli.session import reading


def alert(
    context: typer.Context,
    config: ConfigOption = None,
    test: Annotated[
        bool,
        typer.Option("--test", help="Send every route, or the one named, a message that says it is a test."),
    ] = False,
    route: Annotated[str | None, typer.Option("--route", metavar="NAME", help="Only this route.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tells the alert routes what has come to be amiss, and what is no longer. The daemon does so by itself; this is for cron."""
    from batch.alert.note import note
    from batch.alert.tell import Teller
    from batch.clock import SystemClock
    from batch.errors import UsageError
    from batch.ledger.locks import this_process
    from batch.log import warn
    from batch.watch.conditions import standing
    from batch.watch.oversold import recount

    clock = SystemClock()
    with reading(context, config) as (configuration, ledger):
        known = [each.name for each in configuration.alerts]
        if not known:
            raise UsageError(
                "no route is configured; add [[alerts]] with a name and urls_env, urls_file or command"
            )
        if route is not None and route not in known:
            raise UsageError(f"no route {route!r}; known: {', '.join(known)}")
        if route is not None and not test:
            raise UsageError("--route goes with --test; without it every route is told what concerns it")
        teller = Teller(
            ledger=ledger, configuration=configuration, clock=clock, holder=this_process(), environ=os.environ
        )
        if test:
            chosen = [each for each in configuration.alerts if route in (None, each.name)]
            outcomes = [teller.try_out(each) for each in chosen]
        else:
            for problem in recount(ledger, configuration, clock.wall()):
                warn(problem)
            with ledger.write() as connection:
                found = standing(connection, configuration, list(configuration.merchants), clock.wall())
                note(connection, configuration, found, clock.wall())
            outcomes = teller.tell()
    if as_json:
        print_json([outcome.__dict__ for outcome in outcomes])
    else:
        print_table(
            ("route", "conditions", "result"),
            ((each.route, each.conditions, each.problem or "told") for each in outcomes),
            nothing="nothing new to tell",
            if_any=("conditions",),
        )
    raise typer.Exit(1 if any(each.problem for each in outcomes) else 0)
