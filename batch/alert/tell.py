"""Tells routes what they have not been told yet.

A message that was sent, and could not be noted as sent, is sent once more: told twice is better than not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from batch.alert.channels import by_apprise, by_command
from batch.alert.message import Message, message, trial, without
from batch.alert.notices import Notice, is_due
from batch.alert.secrets import addresses, secrets_of
from batch.clock import Clock
from batch.config import Configuration, Route
from batch.context import never
from batch.errors import AlertFailed
from batch.ledger import alerts, locks
from batch.ledger.engine import Ledger
from batch.ledger.locks import Holder

LOCK = "alerts"
FIELDS = tuple(Notice.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of telling a route. `conditions`: how many it was told of; `problem`: empty if it was."""

    route: str
    conditions: int
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Teller:
    """`environ`: where the secrets are that the configuration names. `stopping`: whether no further route is to be begun."""

    ledger: Ledger
    configuration: Configuration
    clock: Clock
    holder: Holder
    environ: Mapping[str, str]
    stopping: Callable[[], bool] = never

    def tell(self) -> list[Outcome]:
        """Tells every route that is due what it has not been told yet.

        Raises:
            Busy: another process is telling.
        """
        now = self.clock.wall()
        with self.ledger.read() as connection:
            known, waiting = alerts.known(connection), alerts.waiting(connection)
        due = [
            route
            for route in self.configuration.alerts
            if (row := known.get(route.name)) is not None
            and route.name in waiting
            and is_due(route, told_at=row.told_at, tried_at=row.tried_at, now=now)
        ]
        if not due:
            return []
        with locks.hold(self.ledger, [LOCK], self.holder, self.clock):
            outcomes = [self._tell(route, now) for route in due if not self.stopping()]
        return [outcome for outcome in outcomes if outcome is not None]

    def try_out(self, route: Route) -> Outcome:
        """Sends a route a message that says that it is a test."""
        text = trial(self.configuration.account.name, route.name, self.clock.wall(), route.timezone)
        return Outcome(route=route.name, conditions=0, problem=self._send(route, text, [])[1])

    def _tell(self, route: Route, now: datetime) -> Outcome | None:
        """None if another process has told it everything meanwhile."""
        with self.ledger.write() as connection:
            rows = alerts.pending(connection, route.name)
            if not rows:
                return None
            alerts.tried(connection, route.name, now)
        notices = [Notice(**{name: row._mapping[name] for name in FIELDS}) for row in rows]
        secrets = secrets_of(self.configuration, self.environ)
        text = message(self.configuration.account.name, notices, zone=route.timezone, secrets=secrets)
        reached, problem = self._send(route, text, [_detail(notice, secrets) for notice in notices])
        if reached:
            with self.ledger.write() as connection:
                alerts.told(connection, route.name, rows[-1].id, now)
        count = len({(notice.kind, notice.subject) for notice in notices})
        return Outcome(route=route.name, conditions=count, problem=problem)

    def _send(self, route: Route, text: Message, details: object) -> tuple[bool, str]:
        """Whether it reached anybody, and what stood in the way, without secrets."""
        base, secrets = self.configuration.folder, secrets_of(self.configuration, self.environ)
        try:
            if route.command:
                by_command(route.command, text, details, folder=base, secrets=secrets)
                return True, ""
            return True, by_apprise(addresses(route, base=base, environ=self.environ), text)
        except AlertFailed as error:
            return False, without(secrets, str(error))


def _detail(notice: Notice, secrets: frozenset[str]) -> dict[str, str | None]:
    """As the command of a route is told it."""
    instants = {"since": notice.since.isoformat(), "at": notice.at.isoformat()}
    return {**asdict(notice), **instants, "text": without(secrets, notice.text)}
