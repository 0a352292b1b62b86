"""One cycle of Stockferry beside hand-written DuckDB and Polars scripts: same files, same numbers, one run.

`python cycle.py [--skus N] [--rounds N] [--folder DIR] [--short] [--publish]`. This process stays small on purpose (see `measure.run`):
everything that needs numpy, pandas or a peer runs in a child.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import parts
import report
from account import Account, lay_out
from measure import CommandFailed, Cost, Figures, machine, run, versions
from results import AGAIN, DELTA, FIRST, IDLE, OURS, THREE, Results

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"
PEERS = {"DuckDB": "duckdb", "Polars": "polars"}
CSV_CART = {"front": "csv"}
THREE_CARTS = {"front": "csv", "market": "xml", "bigbox": "edi846"}
NOON, QUARTER_PAST, NEXT_DAY, AN_HOUR_LATER = (
    "2026-11-20T12:00:00Z",
    "2026-11-20T12:15:00Z",
    "2026-11-21T09:30:00Z",
    "2026-11-21T10:30:00Z",
)
MANY_CARTS = 21


@dataclass(frozen=True, kw_only=True)
class Bench:
    """`folder` holds `data/` and what is thrown away; `costs`: name → the cost of each round."""

    folder: Path
    skus: int
    rounds: int
    peers: tuple[str, ...]
    short: bool
    costs: dict[str, list[Cost]] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / f"{self.skus}-skus"

    def note(self, name: str, cost: Cost) -> None:
        self.costs.setdefault(name, []).append(cost)
        print(f"{cost.wall:8.2f} s  {cost.peak:6.0f} MB  {name}", file=sys.stderr)


def main() -> None:
    given = _arguments()
    peers = tuple(name for name, module in PEERS.items() if find_spec(module))
    bench = Bench(folder=given.folder, skus=given.skus, rounds=given.rounds, peers=peers, short=given.short)
    try:
        results = measure(bench)
    except CommandFailed as error:
        sys.exit(f"benchmark: {error}")
    print(report.tables(results))
    if given.publish:
        PAGE.write_text(report.page(results), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Stockferry beside DuckDB and Polars, as ratios.")
    parser.add_argument("--skus", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=HERE / "data", help="for input files and accounts")
    parser.add_argument("--short", action="store_true", help="leave out documents and further carts")
    parser.add_argument("--publish", action="store_true", help=f"write {PAGE.name}")
    return parser.parse_args()


def measure(bench: Bench) -> Results:
    """Everything, in this order; what is left in the folder is the input files."""
    make_data(bench.data, bench.skus)
    cart = (
        None if bench.short else one_more_cart(bench)
    )  # first of all: from here on every module is compiled
    for number in range(bench.rounds):
        one_round(bench, number)
    costs = {name: Figures(rounds=tuple(each)) for name, each in bench.costs.items()}
    return Results(
        skus=bench.skus,
        rounds=bench.rounds,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=machine(),
        versions=versions(),
        contenders={name: costs[FIRST if name == OURS else name] for name in (OURS, *bench.peers)},
        steps={name: costs[name] for name in (FIRST, IDLE, AGAIN, DELTA, THREE)},
        parts=profiled(bench),
        documents={} if bench.short else documents(bench.skus),
        cart=cart,
    )


def make_data(folder: Path, skus: int) -> None:
    run([sys.executable, HERE / "data.py", folder, "--skus", skus])
    os.sync()  # nobody's time is spent on writing these files to the disk


def one_round(bench: Bench, number: int) -> None:
    """Each contender once, another one first each time; then three carts; the numbers compared; what follows."""
    account = new_account(bench, "one-cart", CSV_CART)
    contenders: dict[str, Callable[[], None]] = {FIRST: lambda: cycle(bench, account, FIRST, NOON)}
    contenders |= {name: _peer(bench, name) for name in bench.peers}
    for name in _rotated(list(contenders), number):
        contenders[name]()
    three = new_account(bench, "three-carts", THREE_CARTS)
    cycle(bench, three, THREE, NOON)
    outs = (f"csv:{_out(bench, name)}" for name in bench.peers)
    agree(f"csv:{account.sent('front')}", *outs, *_documents(three))
    shutil.rmtree(three.folder)
    what_follows(bench, account)


def _rotated(names: list[str], by: int) -> Iterator[str]:
    return (names[(index + by) % len(names)] for index in range(len(names)))


def _peer(bench: Bench, name: str) -> Callable[[], None]:
    script = HERE / "peers" / f"{PEERS[name]}_script.py"
    inputs = (bench.data / "levels.csv", bench.data / "orders.csv")
    return lambda: bench.note(name, run([sys.executable, script, *inputs, _out(bench, name)]))


def _out(bench: Bench, name: str) -> Path:
    return bench.folder / f"{PEERS[name]}.csv"


def new_account(bench: Bench, name: str, carts: Mapping[str, str], data: Path | None = None) -> Account:
    """An account with levels and orders waiting."""
    account = lay_out(bench.folder / name, dict(carts))
    account.receives((data or bench.data) / "levels.csv", "wms")
    account.receives((data or bench.data) / "orders.csv", "shop/orders")
    return account


def cycle(bench: Bench, account: Account, name: str, now: str) -> None:
    """One cycle, measured, that must tell every cart as many SKUs as it should."""
    cost, lines = account.run(now)
    expected = {IDLE: 0, DELTA: max(1, bench.skus // 100)}.get(name, bench.skus)
    if set(lines) != {expected}:
        raise CommandFailed(f"{account.configuration}: {name}: {lines} lines sent, not {expected}")
    bench.note(name, cost)


def agree(*documents: str) -> None:
    """Raises CommandFailed with the first difference."""
    run([sys.executable, HERE / "agreement.py", *documents])


def _documents(account: Account) -> Iterator[str]:
    return (f"{style}:{account.sent(cart)}" for cart, style in account.carts.items())


def what_follows(bench: Bench, account: Account) -> None:
    """The later cycles of an account that has had its first."""
    cycle(bench, account, IDLE, QUARTER_PAST)
    account.receives(bench.data / "again.csv", "wms")
    cycle(bench, account, AGAIN, NEXT_DAY)
    account.receives(bench.data / "changes.csv", "wms")
    cycle(bench, account, DELTA, AN_HOUR_LATER)
    shutil.rmtree(account.folder)


def profiled(bench: Bench) -> list[tuple[str, float | None]]:
    """Seconds per step of a first cycle with one CSV cart."""
    account = new_account(bench, "profiled", CSV_CART)
    profile = account.folder / "profile"
    account.run(NOON, by=[sys.executable, HERE / "parts.py", profile])
    steps = parts.steps(profile)
    shutil.rmtree(account.folder)
    return steps


def documents(lines: int) -> dict[tuple[str, str], float]:
    """(What, by whom) → seconds."""
    cost = run([sys.executable, HERE / "documents.py", lines])
    return {(each["what"], each["by"]): each["seconds"] for each in json.loads(cost.out)}


def one_more_cart(bench: Bench) -> float:
    """Seconds that a cart adds to a cycle with a single SKU: the data left out, as far as one can."""
    data = bench.folder / "1-sku"
    make_data(data, 1)
    return statistics.median(_one_more(bench, data) for _ in range(bench.rounds))


def _one_more(bench: Bench, data: Path) -> float:
    walls = []
    for count in (1, MANY_CARTS):
        account = new_account(bench, "many-carts", {f"cart{number}": "csv" for number in range(count)}, data)
        walls.append(account.run(NOON)[0].wall)
        shutil.rmtree(account.folder)
    return (walls[1] - walls[0]) / (MANY_CARTS - 1)


if __name__ == "__main__":
    main()
