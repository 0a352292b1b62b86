"""Reads an 846 with one tool, several times, and prints the median of seconds, LIN, the sum of QTY02 and a checksum of the SKUs.

    python python_readers.py TOOL FILE ROUNDS      TOOL: ansi-x12 | pyx12

Each does what its API suggests: go through the segments, take the SKU of LIN and the number of QTY.
"""

from __future__ import annotations

import io
import json
import resource
import statistics
import sys
import time
import zlib
from pathlib import Path


def ansi_x12(data: bytes) -> tuple[list[str], list[str]]:
    """ansi-x12: tokenized segments."""
    from x12 import tokenize_x12  # noqa: PLC0415 - installed only where it is measured

    skus, quantities = [], []
    for segment in tokenize_x12(data).segments:
        if segment.tag == "LIN":
            skus.append(_text(segment.elements[2]))
        elif segment.tag == "QTY":
            quantities.append(_text(segment.elements[1]))
    return skus, quantities


def _text(value: object) -> str:
    found = getattr(value, "value", value)
    return found.decode() if isinstance(found, bytes) else str(found)


def pyx12(data: bytes) -> tuple[list[str], list[str]]:
    """pyx12: its reader of segments; it knows no map of an 846."""
    from pyx12.x12file import X12Reader  # noqa: PLC0415 - as above

    skus, quantities = [], []
    with X12Reader(io.StringIO(data.decode())) as reader:
        for segment in reader:
            name = segment.get_seg_id()
            if name == "LIN":
                skus.append(segment.get_value("LIN03"))
            elif name == "QTY":
                quantities.append(segment.get_value("QTY02"))
    return skus, quantities


TOOLS = {"ansi-x12": ansi_x12, "pyx12": pyx12}


def main() -> None:
    """Measures one tool on one file."""
    data = Path(sys.argv[2]).read_bytes()
    seconds = []
    for _ in range(int(sys.argv[3])):
        start = time.perf_counter()
        skus, quantities = TOOLS[sys.argv[1]](data)
        seconds.append(time.perf_counter() - start)
    found = {
        "seconds": statistics.median(seconds),
        "lines": len(skus),
        "total": sum(map(int, quantities)),
        "checksum": zlib.crc32("\n".join(skus).encode()),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
