"""How large a run is, and the costs that it has found so far."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from account import Account, lay_out
from measure import CommandFailed, Cost, Figures, child, run

NOON = "2026-11-20T12:00:00Z"
CSV_CART = {"front": "csv"}
FEW = 100
"""Order lines that come after a first cycle."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`folder` holds input files and what is thrown away. `growth`: SKUs; `history`: cycles; `small`: carts.

    `costs`: name → the cost of each round.
    """

    folder: Path
    skus: int
    rounds: int
    growth: tuple[int, ...]
    history: tuple[int, ...]
    small: int
    costs: dict[str, list[Cost]] = field(default_factory=dict)

    def note(self, name: str, cost: Cost) -> None:
        self.costs.setdefault(name, []).append(cost)
        print(f"{cost.wall:8.2f} s  {cost.peak:6.0f} MB  {name}", file=sys.stderr, flush=True)

    def figures(self, name: str) -> Figures:
        return Figures(rounds=tuple(self.costs[name]))

    def data(self, skus: int | None = None, *, first: bool = False) -> Path:
        """The folder with the input files for so many SKUs; they are written if they are not there. `first`: for one cycle."""
        skus = self.skus if skus is None else skus
        folder = self.folder / f"{skus}-skus"
        if not (folder / ("orders.csv" if first else "changes.csv")).exists():
            run(child("data.py", folder, "--skus", skus, *(["--first"] if first else [])))
            os.sync()  # nobody's time is spent on writing these files to the disk
        return folder


def rotated(names: list[str], by: int) -> Iterator[str]:
    """Another one first each time."""
    return (names[(index + by) % len(names)] for index in range(len(names)))


def new_account(folder: Path, carts: Mapping[str, str], data: Path) -> Account:
    """An account with levels and orders waiting."""
    account = lay_out(folder, dict(carts))
    account.receives(data / "levels.csv", "wms")
    account.receives(data / "orders.csv", "shop/orders")
    return account


def cycle(account: Account, now: str, lines: int) -> Cost:
    """One cycle that must tell so many lines to every cart that is told anything."""
    cost, told = account.run(now)
    if {each for each in told if each} != ({lines} if lines else set()):
        raise CommandFailed(f"{account.configuration}: {told} lines sent, not {lines}")
    return cost


def throw_away(account: Account) -> None:
    shutil.rmtree(account.folder)
