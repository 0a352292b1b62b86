"""`stockferry schedule`: the daemon."""

from __future__ import annotations

import os
import signal
import types

import typer

from batch.cli.options import ConfigOption
from batch.cli.session import load


def schedule(context: typer.Context, config: ConfigOption = None) -> None:
    """Runs each cart when it is due, until it is stopped."""
    from batch.clock import SystemClock
    from batch.config import doubts
    from batch.daemon.daemon import Daemon, scheduled
    from batch.errors import UsageError
    from batch.log import warn

    configuration = load(context, config)
    if not scheduled(configuration):
        raise UsageError(
            'no cart has a schedule; give one to each that is to run by itself: schedule = { every = "15m" }'
        )
    for sentence in doubts(configuration):
        warn(sentence)
    daemon = Daemon(path=config or context.obj, clock=SystemClock(), say=_say, warn=warn)

    def stop(number: int, _frame: types.FrameType | None) -> None:
        if daemon.stop.is_set():
            os._exit(128 + number)  # what is at work is resumed by the next start
        _say("stopping after the file in hand; once more stops at once")
        daemon.stop.set()

    def reread(_number: int, _frame: types.FrameType | None) -> None:
        daemon.reread.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, reread)
    _say(f"{len(scheduled(configuration))} carts by their schedules")
    daemon.run()
    _say("stopped")


def _say(line: str) -> None:
    typer.echo(line)
