"""What a cart costs beside its data: `python overhead.py [--merchants N] [--carts N] [--skus N] [--cycles N] [--rounds N] [--folder DIR]`.

Many merchants with some carts each, all due at once, remotes in local folders; run by `stockferry run` and by the daemon. The
floor is one merchant with as many carts, who has all of the rows: the same cells are read, recorded, written and read back, for a
handful of carts. What the many take longer is shared out among the carts that are more.

Then the memory of a daemon over many cycles of a smaller account.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from dataclasses import replace
from pathlib import Path

import page
from account import stockferry
from found import Aim, Found, Table, keep, kept
from measure import HERE, CommandFailed, ask, child, run
from plan import Plan
from tables import number, times, wall

NOW = "2026-11-20T09:30:00Z"
LIMIT, FLAT = 10, 1.1
SETTLED = 5
"""Cycles after which a process holds what it will hold."""
SMALLER = 10
"""The account of the many cycles has a tenth of the merchants, and of their SKUs."""
MANY, ONE = "many merchants", "one merchant with all of the rows"
BY_RUN, BY_DAEMON = ", by `stockferry run`", ", by the daemon"


def main() -> None:
    given = _arguments()
    store = given.folder / "found" / "overhead.json"
    try:
        keep(measure(given), store)
    except CommandFailed as error:
        sys.exit(f"benchmark: {error}")
    print(page.tables({"overhead": kept(store)}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The cost of a cart beside its data.")
    parser.add_argument("--merchants", type=int, default=500)
    parser.add_argument("--carts", type=int, default=4, help="of each merchant")
    parser.add_argument("--skus", type=int, default=2000, help="of each merchant")
    parser.add_argument("--cycles", type=int, default=100, help="of a smaller account, for its memory")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=HERE / "data")
    return parser.parse_args()


def measure(given: argparse.Namespace) -> Found:
    plan = Plan(folder=given.folder, skus=given.skus, rounds=given.rounds, growth=(), history=(), small=0)
    sizes = {MANY: (given.merchants, given.skus), ONE: (1, given.merchants * given.skus)}
    for _ in range(given.rounds):
        for name, (merchants, skus) in sizes.items():
            _by_run(given, plan, name, merchants, skus)
            _by_daemon(given, plan, name, merchants, skus)
    folder = _laid_out(given, max(1, given.merchants // SMALLER), max(1, given.skus // SMALLER))
    _, memory = ask(
        child("work/daemon.py", folder / "stockferry.toml", max(1, given.skus // SMALLER), given.cycles)
    )
    shutil.rmtree(folder)
    return _found(given, plan, memory)


def _by_run(given: argparse.Namespace, plan: Plan, name: str, merchants: int, skus: int) -> None:
    folder = _laid_out(given, merchants, skus)
    plan.note(name + BY_RUN, run([stockferry(), "-c", folder / "stockferry.toml", "run", "--now", NOW]))


def _by_daemon(given: argparse.Namespace, plan: Plan, name: str, merchants: int, skus: int) -> None:
    """From when all are due until all have been told; the process's start is left out."""
    folder = _laid_out(given, merchants, skus)
    cost, told = ask(child("work/daemon.py", folder / "stockferry.toml", skus, 1))
    plan.note(name + BY_DAEMON, replace(cost, wall=told["seconds"][0]))


def _laid_out(given: argparse.Namespace, merchants: int, skus: int) -> Path:
    folder: Path = given.folder / "overhead"
    shutil.rmtree(folder, ignore_errors=True)
    run(child("work/lay_out_merchants.py", folder, merchants, given.carts, skus))
    return folder


def _each(given: argparse.Namespace, plan: Plan, by: str) -> float:
    """Milliseconds of a cart that is more."""
    more = (given.merchants - 1) * given.carts
    pairs = zip(plan.figures(MANY + by).rounds, plan.figures(ONE + by).rounds, strict=True)
    return 1000 * statistics.median((many.wall - one.wall) / more for many, one in pairs)


def _found(given: argparse.Namespace, plan: Plan, memory: dict[str, list[float]]) -> Found:
    held = memory["resident"]
    settled = min(SETTLED, len(held))
    aims = [
        Aim(
            work=f"{given.merchants * given.carts:,} carts due at once, each, without the data{by}",
            against=ONE,
            limit=LIMIT,
            found=_each(given, plan, by),
            unit="ms",
        )
        for by in (BY_RUN, BY_DAEMON)
    ]
    flat = Aim(
        work=f"a daemon's memory after {len(held)} cycles",
        against=f"after {settled}",
        limit=FLAT,
        found=held[-1] / held[settled - 1],
    )
    return Found(
        aims=[*aims, flat],
        tables=[_carts(given, plan), _memory(memory, settled)],
        skus=given.merchants * given.skus,
        rounds=given.rounds,
    )


def _carts(given: argparse.Namespace, plan: Plan) -> Table:
    text = f"""\
{given.merchants:,} merchants with {given.carts} carts each, {given.skus:,} SKUs each in two warehouses, one update per merchant; all carts are
told everything for the first time. The floor: one merchant with {given.carts} carts and all of the rows. The difference, shared among the
{(given.merchants - 1) * given.carts:,} carts that are more, is what a cart costs without its data: feed, ledger, archive, documents, disk. Of the
daemon, the time from when all are due until all have been told."""
    rows = [
        [name + by, *wall(each := plan.figures(name + by)), number(each.cpu), f"{each.peak:.0f}"]
        for by in (BY_RUN, BY_DAEMON)
        for name in (MANY, ONE)
    ]
    head = ("", "s", "least to most", "CPU s", "peak MB")
    return Table(title="Many carts at once", text=text, head=head, rows=rows)


def _memory(memory: dict[str, list[float]], settled: int) -> Table:
    held, seconds = memory["resident"], memory["seconds"]
    rows = [
        [
            f"{mark:,}",
            f"{held[mark - 1]:.0f}",
            times(held[mark - 1] / held[settled - 1]),
            number(seconds[mark - 1]),
        ]
        for mark in sorted({1, settled, max(1, len(held) // 2), len(held)})
    ]
    text = (
        "Resident memory of one process after so many cycles of a smaller account; an update for each merchant comes before each. "
        "The daemon looks once a second."
    )
    return Table(
        title="A daemon's memory", text=text, head=("cycles", "MB", "ratio", "s of the cycle"), rows=rows
    )


if __name__ == "__main__":
    main()
