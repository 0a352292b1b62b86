"""What was found as Markdown: ratios first, absolute times only beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from measure import Figures, ratio
from results import OURS, Results, Target, targets

PAGE = """\
# Speed and memory

<!-- Written by `benchmarks/cycle.py --publish`; change that instead. -->

Made with `make bench`, which anyone can repeat from a clone: it installs the peers, writes the input files, runs everything
side by side and prints these tables. `.venv/bin/python benchmarks/cycle.py --rounds 5 --publish` writes this page. Compare
inside one table: seconds differ from machine to machine and from hour to hour, ratios much less.

{tables}"""

TABLES = """\
{date}; {machine}; {versions}. Wall and CPU time and peak resident memory of whole processes, start and imports
included: medians over rounds (here {rounds}) in which the contenders take turns.

## What is aimed at

The aims are for 1,000,000 SKUs; a smaller run says little about them.

{targets}

## One cycle

{skus} SKUs in two warehouses ({levels} WMS rows) and {skus} order lines, two CSV files in; one CSV file with every SKU out.
The peers are scripts (`benchmarks/peers/`) that compute the same numbers and write them to a file; Stockferry besides keeps
both inputs and the document in its archive, checks every cell, records levels and order lines so that it can go on
from them, reads its document back, delivers it under a temporary name that it then changes, and syncs all of it to the disk.

{agreement}
A ratio is to the peer that is best in the column before it. Each round is compared with itself, and the median of these
ratios is what stands there: it need not be the ratio of the medians.

{contenders}

## What follows

The same account goes on; the last line is another one. Ratios are to the first line.

{steps}{cart}

## Where a cycle spends its time

One cycle of its own under Python's profiler, which slows it a little; start and imports are left out, they cost about what a
cycle with nothing new does.

{parts}
"""

CART = "\n\nOne more cart, told one SKU, adds {milliseconds:.1f} ms to a cycle."

DOCUMENTS = """\

## Documents

{skus} lines, one run each, in one process. Ratios are to our time. The plain loop is what people write by hand, without
envelope, counts or checks; ours has all of these, and everyone's text was the same when read back.

{documents}
"""


def page(results: Results) -> str:
    """The whole of docs/performance.md."""
    return PAGE.format(tables=tables(results))


def tables(results: Results) -> str:
    """The tables with what one has to know to read them."""
    return _cycles(results) + (_documents(results) if results.documents else "")


def _cycles(results: Results) -> str:
    return TABLES.format(
        date=results.date,
        machine=results.machine,
        versions=results.versions,
        rounds=results.rounds,
        skus=f"{results.skus:,}",
        levels=f"{2 * results.skus:,}",
        targets=_targets(targets(results)),
        agreement=_agreement(results),
        contenders=_contenders(results),
        steps=_steps(results.steps),
        cart="" if results.cart is None else CART.format(milliseconds=1000 * results.cart),
        parts=_parts(results.parts),
    )


def _agreement(results: Results) -> str:
    if not results.peers:
        return "No peer is installed here (`make bench` installs them), so there is nothing to compare with."
    return "All of them gave the same quantity for every SKU, in every round."


def _targets(found: Iterable[Target]) -> str:
    rows = [(target.claim, f"≤ {target.limit:g}", _times(target.found), target.verdict) for target in found]
    return _table(("ratio", "aim", "found", ""), rows)


def _contenders(results: Results) -> str:
    peers = results.peers.values()
    rows = [
        (
            name,
            *_wall(each),
            _times(ratio(each, peers, "wall")),
            f"{each.cpu:.2f}",
            _times(ratio(each, peers, "cpu")),
            f"{each.peak:.0f}",
            _times(ratio(each, peers, "peak")),
        )
        for name, each in results.contenders.items()
    ]
    return _table(("", "s", "least to most", "ratio", "CPU s", "ratio", "peak MB", "ratio"), rows)


def _steps(steps: Mapping[str, Figures]) -> str:
    first = next(iter(steps.values()))
    rows = [
        (name, *_wall(each), _times(ratio(each, [first], "wall")), f"{each.cpu:.2f}", f"{each.peak:.0f}")
        for name, each in steps.items()
    ]
    return _table(("a cycle with", "s", "least to most", "ratio", "CPU s", "peak MB"), rows)


def _wall(figures: Figures) -> tuple[str, str]:
    return f"{figures.wall:.2f}", f"{figures.least:.2f} to {figures.most:.2f}"


def _parts(parts: Sequence[tuple[str, float | None]]) -> str:
    total = sum(seconds or 0 for _, seconds in parts)
    rows = [
        (step, "not seen" if seconds is None else f"{seconds:.2f}", _share(seconds, total))
        for step, seconds in parts
    ]
    return _table(("step", "s", "of these"), rows)


def _share(seconds: float | None, total: float) -> str:
    return "" if seconds is None or not total else f"{100 * seconds / total:.0f} %"


def _documents(results: Results) -> str:
    found = results.documents
    rows = [
        (what, by, f"{seconds:.2f}", _times(seconds / found[what, OURS]))
        for (what, by), seconds in sorted(found.items(), key=lambda item: (item[0][0], item[1]))
    ]
    return DOCUMENTS.format(skus=f"{results.skus:,}", documents=_table(("", "by", "s", "ratio"), rows))


def _times(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
