"""Growth: what a cycle costs per SKU from small accounts to large ones; with time; and with the number of carts."""

from __future__ import annotations

import statistics
from itertools import pairwise
from typing import Any

from account import Account, lay_out
from cycle import BY_DAEMON, bytes_of
from found import Aim, Found, Point, Table
from measure import Figures, ask, child, floor
from plan import CSV_CART, NOON, Plan, cycle, new_account, throw_away
from tables import number, times, wall

FLAT = 1.1
"""Flat within a tenth: as flat as medians of a machine that others use can tell."""
LONG = 5_000_000
"""So many SKUs take so long that they are measured once."""
MOST_MEMORY = 12_000


def sizes(plan: Plan) -> Found:
    """First cycles with one CSV cart, of more and more SKUs."""
    figures = {skus: _of_size(plan, skus) for skus in plan.growth}
    points = [Point(skus=skus, seconds=each.wall, peak=each.peak) for skus, (each, _) in figures.items()]
    per_sku = [point.seconds / point.skus for point in points]
    largest = points[-1]
    steepest = max((later / earlier for earlier, later in pairwise(per_sku)), default=None)
    aims = [
        Aim(
            work=f"growth: time per SKU from step to step, {plan.growth[0]:,} to {largest.skus:,} SKUs, the steepest",
            against="the step before",
            limit=FLAT,
            found=steepest,
        ),
        Aim(
            work=f"growth: memory of a cycle with {largest.skus:,} SKUs",
            against="",
            limit=MOST_MEMORY / 1000,
            found=largest.peak / 1000,
            unit="GB",
        ),
    ]
    rows = [
        [
            f"{skus:,}",
            *wall(each),
            f"{1e6 * each.wall / skus:.2f}",
            f"{1e6 * each.cpu / skus:.2f}",
            f"{each.peak:.0f}",
            f"{1000 * each.peak / skus:.2f}",
            f"{1e6 * least / skus:.2f}",
            str(len(each.rounds)),
        ]
        for skus, (each, least) in figures.items()
    ]
    text = (
        "First cycles with one CSV cart: twice as many WMS rows as SKUs, and as many order lines. Start and imports are in the time, "
        "and weigh on the small ones. The floor is what the bytes of it cost by themselves."
    )
    head = (
        "SKUs",
        "s",
        "least to most",
        "µs per SKU",
        "CPU µs per SKU",
        "peak MB",
        "KB per SKU",
        "floor µs",
        "rounds",
    )
    table = Table(title="Growth", text=text, head=head, rows=rows)
    return Found(aims=aims, tables=[table], skus=largest.skus, rounds=plan.rounds, points=points)


def _of_size(plan: Plan, skus: int) -> tuple[Figures, float]:
    """The rounds, and seconds of the bytes alone."""
    data, least = plan.data(skus, first=True), 0.0
    for index in range(1 if skus >= LONG else plan.rounds):
        account = new_account(plan.folder / "growing", CSV_CART, data)
        plan.note(f"{skus:,} SKUs", cycle(account, NOON, skus))
        least = least if index else bytes_of(plan, account, data)
        throw_away(account)
    return plan.figures(f"{skus:,} SKUs"), least


def history(plan: Plan) -> Found:
    """Cycles of one account, one after another in one process; those after each mark are compared."""
    first, last = plan.history[0], plan.history[-1]
    aims, rows = [], []
    for manner, by in (("anew", ""), ("daemon", BY_DAEMON)):
        account = lay_out(plan.folder / "history", CSV_CART)
        _, found = ask(child("work/history.py", manner, account.configuration, *plan.history))
        least = _of_one_cycle(plan, account)
        throw_away(account)
        medians = {mark: statistics.median(found["seconds"][str(mark)]) for mark in plan.history}
        aims.append(
            Aim(
                work=f"history: a cycle after {last:,} cycles{by}",
                against=f"one after {first:,}",
                limit=FLAT,
                found=max(medians.values()) / medians[first],
                floor=least / medians[first],
            )
        )
        rows += [_after(mark, by, found, medians[first], least) for mark in plan.history]
    text = (
        f"An account of {found['skus']:,} SKUs in two warehouses; each cycle takes in an update of 1 % of them and some orders for these, "
        f"and tells a delta. Files are deleted when they have been taken. Of {found['cycles']} cycles after each mark, all in one process; "
        "one by the daemon goes on from what the process knows, the others read it. The floor is what the bytes of one cycle's files and "
        "document cost by themselves."
    )
    head = (
        "cycles before",
        "median ms",
        "ratio",
        "mean ms",
        "longest ms",
        "state MB",
        "resident MB",
        "floor ms",
    )
    table = Table(title="Growth of history", text=text, head=head, rows=rows)
    return Found(aims=aims, tables=[table], skus=found["skus"], rounds=found["cycles"])


def _of_one_cycle(plan: Plan, account: Account) -> float:
    """Seconds that the bytes of a cycle cost by themselves: those of the files that lie there, and of the latest document."""
    files = [path for feed in ("wms", "shop/orders") for path in (account.folder / feed).iterdir()]
    return floor(plan.folder, reads=files, writes=[account.sent("front")])


def _after(mark: int, by: str, found: dict[str, Any], first: float, least: float) -> list[str]:
    seconds = found["seconds"][str(mark)]
    median = statistics.median(seconds)
    return [
        f"{mark:,}{by}",
        f"{1000 * median:.1f}",
        times(median / first),
        f"{1000 * statistics.mean(seconds):.1f}",
        f"{1000 * max(seconds):.1f}",
        f"{found['state'][str(mark)] / 1e6:.1f}",
        f"{found['resident'][str(mark)]:.0f}",
        f"{1000 * least:.1f}",
    ]


def small(plan: Plan) -> Found:
    """Many carts that are told one SKU each: the data left out, as far as one can."""
    data = plan.data(1)
    for _ in range(plan.rounds):
        for count in (1, plan.small):
            account = new_account(
                plan.folder / "small", {f"cart{index}": "csv" for index in range(count)}, data
            )
            plan.note(f"{count:,} small carts", cycle(account, NOON, 1))
            least = floor(plan.folder, writes=[account.sent("cart0")])
            throw_away(account)
    one, many = plan.figures("1 small carts"), plan.figures(f"{plan.small:,} small carts")
    each = [
        (more.wall - less.wall) / (plan.small - 1) for less, more in zip(one.rounds, many.rounds, strict=True)
    ]
    aim = Aim(
        work=f"{plan.small:,} small carts, each",
        against="",
        limit=10,
        found=1000 * statistics.median(each),
        unit="ms",
        floor=1000 * least,
    )
    rows = [
        ["1", *wall(one), number(one.cpu), f"{one.peak:.0f}"],
        [f"{plan.small:,}", *wall(many), number(many.cpu), f"{many.peak:.0f}"],
    ]
    text = (
        "A cycle of an account with one SKU, whose carts are told it for the first time: files, ledger and disk of a cart. The floor is "
        "what hashing, writing and syncing its document costs by itself."
    )
    head = ("carts", "s", "least to most", "CPU s", "peak MB")
    return Found(
        aims=[aim],
        tables=[Table(title="Many small carts", text=text, head=head, rows=rows)],
        skus=1,
        rounds=plan.rounds,
    )
