"""`stockferry schedule`: the daemon."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from gc import set_threshold
from typing import TYPE_CHECKING, Annotated

import typer

from batch.cli.options import ConfigOption
from batch.cli.session import load
from batch.cli.signals import attended

if TYPE_CHECKING:
    from batch.config import Configuration

LAST_PORT = 65_535
NEW_OBJECTS = 100_000
"""A daemon looks for garbage after so many: what a cycle leaves behind is not to add up over many cycles."""


def schedule(
    context: typer.Context,
    config: ConfigOption = None,
    metrics: Annotated[
        str | None, typer.Option("--metrics", metavar="HOST:PORT", help="Answer Prometheus there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Log a JSON object per line.")] = False,
) -> None:
    """Runs each cart when it is due, until it is stopped."""
    from batch.clock import SystemClock
    from batch.config import doubts
    from batch.daemon.daemon import Daemon, scheduled
    from batch.errors import UsageError
    from batch.log import events

    configuration = load(context, config)
    if not scheduled(configuration):
        raise UsageError(
            'no cart has a schedule; give one to each that is to run by itself: schedule = { every = "15m" }'
        )
    journal = events(as_json=as_json)
    for sentence in doubts(configuration):
        journal.warning(sentence)
    daemon = Daemon(path=config or context.obj, clock=SystemClock(), journal=journal)

    if metrics is not None:
        host, port = _address(metrics)
        served = daemon.metrics.serve(host, port)
        journal.info(f"metrics at http://{f'[{host}]' if ':' in host else host}:{served}/metrics")

    def stop(number: int) -> None:
        if daemon.stop.is_set():
            os._exit(128 + number)  # what is at work is resumed by the next start
        daemon.stop.set()
        journal.info("stopping after the file in hand; once more stops at once")

    def reread(_: int) -> None:
        daemon.reread.set()

    acts: dict[int, Callable[[int], object]] = {signal.SIGTERM: stop, signal.SIGINT: stop}
    if hasattr(signal, "SIGHUP"):
        acts[signal.SIGHUP] = reread
    journal.info(_whom(configuration))
    set_threshold(NEW_OBJECTS)
    with attended(acts):
        daemon.run()
    journal.info("stopped")


def _whom(configuration: Configuration) -> str:
    """How many carts the daemon runs, and which it does not."""
    carts = [cart for merchant in configuration.merchants.values() for cart in merchant.carts.values()]
    others = [f"{cart.merchant}/{cart.id}" for cart in carts if cart.schedule is None]
    without = f"; without one, and left to `stockferry run`: {', '.join(others)}" if others else ""
    return f"{len(carts) - len(others)} carts by their schedules{without}"


def _address(text: str) -> tuple[str, int]:
    """`127.0.0.1:9464` as host and port."""
    from batch.errors import UsageError

    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > LAST_PORT:
        raise UsageError(f"--metrics {text}: an address and a port, such as 127.0.0.1:9464")
    return host.strip("[]"), int(port)
