"""A crash while a past day is sent again: the next run finishes it, and tells every cart everything that is true."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fuse import Blown, Fuse, fused
from history import Partner, history

from batch.clock import SystemClock
from batch.config import load
from batch.context import Context
from batch.ledger.locks import Holder
from batch.rerun.past import choose, named
from batch.rerun.rerun import send_all
from batch.runner.cycle import run_cycle
from batch.runner.resend import resend
from batch.runner.session import chosen_carts, opened

DEAD = 2**22 + 1  # no process has this number: Linux gives none above 2**22
DAY, NOON = date(2026, 11, 20), datetime(2026, 11, 20, 12, tzinfo=UTC)
Act = Callable[[Context], object]


def rerun(context: Context) -> object:
    """The whole day, to both carts."""
    with context.ledger.read() as connection:
        carts = named(connection, context.configuration, None, None)
        pasts = choose(connection, context.configuration, carts, [DAY], now=context.clock.now())
    return send_all(context, pasts, current=False, every=False)


def resend_first(context: Context) -> object:
    return resend(context, 1)


def cycle(context: Context) -> object:
    return run_cycle(context, chosen_carts(context.configuration, None, None), ["acme"])


def act(partner: Partner, what: Act, at: datetime, fuse: Fuse) -> object:
    configuration = load(partner.folder / "stockferry.toml")
    with opened(configuration, SystemClock(fixed=at)) as context:
        holder = Holder(host=socket.gethostname(), pid=DEAD, token=str(id(fuse)))
        return what(replace(fused(context, fuse), holder=holder))


@pytest.mark.parametrize("again", [rerun, resend_first], ids=["rerun", "resend"])
def test_a_crash_while_sending_again(
    tmp_path: Path, again: Act, record_property: Callable[[str, object], None]
) -> None:
    told = history(7, cycles=3)
    past = Partner(tmp_path / "past")
    past.lay_out()
    for at in range(2):
        past.lay(told.cycles[at], told.clock(at) - timedelta(minutes=5))
        act(past, cycle, told.clock(at), Fuse())
        past.take(away=True)
    whole = Fuse()
    act(past.copied(tmp_path / "whole"), again, NOON, whole)
    limits = range(1, len(whole.names) + 1, 3)
    for limit in limits:
        partner = past.copied(tmp_path / str(limit))
        with pytest.raises(Blown):
            act(partner, again, NOON, Fuse(limit))
        partner.take(away=True)
        resent = partner.taken
        partner.lay(told.cycles[2], told.clock(2) - timedelta(minutes=5))
        report = act(partner, cycle, NOON + timedelta(hours=1), Fuse())
        assert report.exit_code == 0, (limit, report)  # type: ignore[attr-defined]
        partner.take(away=True)
        if again is resend_first:  # the same names once more are what it is for; what counts is the end
            for cart, seen in resent.items():
                partner.taken[cart] = sorted(seen, key=lambda one: one[0])
        partner.judge(told.true, f"effect {limit}: {whole.names[limit - 1]}")
    record_property("crash points", len(limits))
