"""How long a file may take."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batch.remotes.pace import deadline


@given(size=st.integers(0, 10**10), slowest=st.integers(1, 10**9), grace=st.integers(1, 60))
def test_a_file_may_take_what_its_size_needs_and_no_longer(size: int, slowest: int, grace: int) -> None:
    allowed = grace + size / slowest
    times = iter([100.0, 100.0 + allowed * 0.999, 100.0 + allowed * 1.001])
    late = deadline(size, slowest=slowest, grace=grace, now=lambda: next(times))
    assert [late(), late()] == [False, True]
