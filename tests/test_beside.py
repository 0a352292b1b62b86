"""What is large is done beside the caller's own work, what is small where its result is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from batch.beside import AHEAD, WORTH_A_THREAD, ahead, beside, left_behind


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


def many(_: int) -> int:
    return WORTH_A_THREAD


def nothing(_: int) -> None:
    pass


def test_while_the_caller_is_at_a_large_item_the_next_one_is_made() -> None:
    met = threading.Barrier(2, timeout=60)
    made: list[int] = []

    def items() -> Iterator[int]:
        yield 1
        met.wait()
        made.append(threading.get_ident())
        yield 2

    readied: list[int] = []
    seen = []
    with ahead(items(), many, readied.append) as walk:
        for item in walk:
            seen.append(item)
            if item == 1:
                met.wait()
    assert (seen, readied) == ([1, 2], [2])
    assert made != [threading.get_ident()]


def test_of_small_items_the_next_is_made_when_the_caller_asks_for_it() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for item in (1, 2, 3):
            made.append(item)
            yield item

    readied: list[int] = []
    with ahead(items(), lambda _: WORTH_A_THREAD - 1, readied.append) as walk:
        assert [(item, list(made)) for item in walk] == [(1, [1]), (2, [1, 2]), (3, [1, 2, 3])]
    assert not readied


def test_an_item_that_cannot_be_made_is_an_error_once_the_caller_has_done_with_the_one_before() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("the remote is gone")

    with ahead(items(), many, nothing) as walk:
        assert next(walk) == 1
        with pytest.raises(OSError, match="the remote is gone"):
            next(walk)


def test_nothing_goes_on_ahead_of_a_caller_that_has_left() -> None:
    begin, done = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        yield 1
        begin.wait(60)
        done.set()
        yield 2

    with pytest.raises(RuntimeError, match="busy"), ahead(items(), many, nothing) as walk:
        assert next(walk) == 1
        begin.set()
        raise RuntimeError("busy")
    assert done.is_set()
    assert not left_behind()


@pytest.mark.parametrize("signal", [SystemExit(143), KeyboardInterrupt()])
def test_a_process_that_is_stopped_does_not_wait_for_what_goes_on_ahead(signal: BaseException) -> None:
    end, over = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        yield 1
        end.wait(60)
        over.set()

    with pytest.raises(type(signal)), ahead(items(), many, nothing) as walk:
        assert next(walk) == 1
        raise signal
    assert left_behind()
    assert not over.is_set()
    end.set()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.name == AHEAD:
            thread.join()
    assert over.is_set()
    assert not left_behind()
