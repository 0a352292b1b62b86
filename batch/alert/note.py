"""Conditions on their way to people: what has turned is noted together with whom that is to be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from batch.alert.notices import Notice, concerns
from batch.config import Configuration
from batch.ledger import alerts, conditions
from batch.ledger.conditions import Key, Mark
from batch.watch.conditions import Condition


def note(
    connection: Connection, configuration: Configuration, standing: Sequence[Condition], now: datetime
) -> list[Notice]:
    """Notes what stands, the worst first; returns what has come to stand, and what does no longer, in that order.

    A route that is new is told of all that stands.
    """
    fresh = alerts.keep_only(connection, [route.name for route in configuration.alerts])
    stands: dict[Key, Condition] = {}
    for each in standing:
        stands.setdefault((each.kind, each.subject), each)
    marks = {key: Mark(merchant=each.merchant, since=each.since) for key, each in stands.items()}
    turned = conditions.turn(connection, marks, now)
    begun = {key: Notice(turn="begun", at=now, **each.__dict__) for key, each in stands.items()}
    turns = [*(notice for key, notice in begun.items() if key in turned.raised), *_over(turned.cleared, now)]
    for route in configuration.alerts:
        told = begun.values() if route.name in fresh else turns
        concerning = [notice for notice in told if concerns(route, notice.merchant, notice.kind)]
        alerts.add(connection, [{"route": route.name, **asdict(notice)} for notice in concerning])
    return turns


def _over(cleared: Mapping[Key, Mark], now: datetime) -> Iterator[Notice]:
    for (kind, subject), mark in sorted(cleared.items()):
        yield Notice(
            turn="over",
            kind=kind,  # type: ignore[arg-type]  # text in the ledger
            subject=subject,
            merchant=mark.merchant,
            text="",
            since=mark.since,
            at=now,
        )
