from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from batch.beside import WORTH_A_THREAD
from batch.spare import MOST_ARENAS, give_back, share_heaps


@pytest.fixture
def trimmed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the C library was asked for."""
    asked: list[int] = []
    library = SimpleNamespace(malloc_trim=asked.append)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    return asked


def test_memory_is_given_back_after_many_rows_and_not_after_a_few(trimmed: list[int]) -> None:
    give_back(WORTH_A_THREAD - 1)
    assert trimmed == []
    give_back(WORTH_A_THREAD)
    assert trimmed == [0]


HEAPS = """
import ctypes, threading
from batch.spare import MOST_ARENAS, share_heaps

if {shared}:
    share_heaps()
library = ctypes.CDLL(None)
library.malloc.argtypes, library.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
meeting = threading.Barrier(8)

def take():
    library.malloc(1000)
    meeting.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
told = ctypes.c_char_p()
size = ctypes.c_size_t()
library.open_memstream.restype = ctypes.c_void_p
stream = ctypes.c_void_p(library.open_memstream(ctypes.byref(told), ctypes.byref(size)))
library.malloc_info(0, stream)
library.fclose(stream)
print(told.value.count(b"<heap nr="))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_threads_of_a_process_that_stays_share_two_heaps() -> None:
    def heaps(shared: bool) -> int:
        command = [sys.executable, "-c", HEAPS.format(shared=shared)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert heaps(shared=True) == MOST_ARENAS < heaps(shared=False)


@pytest.mark.parametrize("error", [OSError, AttributeError, TypeError])
def test_a_library_that_has_no_such_call_keeps_what_it_has(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def none(_: Any) -> Any:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", none)
    give_back(WORTH_A_THREAD)
    share_heaps()
