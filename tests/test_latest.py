"""What was asked for last is kept, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

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
    threads, asked = 8, []
    latest: Latest[str, int] = Latest()
    together = Barrier(threads)

    def ask(_: int) -> int:
        together.wait()
        return latest.get("a", lambda: asked.append("a") or 7)

    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(ask, range(threads))) == [7] * threads
    assert asked == ["a"]
