"""What is large is done beside the caller's own work, what is small where its result is asked for."""

from __future__ import annotations

import threading

import pytest

from batch.beside import WORTH_A_THREAD, beside


def test_what_is_large_goes_on_while_the_caller_does() -> None:
    met = threading.Barrier(2, timeout=60)

    def act() -> int:
        met.wait()
        return threading.get_ident()

    with beside(act, WORTH_A_THREAD) as result:
        met.wait()
        assert result() != threading.get_ident()


def test_what_is_small_is_done_where_it_is_asked_for_and_only_then() -> None:
    done: list[int] = []

    def act() -> int:
        done.append(threading.get_ident())
        return 7

    with beside(act, WORTH_A_THREAD - 1):
        assert not done
    with beside(act, 0) as result:
        assert (result(), done) == (7, [threading.get_ident()])


@pytest.mark.parametrize("rows", [0, WORTH_A_THREAD])
def test_its_error_is_raised_where_its_result_is_asked_for(rows: int) -> None:
    def act() -> None:
        raise OSError("the disk is full")

    with beside(act, rows) as result, pytest.raises(OSError, match="the disk is full"):
        result()


def test_it_is_over_when_the_caller_is_whatever_happened() -> None:
    done = threading.Event()
    begin = threading.Event()

    def act() -> None:
        begin.wait(60)
        done.set()

    with pytest.raises(RuntimeError, match="held"), beside(act, WORTH_A_THREAD):
        begin.set()
        raise RuntimeError("held")
    assert done.is_set()
