"""Everything that is measured, by groups: `python bench.py [GROUP ...] [--skus N] [--rounds N] [--folder DIR] [--short] [--publish]`.

What a group finds is kept in FOLDER/found. `--publish` writes docs/performance.md from what is kept there, so that groups may be
measured one at a time. This process stays small on purpose (see `measure.run`): whatever needs numpy, pandas or a peer runs in a
child.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import cycle
import documents
import growth
import page
import start
from found import Found, keep, kept
from measure import HERE, ROOT, CommandFailed, child, run
from plan import Plan

GROUPS: dict[str, Callable[[Plan], Found]] = {
    "cycle": cycle.measure,
    "documents": documents.measure,
    "growth": growth.sizes,
    "history": growth.history,
    "small": growth.small,
    "start": start.measure,
}
"""In the order of the page."""

ON_THE_PAGE = (*GROUPS, "overhead")
"""The last is kept by `overhead.py`, which is run by itself."""

PAGE = ROOT / "docs" / "performance.md"
PLOT = PAGE.with_name("performance-growth.svg")
MILLION = 1_000_000


def main() -> None:
    given = _arguments()
    plan = _plan(given)
    store = given.folder / "found"
    try:
        for name in given.groups or GROUPS:
            keep(GROUPS[name](plan), store / f"{name}.json")
    except CommandFailed as error:
        sys.exit(f"benchmark: {error}")
    names = given.groups or list(GROUPS)
    if given.publish:
        names = [name for name in ON_THE_PAGE if (store / f"{name}.json").exists()]
        if "growth" in names:
            run(child("plot.py", store / "growth.json", PLOT))
    found = {name: kept(store / f"{name}.json") for name in names}
    print(page.tables(found))
    if given.publish:
        missing = [name for name in ON_THE_PAGE if name not in names]
        PAGE.write_text(page.whole(found, missing), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Stockferry beside others, as ratios.")
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--skus", type=int, default=MILLION)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=HERE / "data", help="for input files and accounts")
    parser.add_argument(
        "--short", action="store_true", help="small sizes, which say nothing but that it runs"
    )
    parser.add_argument("--without-largest", action="store_true", help="grow to 1,000,000 SKUs only")
    parser.add_argument("--publish", action="store_true", help=f"write {PAGE.name} and its plot")
    return parser.parse_args()


def _plan(given: argparse.Namespace) -> Plan:
    if given.short:
        sizes, history, small = (500, 1000, 2000), (1, 2, 4), 20
    else:
        sizes, history, small = (10_000, 100_000, MILLION, 10 * MILLION), (1, 100, 1000), 2000
    return Plan(
        folder=given.folder,
        skus=min(given.skus, 2000) if given.short else given.skus,
        rounds=given.rounds,
        growth=sizes[:-1] if given.without_largest else sizes,
        history=history,
        small=small,
    )


if __name__ == "__main__":
    main()
