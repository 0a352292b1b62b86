"""Documents read and written: ours beside pandas, Polars, lxml and the EDI libraries, each in a process of its own.

Python peers of EDI run in the environment that PEERS_PYTHON names, npm's under PEERS_NODE (a folder with node_modules); `make
bench` makes both. A peer that is missing is left out, and the page says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from found import Aim, Found, Table
from measure import CommandFailed, Cost, Figures, ask, child, floor, rate, run
from plan import Plan, rotated
from tables import number, times

OURS = "Stockferry"
CHECKED = "Stockferry, read back and compared"
CSV, XML, EDI = "csv", "xml", "edi846"
READERS = {
    CSV: (OURS, "pandas read_csv", "Polars read_csv"),
    XML: (OURS, "lxml iterparse", "pandas read_xml"),
    EDI: (OURS, "a plain loop"),
}
WRITERS = {
    CSV: (OURS, CHECKED, "pandas to_csv", "Polars write_csv"),
    XML: (OURS, CHECKED, "lxml xmlfile", "pandas to_xml"),
    EDI: (OURS, CHECKED, "a plain loop"),
}
PYTHON_READS, PYTHON_WRITES = ("ansi-x12", "pyx12"), ("pyx12",)
NODE_READS, NODE_WRITES = ("x12-parser", "node-x12"), ("node-x12",)
LIBRARIES = frozenset((*PYTHON_READS, *NODE_READS))
AIMS = (
    ("read", CSV, ("pandas read_csv",), 1),
    ("read", XML, ("pandas read_xml",), 10),
    ("read", EDI, tuple(LIBRARIES), 10),
    ("write", CSV, ("pandas to_csv",), 5),
    ("write", XML, ("pandas to_xml",), 10),
    ("write", XML, ("lxml xmlfile",), 3),
    ("write", EDI, tuple(LIBRARIES), 10),
)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """`folder`: the documents that are read. `seconds`: (what, format, by) → one cost per round, its `wall` what the child took."""

    plan: Plan
    folder: Path
    seconds: dict[tuple[str, str, str], list[Cost]] = field(default_factory=dict)

    def figures(self, what: str, style: str, by: str) -> Figures:
        return Figures(rounds=tuple(self.seconds[what, style, by]))

    def those(self, what: str, style: str) -> list[str]:
        return [by for one, other, by in self.seconds if (one, other) == (what, style)]


def measure(plan: Plan) -> Found:
    bench = Bench(plan=plan, folder=plan.folder / f"{plan.skus}-lines")
    if not bench.folder.exists():
        run(child("work/lay_out_documents.py", bench.folder, plan.skus))
    acts = {**_reading(bench), **_writing(bench)}
    for index in range(plan.rounds):
        for name in rotated(list(acts), index):
            _once(bench, name, acts[name], check=not index)
    least = {style: _bytes_alone(bench, style) for style in (CSV, XML, EDI)}
    return Found(
        aims=list(_aims(bench, least)),
        tables=[*(_table(bench, what, least) for what in ("read", "write")), oddities(bench)],
        skus=plan.skus,
        rounds=plan.rounds,
    )


Name = tuple[str, str, str]


def _reading(bench: Bench) -> dict[Name, list[object]]:
    found: dict[Name, list[object]] = {
        ("read", style, by): child("work/read.py", style, by, _feed(bench, style))
        for style, readers in READERS.items()
        for by in readers
    }
    return found | {
        ("read", EDI, by): [*command, _feed(bench, EDI), 1]
        for by, command in _libraries("readers", PYTHON_READS, NODE_READS).items()
    }


def _writing(bench: Bench) -> dict[Name, list[object]]:
    found: dict[Name, list[object]] = {
        ("write", style, by): child("work/write.py", style, by, bench.plan.skus, _out(bench, style, by))
        for style, writers in WRITERS.items()
        for by in writers
    }
    return found | {
        ("write", EDI, by): [*command, bench.folder / "lines.txt", _out(bench, EDI, by)]
        for by, command in _libraries("writers", PYTHON_WRITES, NODE_WRITES).items()
    }


def _libraries(script: str, python: Sequence[str], node: Sequence[str]) -> dict[str, list[object]]:
    """Tool → how to run it, for those that are there."""
    folder, found = Path(__file__).parent / "peers" / "edi", {}
    if environment := os.environ.get("PEERS_PYTHON"):
        found |= {tool: [environment, folder / f"python_{script}.py", tool] for tool in python}
    if modules := os.environ.get("PEERS_NODE"):
        os.environ["NODE_PATH"] = str(Path(modules) / "node_modules")
        found |= {tool: ["node", folder / f"node_{script}.cjs", tool] for tool in node}
    return found


def _feed(bench: Bench, style: str) -> Path:
    """A document as a feed would be, written by us."""
    return bench.folder / f"feed.{style}"


def _out(bench: Bench, style: str, by: str) -> Path:
    return bench.folder / f"{by.replace(' ', '-').replace(',', '')}.{style}"


def _once(bench: Bench, name: Name, command: list[object], *, check: bool) -> None:
    """One process; who reads comes to the same as all others, what is written says the same."""
    what, style, by = name
    cost, told = ask(command)
    seconds = float(told["seconds"])
    peak = float(told.get("peak") or cost.peak)
    cpu = float(told.get("cpu") or seconds)
    noted = Cost(wall=seconds, user=cpu, system=0.0, peak=peak)
    bench.seconds.setdefault(name, []).append(noted)
    bench.plan.note(f"{style}: {what}: {by}", noted)
    if what == "read":
        expected = json.loads((bench.folder / "expected.json").read_text())
        if any(told[key] != expected[key] for key in expected):
            raise CommandFailed(f"{by} comes to other SKUs or quantities than stand in the file: {told}")
    elif check:
        run(child("agreement.py", f"csv:{_feed(bench, CSV)}", f"{style}:{_out(bench, style, by)}"))


def _bytes_alone(bench: Bench, style: str) -> tuple[float, float]:
    """Seconds to read and hash a feed; to hash, write and sync a document."""
    folder = bench.folder
    return (
        floor(folder, reads=[_feed(bench, style)]),
        floor(folder, writes=[_out(bench, style, OURS)]),
    )


def _aims(bench: Bench, least: Mapping[str, tuple[float, float]]) -> Iterator[Aim]:
    verbs = {"read": "read to a conformed frame", "write": "written"}
    for what, style, peers, limit in AIMS:
        ours = bench.figures(what, style, OURS)
        theirs = {by: bench.figures(what, style, by) for by in bench.those(what, style) if by in peers}
        fastest = min(theirs, key=lambda by: theirs[by].wall, default=None)
        named = fastest or "the fastest EDI library"
        alone = least[style][what == "write"]
        yield Aim(
            work=f"{style}: {bench.plan.skus:,} lines {verbs[what]}, times as fast",
            against=named if style != EDI else f"the fastest EDI library: {named}",
            limit=limit,
            most=False,
            found=rate(ours, theirs.values()),
            floor=theirs[fastest].wall / alone if fastest else None,
        )


def _table(bench: Bench, what: str, least: Mapping[str, tuple[float, float]]) -> Table:
    rows = []
    for style in (CSV, XML, EDI):
        ours = bench.figures(what, style, OURS)
        document = _feed(bench, style) if what == "read" else _out(bench, style, OURS)
        megabytes = document.stat().st_size / 1e6
        for by in bench.those(what, style):
            each = bench.figures(what, style, by)
            found = rate(ours, [each]) if by != OURS else 1.0
            speed = (
                f"{megabytes / each.wall:.0f}"
                if megabytes / each.wall >= 10
                else f"{megabytes / each.wall:.1f}"
            )
            rows.append(
                [style, by, number(each.wall), times(found), number(each.cpu), speed, f"{each.peak:.0f}"]
            )
        rows.append([style, "the bytes alone", number(least[style][what == "write"]), "", "", "", ""])
    text = {"read": READ, "write": WRITTEN}[what] + _missing(bench, what)
    head = ("", "by", "s", "times our time", "CPU s", "MB/s", "peak MB")
    return Table(
        title=f"Documents {'read' if what == 'read' else 'written'}", text=text, head=head, rows=rows
    )


READ = """\
Each in a process of its own, imports left out; a process reads as often as fits into two seconds, at most five times, and
its median counts. Ours reads to a conformed frame: every cell checked, quantities as numbers, instants as instants, line numbers
kept. pandas and Polars read what their readers make of the file by themselves; EDI libraries go through the segments and take the
SKU of LIN and the number of QTY, as does the plain loop that people write, which has no checks at all. All came to the same."""

WRITTEN = """\
From a frame to a file, otherwise as above. The plain loop writes LIN and QTY alone; ours has envelope, counts and checks of every
value. What our carts pay is the second line of each: written, read back from the bytes and compared with what was meant. All
files said the same when read."""


def _missing(bench: Bench, what: str) -> str:
    wanted = (*PYTHON_READS, *NODE_READS) if what == "read" else (*PYTHON_WRITES, *NODE_WRITES)
    missing = [tool for tool in wanted if tool not in bench.those(what, EDI)]
    return f" Not there, so not measured: {', '.join(missing)}." if missing else ""


def oddities(bench: Bench) -> Table:
    """Reading an 846 that is odd beside one that is sound."""
    _, told = ask(child("work/oddities.py", bench.plan.skus, bench.plan.rounds))
    sound = told["sound"]
    rows = [[name, f"{each:.0f}", times(each / sound)] for name, each in told.items()]
    text = "Medians in one process; MB of the document per second."
    return Table(title="An 846 with oddities, read by us", text=text, head=("", "MB/s", "ratio"), rows=rows)
