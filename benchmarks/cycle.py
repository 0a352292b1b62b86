"""One cycle beside hand-written DuckDB and Polars scripts, further carts, and what follows a cycle."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import parts
from account import Account, lay_out
from found import Aim, Found, Table
from measure import CommandFailed, Cost, Figures, ask, child, floor, ratio, run, share
from plan import CSV_CART, FEW, NOON, Plan, cycle, new_account, rotated, throw_away
from tables import number, percent, times, wall

PEERS = {"DuckDB": "duckdb", "Polars": "polars"}
FURTHER = {
    "CSV, everything": "csv, everything",
    "XML": "xml",
    "846": "edi846",
    "846 with SDQ": "edi846, SDQ",
}
ALL = dict(zip(("outlet", "market", "bigbox", "depot"), FURTHER.values(), strict=True))
LIMITS = {"XML": 0.6}
QUARTER_PAST, NEXT_DAY, AN_HOUR_LATER = (
    "2026-11-20T12:15:00Z",
    "2026-11-21T09:30:00Z",
    "2026-11-21T10:30:00Z",
)
OURS = "Stockferry"
LIBRARIES = "its libraries, imported and not used"
IMPORTS = "import pandas, pyarrow.compute, pyarrow.csv, pyarrow.parquet, pydantic, sqlalchemy, typer"
IDLE = "nothing new: start, look, end"
ORDERS = f"{FEW} order lines: an 846 of everything"
AGAIN = "the next day's export: everything again"
DELTA = "1 % of the SKUs reported: a delta"
FIVE = "five carts"
BY_DAEMON = ", by the daemon"


def measure(plan: Plan) -> Found:
    plan.data()
    for index in range(plan.rounds):
        one_round(plan, index)
    least = bytes_alone(plan)
    return Found(
        aims=list(aims(plan, least)),
        tables=[contenders(plan), follow_ups(plan, least), profile(plan)],
        skus=plan.skus,
        rounds=plan.rounds,
    )


def peers() -> list[str]:
    return [name for name, module in PEERS.items() if find_spec(module)]


def one_round(plan: Plan, index: int) -> None:
    """Each contender once, another one first each time; then the further carts, and what follows."""
    account = new_account(plan.folder / "one-cart", CSV_CART, plan.data())
    acts: dict[str, Callable[[], None]] = {OURS: lambda: plan.note(OURS, cycle(account, NOON, plan.skus))}
    acts |= {name: _peer(plan, name) for name in peers()}
    acts[LIBRARIES] = lambda: plan.note(LIBRARIES, run([sys.executable, "-c", IMPORTS]))
    for name in rotated(list(acts), index):
        acts[name]()
    same(account, *(f"csv:{_out(plan, name)}" for name in peers()))
    for name, kind in FURTHER.items():
        further(plan, name, {**CSV_CART, "other": kind}, account)
    further(plan, FIVE, {**CSV_CART, **ALL}, account)
    what_follows(plan, account)
    throw_away(account)
    in_one_process(plan)


def _peer(plan: Plan, name: str) -> Callable[[], None]:
    script, data = f"peers/{PEERS[name]}_script.py", plan.data()
    words = (data / "levels.csv", data / "orders.csv", _out(plan, name))
    return lambda: plan.note(name, run(child(script, *words)))


def _out(plan: Plan, name: str) -> Path:
    return plan.folder / f"{PEERS[name]}.csv"


def same(account: Account, *documents: str) -> None:
    """Raises CommandFailed with the first difference between an account's documents and others."""
    run(child("agreement.py", *account.documents(), *documents))


def further(plan: Plan, name: str, carts: dict[str, str], first: Account) -> None:
    """A first cycle with more carts, which must be told what the first account's cart was told."""
    account = new_account(plan.folder / "more-carts", carts, plan.data())
    plan.note(name, cycle(account, NOON, plan.skus))
    same(first, *account.documents())
    if name == "846":
        account.receives(plan.data() / "few.csv", "shop/orders")
        plan.note(ORDERS, cycle(account, QUARTER_PAST, plan.skus))
    throw_away(account)


def what_follows(plan: Plan, account: Account) -> None:
    """The later cycles of an account that has had its first."""
    plan.note(IDLE, cycle(account, QUARTER_PAST, 0))
    account.receives(plan.data() / "again.csv", "wms")
    plan.note(AGAIN, cycle(account, NEXT_DAY, plan.skus))
    account.receives(plan.data() / "changes.csv", "wms")
    plan.note(DELTA, cycle(account, AN_HOUR_LATER, max(1, plan.skus // 100)))


def in_one_process(plan: Plan) -> None:
    """What follows a first cycle in a process that has had that, too, and goes on."""
    data = plan.data()
    first = (NOON, data / "levels.csv", "wms", data / "orders.csv", "shop/orders")
    changes = (AN_HOUR_LATER, data / "changes.csv", "wms")
    again = (NEXT_DAY, data / "again.csv", "wms")
    few = (QUARTER_PAST, data / "few.csv", "shop/orders")
    for carts, name, later, lines in (
        (CSV_CART, DELTA, changes, max(1, plan.skus // 100)),
        (CSV_CART, AGAIN, again, plan.skus),
        ({"bigbox": "edi846"}, ORDERS, few, plan.skus),
    ):
        account = lay_out(plan.folder / "staying", carts)
        _, said = ask(child("work/stay.py", account.configuration, *first, "/", *later))
        told = [each["told"] for each in said["cycles"]]
        if told != [[plan.skus], [lines]]:
            raise CommandFailed(f"{account.configuration}: {told} lines sent")
        plan.note(name + BY_DAEMON, Cost(**said["cycles"][-1]["cost"]))
        throw_away(account)


def bytes_alone(plan: Plan) -> dict[str, float]:
    """Seconds that the bytes of a cycle cost by themselves: read, hashed, written."""
    data, account = plan.data(), new_account(plan.folder / "bytes", {**CSV_CART, **ALL}, plan.data())
    account.run(NOON)
    sent = {cart: account.sent(cart) for cart in account.carts}
    found = {OURS: bytes_of(plan, account, data)}
    found |= {name: floor(plan.folder, writes=[sent[cart]]) for name, cart in zip(FURTHER, ALL, strict=True)}
    found[ORDERS] = floor(plan.folder, reads=[data / "few.csv"], writes=[sent["bigbox"]])
    found[DELTA] = floor(plan.folder, reads=[data / "changes.csv"])
    throw_away(account)
    return found


def bytes_of(plan: Plan, account: Account, data: Path) -> float:
    """Seconds that the bytes of a first cycle cost by themselves."""
    inputs = [data / "levels.csv", data / "orders.csv"]
    return floor(plan.folder, reads=inputs, writes=[account.sent("front")])


def aims(plan: Plan, least: dict[str, float]) -> Iterator[Aim]:
    ours = plan.figures(OURS)
    theirs = [plan.figures(name) for name in peers()]
    fastest = min((each.wall for each in theirs), default=None)
    yield Aim(
        work="a full cycle",
        against="the faster of the DuckDB and Polars scripts",
        limit=1,
        found=ratio(ours, theirs, "wall"),
        floor=least[OURS] / fastest if fastest else None,
    )
    yield Aim(
        work=AGAIN + BY_DAEMON,
        against="the faster of the scripts, which start anew and do the same",
        limit=1,
        found=ratio(plan.figures(AGAIN + BY_DAEMON), theirs, "wall"),
    )
    polars = [plan.figures("Polars")] if "Polars" in peers() else []
    yield Aim(work="its memory", against="the Polars script", limit=1.5, found=ratio(ours, polars, "peak"))
    for name in FURTHER:
        yield Aim(
            work=f"a further cart: {name}",
            against="the full cycle",
            limit=LIMITS.get(name, 0.3),
            found=share(plan.figures(name), ours),
            floor=least[name] / ours.wall,
        )
    for name, limit in ((DELTA, 0.1), (ORDERS, 0.15)):
        for by in ("", BY_DAEMON):
            yield Aim(
                work=name + by,
                against="the full cycle",
                limit=limit,
                found=ratio(plan.figures(name + by), [ours], "wall"),
                floor=least[name] / ours.wall,
            )


def contenders(plan: Plan) -> Table:
    theirs = [plan.figures(name) for name in peers()]
    text = f"""\
{plan.skus:,} SKUs in two warehouses ({2 * plan.skus:,} WMS rows) and {plan.skus:,} order lines, two CSV files in; one CSV file with every
SKU out. The peers are scripts (`benchmarks/peers/`) that compute the same numbers and write them to a file; Stockferry besides
keeps both inputs and the document in its archive, checks every cell, records levels and order lines so that it can go on from
them, reads its document back, delivers it under a temporary name that it then changes, and syncs all of it to the disk. Whole
processes, start and imports included; what of its time its libraries take before they do anything stands below it. {"All gave the same quantity for every SKU, in every round." if theirs else "No peer is installed here."}

A ratio is to the peer that is best in the column before it. Each round is compared with itself, and the median of these
ratios is what stands there: it need not be the ratio of the medians."""
    rows = [_row(name, plan.figures(name), theirs) for name in (OURS, LIBRARIES, *peers())]
    head = ("", "s", "least to most", "ratio", "CPU s", "ratio", "peak MB", "ratio")
    return Table(title="One cycle", text=text, head=head, rows=rows)


def _row(name: str, each: Figures, theirs: list[Figures]) -> list[str]:
    return [
        name,
        *wall(each),
        times(ratio(each, theirs, "wall")),
        number(each.cpu),
        times(ratio(each, theirs, "cpu")),
        f"{each.peak:.0f}",
        times(ratio(each, theirs, "peak")),
    ]


def follow_ups(plan: Plan, least: dict[str, float]) -> Table:
    ours = plan.figures(OURS)
    names = {
        OURS: "everything for the first time, one CSV cart",
        **{name: f"… and a second cart: {name}" for name in FURTHER},
        FIVE: "… and five carts: CSV twice, XML, 846, 846 with SDQ",
        **{name: name for name in (IDLE, ORDERS, DELTA, AGAIN)},
        **{name + BY_DAEMON: name + BY_DAEMON for name in (ORDERS, DELTA, AGAIN)},
    }
    rows = [
        [
            label,
            *wall(each := plan.figures(name)),
            times(ratio(each, [ours], "wall")),
            number(each.cpu),
            times(ratio(each, [ours], "cpu")),
            f"{each.peak:.0f}",
            number(least.get(name)),
        ]
        for name, label in names.items()
    ]
    libraries = plan.figures(LIBRARIES)
    text = (
        "Ratios are to the first line. The floor is what reading, hashing, writing and syncing the bytes of it costs by itself; "
        "for a further cart, those of its document. A daemon's cycles are those of a process that has had the first one too: "
        "it has started, and knows what it was told; its memory is what it holds after them. "
        f"The other processes import their libraries first, which takes {number(libraries.wall)} s by itself, "
        f"{times(ratio(libraries, [ours], 'wall'))} of the first line: what is aimed at where there is little news is less than that, "
        "and only a process that stays can come to it."
    )
    head = ("a cycle with", "s", "least to most", "ratio", "CPU s", "ratio", "peak MB", "floor s")
    return Table(title="More carts, and what follows", text=text, head=head, rows=rows)


def profile(plan: Plan) -> Table:
    """Seconds per step of a first cycle with one CSV cart."""
    account = new_account(plan.folder / "profiled", CSV_CART, plan.data())
    path = account.folder / "profile"
    account.run(NOON, by=child("parts.py", path))
    steps = parts.steps(path)
    throw_away(account)
    total = sum(seconds or 0 for _, seconds in steps)
    rows = [
        [step, "not seen" if seconds is None else number(seconds), percent(seconds, total)]
        for step, seconds in steps
    ]
    text = (
        "One cycle of its own under Python's profiler, which slows it a little; start and imports are left out, they cost about "
        "what a cycle with nothing new does. Here one step comes after the other; a cycle has some of them go on beside others."
    )
    return Table(title="Where a cycle spends its time", text=text, head=("step", "s", "of these"), rows=rows)
