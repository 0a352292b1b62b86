"""Reading an 846 that is odd beside one that is sound: `python oddities.py LINES ROUNDS` prints MB/s of each."""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any

from advice import ENVELOPE, PARTNERS, advice

from formats.edi846 import Edi846


def main() -> None:
    lines, rounds = int(sys.argv[1]), int(sys.argv[2])
    plain = document(lines)
    files = {
        "sound": plain,
        "CRLF after each segment": plain.replace(b"~", b"~\r\n"),
        "every hundredth line with REF and DTM": plain.replace(
            b"7~QTY*33*7*", b"7~REF*ZZ*X~DTM*036*20261231~QTY*33*7*"
        ),
        "SDQ, two warehouses": document(lines, location="sdq"),
        "LS and REF, two warehouses": document(lines, location="ls"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in files}
    for _ in range(rounds):
        for name, data in files.items():
            start = time.perf_counter()
            Edi846().read(data, {}, Edi846.Reading())
            seconds[name].append(time.perf_counter() - start)
    print(
        json.dumps({name: len(files[name]) / statistics.median(each) / 1e6 for name, each in seconds.items()})
    )


def document(lines: int, **options: Any) -> bytes:
    wanted = Edi846.Writing(**{**PARTNERS, **options})
    return Edi846().write(advice(lines, warehouses=wanted.by_warehouse()), wanted, ENVELOPE)


if __name__ == "__main__":
    main()
