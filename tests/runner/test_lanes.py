"""Lanes: order within, side by side between, nothing lost."""

from __future__ import annotations

import threading

import pytest

from batch.runner.lanes import Lanes, result


def test_work_of_one_lane_is_done_in_order_and_never_at_once() -> None:
    done: list[int] = []
    busy = threading.Lock()

    def act(number: int) -> int:
        assert busy.acquire(blocking=False)
        done.append(number)
        busy.release()
        return number

    with Lanes(4) as lanes:
        futures = [lanes.submit("one", lambda number=number: act(number)) for number in range(200)]
        assert [future.result() for future in futures] == list(range(200))
    assert done == list(range(200))


def test_a_slow_lane_holds_up_itself_alone() -> None:
    gate = threading.Event()
    with Lanes(2) as lanes:
        slow = [lanes.submit("slow", lambda: gate.wait(10)) for _ in range(5)]
        assert [lanes.submit(f"lane {n}", lambda: "done").result(10) for n in range(5)] == ["done"] * 5
        assert not any(future.done() for future in slow)
        gate.set()


def test_no_more_lanes_than_that_are_at_work() -> None:
    at_work, most, guard = 0, 0, threading.Lock()
    barrier = threading.Barrier(3, timeout=10)

    def act() -> None:
        nonlocal at_work, most
        with guard:
            at_work += 1
            most = max(most, at_work)
        barrier.wait()
        with guard:
            at_work -= 1

    with Lanes(3) as lanes:
        for future in [lanes.submit(str(number), act) for number in range(9)]:
            future.result(10)
    assert most == 3


def test_an_error_is_raised_where_the_result_is_asked_for_and_stops_what_has_not_begun() -> None:
    done: list[str] = []

    def fail() -> None:
        raise KeyError("why")

    with pytest.raises(KeyError, match="why"), Lanes(1) as lanes:
        failing = lanes.submit("a", fail)
        failing.result(10)
        lanes.submit("a", lambda: done.append("never"))
    with pytest.raises(ZeroDivisionError), Lanes(1) as lanes:
        gate = threading.Event()
        lanes.submit("a", lambda: gate.wait(10))
        later = lanes.submit("a", lambda: done.append("never"))
        threading.Timer(0.05, gate.set).start()
        raise ZeroDivisionError
    assert later.cancelled()


def test_something_is_done_while_a_result_is_waited_for() -> None:
    gate = threading.Event()
    with Lanes(1) as lanes:
        assert result(lanes.submit("a", lambda: gate.wait(10)), gate.set, every=0.01) is True
