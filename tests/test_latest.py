"""What was asked for last is kept, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from batch.latest import Latest


def test_the_same_question_is_answered_once() -> None:
    asked: list[str] = []
    latest: Latest[str, int] = Latest()
    answers = [latest.get(key, lambda key=key: asked.append(key) or len(asked)) for key in "aabba"]
    assert asked == ["a", "b", "a"]
    assert answers == [1, 1, 2, 2, 3]


def test_nothing_is_kept_of_a_failure() -> None:
    latest: Latest[str, int] = Latest()
    latest.get("a", lambda: 1)
    with pytest.raises(ZeroDivisionError):
        latest.get("b", lambda: 1 // 0)
    assert latest.get("a", lambda: 2) == 2


def test_threads_that_ask_the_same_have_it_made_once() -> None:
    made: list[str] = []
    begun, other_asks = Event(), Event()
    latest: Latest[str, int] = Latest()

    def make() -> int:
        begun.set()
        other_asks.wait(60)
        made.append("a")
        return len(made)

    def ask_too() -> int:
        begun.wait(60)
        other_asks.set()
        return latest.get("a", make)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(latest.get, "a", make), pool.submit(ask_too)
        assert (first.result(), second.result()) == (1, 1)
    assert made == ["a"]
