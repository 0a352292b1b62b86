"""Where in a document something stands, for messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from formats.errors import Unreadable


@dataclass(frozen=True, kw_only=True)
class Place:
    """`segment`: 1-based, ISA is 1. `offset`: bytes before it in the file. `element`: such as `QTY02`."""

    segment: int
    offset: int
    element: str = ""

    def __str__(self) -> str:
        at = f"segment {self.segment} (byte offset {self.offset})"
        return f"{at}, {self.element}" if self.element else at


def unreadable(place: Place, *, found: str, expected: str) -> Unreadable:
    """The error for a place: what is there, and what should be."""
    return Unreadable(f"found {found}; expected {expected}", place=str(place))


def few(sentences: Sequence[str], most: int = 5) -> tuple[str, ...]:
    """The first of many warnings, and how many more there are."""
    more = len(sentences) - most
    return (*sentences[:most], f"and {more} more like these") if more > 0 else tuple(sentences)


def shown(text: str, limit: int = 40) -> str:
    """A value as a message shows it: quoted, and cut where it is long."""
    return repr(text if len(text) <= limit else text[:limit] + "…")
