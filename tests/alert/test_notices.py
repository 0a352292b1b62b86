"""Who is told what, and when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.alert.message import message, without
from batch.alert.notices import Notice, concerns, gathered, is_due, is_quiet
from batch.config import Route
from batch.watch.kinds import KINDS

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def route(**settings: Any) -> Route:
    return Route(name="ops", command=("page",), **settings)


def notice(
    turn: Any = "begun", kind: Any = "failed", subject: str = "cart acme/front", at: int = 0
) -> Notice:
    return Notice(
        turn=turn,
        kind=kind,
        subject=subject,
        merchant="acme",
        text="it is so" if turn == "begun" else "",
        since=NOON,
        at=NOON + at * MINUTE,
    )


@pytest.mark.parametrize(
    ("settings", "merchant", "kind", "told"),
    [
        ({}, "acme", "late", True),
        ({}, None, "late", True),
        ({"merchants": ("acme",)}, "acme", "late", True),
        ({"merchants": ("acme",)}, "globex", "late", False),
        ({"merchants": ("acme",)}, None, "late", False),  # the account's: it may speak of others
        ({"kinds": ("failed",)}, "acme", "late", False),
    ],
)
def test_a_route_is_told_of_its_merchants_and_kinds_alone(
    settings: dict[str, Any], merchant: str | None, kind: Any, told: bool
) -> None:
    assert concerns(route(**settings), merchant, kind) is told


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("21:59", False), ("22:00", True), ("03:00", True), ("06:59", True), ("07:00", False)],
)
def test_quiet_hours_go_over_midnight_in_the_routes_zone(clock: str, quiet: bool) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    moment = datetime.combine(NOON.date(), time.fromisoformat(clock), tzinfo=zone)
    assert is_quiet(route(quiet=("22:00-07:00",), timezone=zone), moment) is quiet


@pytest.mark.parametrize(
    ("told", "tried", "due"),
    [
        (None, None, True),
        (4, 4, False),  # the digest gathers
        (5, 5, True),
        (9, 4, False),  # the last attempt, four minutes ago, reached nobody
        (9, 5, True),
        (None, 1, False),
        (-1, -1, True),  # a clock that was ahead
    ],
)
def test_a_route_is_due_after_its_digest_and_some_time_after_a_failure(
    told: int | None, tried: int | None, due: bool
) -> None:
    ago = {None: None, **{minutes: NOON - minutes * MINUTE for minutes in range(-1, 10)}}
    assert is_due(route(digest="5m"), told_at=ago[told], tried_at=ago[tried], now=NOON) is due


def test_what_came_and_went_is_one_line_and_the_worst_comes_first() -> None:
    told = gathered(
        [
            notice("over", "late", "feed acme/main"),
            notice("begun", "held", "file 3"),
            notice("begun", "failed"),
            notice("begun", "unchanged", "feed acme/old"),
            notice("over", "unchanged", "feed acme/old", at=9),
        ]
    )
    assert [(each.last.kind, each.last.turn, each.passed) for each in told] == [
        ("failed", "begun", False),
        ("held", "begun", False),
        ("unchanged", "over", True),
        ("late", "over", False),
    ]


def test_the_words_of_a_message() -> None:
    text = message(
        "Northwind",
        [notice(), notice("over", "late", "feed acme/main", at=30)],
        zone=ZoneInfo("Europe/Berlin"),
        secrets=(),
    )
    assert text.title == "Northwind: 1 begun (failed); 1 over (late)"
    assert text.body.split("\n\n") == [
        "cart acme/front is failed since 2026-11-20 13:00 CET:\nit is so",
        "feed acme/main is late no longer, since 2026-11-20 13:30 CET",
    ]
    assert message("N", [notice()], zone=ZoneInfo("UTC"), secrets=()).title == "N: cart acme/front is failed"


def test_a_flood_is_cut_and_counted() -> None:
    flood = [notice(subject=f"cart acme/{number}") for number in range(1000)]
    body = message("N", flood, zone=ZoneInfo("UTC"), secrets=()).body
    assert body.endswith("and 960 more; `stockferry status` shows what stands")
    assert len(body) < 5000


@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS[:3]), st.sampled_from("abc"), st.sampled_from(["begun", "over"])),
        max_size=20,
    )
)
def test_every_condition_is_told_once_with_its_latest_turn(turns: list[tuple[Any, str, Any]]) -> None:
    notices = [notice(turn, kind, subject, at) for at, (kind, subject, turn) in enumerate(turns)]
    told = gathered(notices)
    latest = {(each.kind, each.subject): each for each in notices}
    assert {(each.last.kind, each.last.subject): each.last for each in told} == latest
    assert len(told) == len(latest)


@given(
    secrets=st.lists(st.text("abc*x", min_size=4, max_size=8), max_size=4),
    pieces=st.lists(st.text("xyz ", max_size=5), max_size=6),
)
def test_no_secret_is_left_in_a_text(secrets: list[str], pieces: list[str]) -> None:
    text = "".join(piece + secret for piece, secret in zip(pieces, secrets, strict=False))
    clean = without(secrets, text)
    assert not any(secret in clean for secret in secrets if "*" not in secret)
