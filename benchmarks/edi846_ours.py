"""Reads an 846 with our reader and prints what the peers print."""

from __future__ import annotations

import json
import resource
import sys
import time
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from formats.edi846 import Edi846

data = Path(sys.argv[1]).read_bytes()
seconds = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    table = Edi846().read(data, {}, Edi846.Reading())
    seconds.append(time.perf_counter() - start)
found = {
    "seconds": seconds,
    "lines": len(table.cells),
    "total": pc.sum(pa.array(table.cells["quantity"]).cast(pa.int64())).as_py(),
    "checksum": zlib.crc32("\n".join(table.cells["sku"]).encode()),
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
}
print(json.dumps(found))
