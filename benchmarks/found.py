"""What a run of the benchmark found, before anyone makes a page of it; kept as JSON, a file per group."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from measure import machine, today, versions


@dataclass(frozen=True, kw_only=True)
class Aim:
    """A figure that is to be at most (`most`) or at least `limit`.

    `found`: None where a peer is missing. `floor`: what it would be if only the same bytes were read, hashed and written.
    """

    work: str
    against: str
    limit: float
    found: float | None
    most: bool = True
    unit: str = ""
    floor: float | None = None

    @property
    def verdict(self) -> str:
        if self.found is None:
            return "not measured"
        return "met" if (self.found <= self.limit if self.most else self.found >= self.limit) else "missed"


@dataclass(frozen=True, kw_only=True)
class Table:
    """`text`: what one has to know to read it."""

    title: str
    text: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One account of a growing series: its SKUs, the seconds of a cycle, the most memory in MB."""

    skus: int
    seconds: float
    peak: float


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one group found, and where and when."""

    aims: Sequence[Aim]
    tables: Sequence[Table]
    skus: int
    rounds: int
    points: Sequence[Point] = ()
    date: str = ""
    machine: str = ""
    versions: str = ""


def keep(found: Found, path: Path) -> None:
    """Writes it down, with the day and the machine."""
    stated = {"date": today(), "machine": machine(), "versions": versions()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**asdict(found), **stated}, indent=1), encoding="utf-8")


def kept(path: Path) -> Found:
    """What was written down."""
    known = json.loads(path.read_text(encoding="utf-8"))
    known["aims"] = [Aim(**each) for each in known["aims"]]
    known["tables"] = [Table(**each) for each in known["tables"]]
    known["points"] = [Point(**each) for each in known["points"]]
    return Found(**known)
