"""What the machine needs for the bytes alone: reads and hashes files, hashes, writes and syncs the same bytes as others.

`python floor.py FOLDER READ... -- WRITE...` prints `{"seconds"}`, the median of five times. What is written goes into FOLDER.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import sys
import time
from pathlib import Path

TIMES = 5


def main() -> None:
    folder, *words = sys.argv[1:]
    at = words.index("--")
    reads = [Path(word) for word in words[:at]]
    writes = [Path(word).read_bytes() for word in words[at + 1 :]]
    target = Path(folder) / "floor"
    seconds = statistics.median(once(reads, writes, target) for _ in range(TIMES))
    target.unlink(missing_ok=True)
    print(json.dumps({"seconds": seconds}))


def once(reads: list[Path], writes: list[bytes], target: Path) -> float:
    start = time.perf_counter()
    for path in reads:
        hashlib.sha256(path.read_bytes())
    for data in writes:
        hashlib.sha256(data)
        with target.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
