"""What was found as Markdown: aims first, ratios before absolute times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from found import Aim, Found
from tables import table, times

WHOLE = """\
# Speed and memory

<!-- Written by `benchmarks/bench.py --publish`; change that instead. -->

Made with `make bench`, which anyone can repeat from a clone: it installs the peers, writes the input files, runs everything
side by side and prints these tables; `make bench-publish` writes this page. Every figure is a ratio within one run, on the same
data, of contenders that take turns: seconds differ from machine to machine and from hour to hour, ratios much less.
{missing}
{tables}"""

TABLES = """\
{when}

## What is aimed at

The floor is what the figure would be if only the same bytes were read, hashed, written and synced, by one thread.
{sizes}
{aims}
{plot}{sections}"""

PLOT = """
![Time and memory per SKU as accounts grow](performance-growth.svg)
"""


def whole(found: Mapping[str, Found], missing: Iterable[str]) -> str:
    """The whole of docs/performance.md. `missing`: groups that were not measured."""
    names = ", ".join(missing)
    return WHOLE.format(
        tables=tables(found), missing=f"Not measured for this page: {names}.\n" if names else ""
    )


def tables(found: Mapping[str, Found]) -> str:
    """The tables, with what one has to know to read them."""
    return TABLES.format(
        when=_when(found),
        sizes=_sizes(found),
        aims=_aims(aim for each in found.values() for aim in each.aims),
        plot=PLOT if "growth" in found else "",
        sections="".join(_sections(each) for each in found.values()),
    )


def _when(found: Mapping[str, Found]) -> str:
    """Day, machine and versions; groups that were not measured with the first are named."""
    stated = {name: f"{each.date}; {each.machine}; {each.versions}." for name, each in found.items()}
    first = next(iter(stated.values()))
    others = [f"{name}: {text}" for name, text in stated.items() if text != first]
    return "\n\n".join([first, *others])


def _sizes(found: Mapping[str, Found]) -> str:
    large = 1_000_000
    few = [each.skus for name, each in found.items() if name in ("cycle", "documents") and each.skus < large]
    return "The aims are for 1,000,000 SKUs; a smaller run says little about them.\n" if few else ""


def _aims(aims: Iterable[Aim]) -> str:
    rows = [
        (aim.work, aim.against, _limit(aim), _valued(aim.found, aim), _valued(aim.floor, aim), aim.verdict)
        for aim in aims
    ]
    return table(("work", "against", "aim", "found", "floor", ""), rows)


def _limit(aim: Aim) -> str:
    return f"{'≤' if aim.most else '≥'} {aim.limit:g} {aim.unit}".strip()


def _valued(value: float | None, aim: Aim) -> str:
    return "" if value is None else f"{times(value)} {aim.unit}".strip()


def _sections(found: Found) -> str:
    rounds = f"Medians of {found.rounds}." if found.rounds > 1 else "Measured once."
    return "".join(
        f"\n## {each.title}\n\n{each.text} {rounds}\n\n{table(each.head, each.rows)}\n"
        for each in found.tables
    )
