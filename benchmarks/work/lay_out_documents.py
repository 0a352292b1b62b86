"""The documents that are read: `python lay_out_documents.py FOLDER LINES` writes a feed per format, a small one, and what is in them."""

from __future__ import annotations

import json
import sys
import zlib
from pathlib import Path

from advice import ENVELOPE, FEED, advice

from formats import registry

FEW = 100


def main() -> None:
    folder, lines = Path(sys.argv[1]), advice(int(sys.argv[2]))
    folder.mkdir(parents=True)
    for style, options in FEED.items():
        form = registry.writer(style)
        for name, part in (("feed", lines), ("small", lines[:FEW])):
            (folder / f"{name}.{style}").write_bytes(form.write(part, form.Writing(**options), ENVELOPE))
    rows = zip(lines["sku"], lines["quantity"].astype(str), strict=True)
    (folder / "lines.txt").write_text("".join(f"{sku} {quantity}\n" for sku, quantity in rows))
    skus = "\n".join(lines["sku"]).encode()
    known = {"lines": len(lines), "total": int(lines["quantity"].sum()), "checksum": zlib.crc32(skus)}
    (folder / "expected.json").write_text(json.dumps(known))


if __name__ == "__main__":
    main()
