"""The words of an alert. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from batch.alert.notices import Notice, Told, gathered, standing_only

MOST = 40
"""So many conditions are told of in one message; the others are counted."""
SHORTEST = 4
"""A secret of fewer characters is not looked for: it would be found everywhere."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A line, and text of as many lines as it takes. `mood`: bad news, good news or neither, as services colour it."""

    title: str
    body: str
    mood: Literal["failure", "success", "info"] = "info"


def message(account: str, notices: Iterable[Notice], *, zone: ZoneInfo, secrets: Collection[str]) -> Message:
    """What a route is told; times in its zone, and none of the secrets."""
    told = gathered(notices)
    lines = [_line(each, zone) for each in told[:MOST]]
    if len(told) > MOST:
        lines.append(f"and {len(told) - MOST} more; `stockferry status` shows what stands")
    return Message(
        title=without(secrets, f"{account}: {_summary(told)}"),
        body=without(secrets, "\n\n".join(lines)),
        mood="failure" if standing_only(told) else "success",
    )


def trial(account: str, route: str, at: datetime, zone: ZoneInfo) -> Message:
    """What tries a route out."""
    when = at.astimezone(zone)
    return Message(
        title=f"{account}: a test",
        body=f"`stockferry alert --test` at {when:%Y-%m-%d %H:%M %Z}: the route {route} works. Nothing is amiss by this.",
    )


def without(secrets: Collection[str], text: str) -> str:
    """The text with every secret blotted out, the longest first: one may contain another."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, "***")
    return text


def _summary(told: Sequence[Told]) -> str:
    standing = standing_only(told)
    if len(told) == 1:
        last = told[0].last
        return f"{last.subject} is {last.kind}" + ("" if standing else " no longer")
    over = [each for each in told if each.last.turn == "over"]
    parts = ((standing, "begun"), (over, "over"))
    return "; ".join(f"{len(those)} {what} ({_kinds(those)})" for those, what in parts if those)


def _kinds(told: Sequence[Told]) -> str:
    return ", ".join(dict.fromkeys(each.last.kind for each in told))


def _line(told: Told, zone: ZoneInfo) -> str:
    notice = told.last
    since, until = (f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}" for at in (notice.since, notice.at))
    if notice.turn == "begun":
        return f"{notice.subject} is {notice.kind} since {since}:\n{notice.text}"
    if told.passed:
        return f"{notice.subject} was {notice.kind} from {since} until {until}: it is no longer"
    return f"{notice.subject} is {notice.kind} no longer, since {until}"
