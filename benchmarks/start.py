"""How long it takes until a command is there, beside the import of pandas alone."""

from __future__ import annotations

import sys

from account import stockferry
from found import Aim, Found, Table
from measure import child, ratio, run
from plan import CSV_CART, NOON, Plan, cycle, new_account, rotated, throw_away
from tables import number, times, wall

PANDAS = 'python -c "import pandas"'
LIMIT = 0.4
JUDGED = ("--help", "status")


def measure(plan: Plan) -> Found:
    """`--help` and commands that only read, on an account that has had a cycle."""
    account = new_account(plan.folder / "start", CSV_CART, plan.data(1))
    cycle(account, NOON, 1)
    ours = {
        "--help": ["--help"],
        "status": ["-c", account.configuration, "status"],
        "runs": ["-c", account.configuration, "runs"],
        "check": ["-c", account.configuration, "check"],
        "run --help": ["run", "--help"],
    }
    commands = {f"stockferry {name}": [stockferry(), *words] for name, words in ours.items()}
    commands |= {
        PANDAS: [sys.executable, "-c", "import pandas"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    for command in commands.values():
        run(command)  # from here on every module is compiled
    for index in range(plan.rounds):
        for name in rotated(list(commands), index):
            plan.note(name, run(commands[name]))
    loaded = {name: run(child("work/imports.py", *words)).out.strip() for name, words in ours.items()}
    throw_away(account)
    return Found(
        aims=[*_aims(plan), _without_pandas(loaded)],
        tables=[_table(plan, list(commands), loaded)],
        skus=1,
        rounds=plan.rounds,
    )


def _aims(plan: Plan) -> list[Aim]:
    floor = plan.figures("python -c pass").wall
    return [
        Aim(
            work=f"`{name}`",
            against=f"{ratio(plan.figures(f'stockferry {name}'), [plan.figures(PANDAS)], 'wall'):.2f} of {PANDAS}",
            limit=LIMIT,
            found=plan.figures(f"stockferry {name}").wall,
            unit="s",
            floor=floor,
        )
        for name in JUDGED
    ]


def _without_pandas(loaded: dict[str, str]) -> Aim:
    return Aim(
        work=f"commands that import pandas and need not: of {', '.join(f'`{name}`' for name in loaded)}",
        against="",
        limit=0,
        found=sum("pandas" in modules for modules in loaded.values()),
    )


def _table(plan: Plan, names: list[str], loaded: dict[str, str]) -> Table:
    rows = [
        [
            f"`{name}`",
            *wall(each := plan.figures(name)),
            times(ratio(each, [plan.figures(PANDAS)], "wall")),
            number(each.cpu),
            f"{each.peak:.0f}",
            loaded.get(name.removeprefix("stockferry "), ""),
        ]
        for name in names
    ]
    head = ("", "s", "least to most", "ratio", "CPU s", "peak MB", "imports")
    text = f"Ratios are to `{PANDAS}`. The floor in the table of aims is Python's own start."
    return Table(title="Start", text=text, head=head, rows=rows)
