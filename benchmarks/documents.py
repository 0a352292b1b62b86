"""Documents of N lines, written and read back by our formats and by what else there is.

`python documents.py N` prints `[{"what", "by", "seconds"}]`. Everything that is read back is compared. For 846 the plain
loop that people write stands in: LIN and QTY alone, no envelope, no counts, no checks.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from lxml import etree

from formats import registry
from formats.contract import INT64, TEXT, Envelope

ENVELOPE = Envelope(number=1, written_at=datetime(2026, 11, 20, 12, tzinfo=UTC), complete=True)
OPTIONS: dict[str, dict[str, Any]] = {
    "csv": {},
    "xml": {},
    "edi846": {"sender": "ZZ/ACMEWHSE", "receiver": "ZZ/BIGBOX"},
}
OURS = "Stockferry"


def main() -> None:
    lines = advice(int(sys.argv[1]))
    figures = [figure for name in OPTIONS for figure in (*ours(name, lines), *PEERS[name](lines))]
    print(json.dumps(figures))


def advice(count: int) -> pd.DataFrame:
    """The lines of a cart, as a format gets them."""
    random = np.random.default_rng(846)
    sku = pd.Series(np.arange(count)).astype(TEXT).str.zfill(7)
    return pd.DataFrame(
        {
            "sku": ("SKU-" + sku).astype(TEXT),
            "quantity": pd.Series(random.integers(0, 80, count)).astype(INT64),
            "as_of": pd.Series(["2026-11-20T09:00:00Z"] * count, dtype=TEXT),
            "merchant": pd.Series(["acme"] * count, dtype=TEXT),
            "cart": pd.Series(["front"] * count, dtype=TEXT),
        }
    )


Figure = dict[str, str | float]


def timed(what: str, by: str, act: Callable[[], Any]) -> tuple[Figure, Any]:
    start = time.perf_counter()
    result = act()
    return {"what": what, "by": by, "seconds": time.perf_counter() - start}, result


def ours(name: str, lines: pd.DataFrame) -> list[Figure]:
    style = registry.get(name)
    options = style.Writing(**OPTIONS[name])
    writing, document = timed(f"{name}: write", OURS, lambda: style.write(lines, options, ENVELOPE))
    reading, back = timed(f"{name}: read", OURS, lambda: style.read_back(document, options))
    same(name, lines, back["sku"], back["quantity"])
    return [writing, reading]


def pandas_csv(lines: pd.DataFrame) -> list[Figure]:
    wanted = lines[["sku", "quantity"]]
    writing, text = timed("csv: write", "pandas to_csv", lambda: wanted.to_csv(index=False))
    reading, back = timed("csv: read", "pandas read_csv", lambda: pd.read_csv(io.StringIO(text), dtype=str))
    same("pandas", lines, back["sku"], back["quantity"])
    return [writing, reading]


def xml_libraries(lines: pd.DataFrame) -> list[Figure]:
    return [*lxml(lines), *pandas_xml(lines)]


def lxml(lines: pd.DataFrame) -> list[Figure]:
    writing, document = timed("xml: write", "lxml xmlfile", lambda: write_with_lxml(lines))
    reading, back = timed("xml: read", "lxml iterparse", lambda: read_with_lxml(document))
    same("lxml", lines, *back)
    return [writing, reading]


def write_with_lxml(lines: pd.DataFrame) -> bytes:
    sink = io.BytesIO()
    with etree.xmlfile(sink, encoding="utf-8") as xml, xml.element("inventory"):
        for sku, quantity in zip(lines["sku"].tolist(), lines["quantity"].tolist(), strict=True):
            item = etree.Element("item")
            etree.SubElement(item, "sku").text = sku
            etree.SubElement(item, "quantity").text = str(quantity)
            xml.write(item)
    return sink.getvalue()


def read_with_lxml(document: bytes) -> tuple[list[str], list[str]]:
    skus, quantities = [], []
    for _, item in etree.iterparse(io.BytesIO(document), tag="item"):
        skus.append(item.findtext("sku"))
        quantities.append(item.findtext("quantity"))
        item.clear()
        while item.getprevious() is not None:
            del item.getparent()[0]
    return skus, quantities


def pandas_xml(lines: pd.DataFrame) -> list[Figure]:
    wanted = lines[["sku", "quantity"]]
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        writing, _ = timed(
            "xml: write",
            "pandas to_xml",
            lambda: wanted.to_xml(file.name, index=False, root_name="inventory", row_name="item"),
        )
        reading, back = timed(
            "xml: read",
            "pandas read_xml",
            lambda: pd.read_xml(file.name, iterparse={"item": ["sku", "quantity"]}, dtype=str),
        )
    same("pandas", lines, back["sku"], back["quantity"])
    return [writing, reading]


def plain_loops(lines: pd.DataFrame) -> list[Figure]:
    writing, document = timed("edi846: write", "a plain loop", lambda: write_with_a_loop(lines))
    reading, back = timed("edi846: read", "a plain loop", lambda: read_with_a_loop(document))
    same("loop", lines, *back)
    return [writing, reading]


def write_with_a_loop(lines: pd.DataFrame) -> bytes:
    pairs = zip(lines["sku"].tolist(), lines["quantity"].tolist(), strict=True)
    segments = [f"LIN*{row}*SK*{sku}~QTY*33*{quantity}*EA~" for row, (sku, quantity) in enumerate(pairs, 1)]
    return "".join(segments).encode("ascii")


def read_with_a_loop(document: bytes) -> tuple[list[str], list[str]]:
    skus, quantities = [], []
    for segment in document.decode("ascii").split("~"):
        elements = segment.split("*")
        if elements[0] == "LIN":
            skus.append(elements[3])
        elif elements[0] == "QTY":
            quantities.append(elements[2])
    return skus, quantities


PEERS: dict[str, Callable[[pd.DataFrame], list[Figure]]] = {
    "csv": pandas_csv,
    "xml": xml_libraries,
    "edi846": plain_loops,
}


def same(who: str, lines: pd.DataFrame, sku: Any, quantity: Any) -> None:
    """Ends everything if something read back is not what was written."""
    meant = lines["quantity"].astype(TEXT).tolist()
    if lines["sku"].tolist() != list(sku) or meant != list(quantity):
        sys.exit(f"{who}: what was read back is not what was written; the figures would mean nothing")


if __name__ == "__main__":
    main()
