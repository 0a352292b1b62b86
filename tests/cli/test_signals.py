"""Signals reach their functions whatever lock the main thread holds."""

from __future__ import annotations

import os
import signal
import threading

from batch.cli.signals import attended


def test_a_signal_is_answered_while_the_main_thread_holds_the_lock_that_the_answer_needs() -> None:
    lock, answered, heard = threading.Lock(), threading.Event(), []

    def answer(number: int) -> None:
        heard.append(number)
        with lock:
            answered.set()

    with attended({signal.SIGUSR1: answer}):
        with lock:
            os.kill(os.getpid(), signal.SIGUSR1)
        assert answered.wait(30)
    assert heard == [signal.SIGUSR1]


def test_each_of_several_signals_is_answered_in_order_and_the_old_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGUSR1), signal.getsignal(signal.SIGUSR2)
    heard: list[int] = []
    both = threading.Event()

    def note(number: int) -> None:
        heard.append(number)
        if number == signal.SIGUSR2:
            both.set()

    with attended({signal.SIGUSR1: note, signal.SIGUSR2: note}):
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR2)
        assert both.wait(30)
    assert heard == [signal.SIGUSR1, signal.SIGUSR2]
    assert (signal.getsignal(signal.SIGUSR1), signal.getsignal(signal.SIGUSR2)) == before
