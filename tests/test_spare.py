from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import pytest

from batch.beside import WORTH_A_THREAD
from batch.spare import give_back


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


@pytest.mark.parametrize("error", [OSError, AttributeError, TypeError])
def test_a_library_that_has_no_such_call_keeps_what_it_has(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def none(_: Any) -> Any:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", none)
    give_back(WORTH_A_THREAD)
