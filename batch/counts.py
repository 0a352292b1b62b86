"""Where the rows of a file went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Where the rows of one file went. Every row is in exactly one bucket."""

    rows: int = 0
    applied: int = 0
    older: int = 0
    duplicate: int = 0
    ignored: int = 0
    rejected: int = 0

    def __post_init__(self) -> None:
        buckets = self.applied + self.older + self.duplicate + self.ignored + self.rejected
        if buckets != self.rows:
            raise AssertionError(f"{self.rows} rows came in, {buckets} are accounted for: {self}")

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in self.__dict__})
