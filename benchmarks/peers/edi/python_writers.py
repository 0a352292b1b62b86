"""Writes an 846 with pyx12's writer of segments and prints the seconds.

python python_writers.py pyx12 LINES FILE      LINES: a SKU and a quantity per line
"""

from __future__ import annotations

import io
import json
import resource
import sys
import time
from pathlib import Path

from pyx12.segment import Segment
from pyx12.x12file import X12Writer

HEAD = (
    f"ISA*00*{'':10}*00*{'':10}*ZZ*{'ACMEWHSE':15}*ZZ*{'BIGBOX':15}*261120*1200*U*00401*000000001*0*P*>",
    "GS*IB*ACMEWHSE*BIGBOX*20261120*1200*1*X*004010",
    "ST*846*0001",
    "BIA*00*SI*1*20261120*1200",
)


def write(lines: list[tuple[str, str]], path: Path) -> None:
    """It closes what it has opened by itself: SE, GE and IEA."""
    sink = io.StringIO()
    with X12Writer(sink, "~", "*", ">", "", "^") as writer:
        for text in HEAD:
            writer.Write(Segment(text, "~", "*", ">"))
        for number, (sku, quantity) in enumerate(lines, 1):
            writer.Write(Segment(f"LIN*{number}*SK*{sku}", "~", "*", ">"))
            writer.Write(Segment(f"QTY*33*{quantity}*EA", "~", "*", ">"))
        writer.Write(Segment(f"CTT*{len(lines)}", "~", "*", ">"))
    path.write_text(sink.getvalue())


def main() -> None:
    """Measures it once."""
    _, source, target = sys.argv[1:]
    rows = [line.split(" ") for line in Path(source).read_text().splitlines()]
    lines = [(sku, quantity) for sku, quantity in rows]
    start = time.perf_counter()
    write(lines, Path(target))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main()
