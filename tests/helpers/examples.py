"""How many examples of a law are tried: few in the run of every day, as many as a profile says that asks for many (`make slow`)."""

from __future__ import annotations

from hypothesis import settings

MANY = 1000


def many() -> bool:
    """Whether everything is to be tried, not a part of it."""
    return settings().max_examples >= MANY


def examples(few: int, *, share: int = 1) -> settings:
    """`share`: of what the profile asks for, where each example is dear."""
    return settings(max_examples=settings().max_examples // share if many() else few, deadline=None)
