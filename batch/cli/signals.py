"""Signals, answered in a thread: a handler proper may need a lock that the very thread it interrupts has taken."""

from __future__ import annotations

import signal
import socket
import threading
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def attended(acts: Mapping[int, Callable[[int], object]]) -> Iterator[None]:
    """While it lasts, each of these signals has its function called with its number, one after another.

    To be entered in the main thread.
    """
    heard, told = socket.socketpair()
    told.setblocking(False)
    before = {number: signal.signal(number, _noted) for number in acts}
    wakeup = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    thread = threading.Thread(target=_attend, args=(heard, acts), name="signals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        told.close()
        thread.join()
        heard.close()


def _noted(_number: int, _frame: types.FrameType | None) -> None:
    """The system has written its number to the socket."""


def _attend(heard: socket.socket, acts: Mapping[int, Callable[[int], object]]) -> None:
    while numbers := heard.recv(64):
        for number in numbers:
            if number in acts:
                acts[number](number)
