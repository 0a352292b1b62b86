"""Reads a document in one way: `python read.py FORMAT BY FILE` prints seconds, and what it came to."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from work.repeat import repeated, tell

READY = datetime(2026, 11, 20, 9, tzinfo=UTC)


def ours(style: str) -> Callable[[Path], tuple[Any, Any]]:
    """From bytes to the frame that a feed's file becomes."""
    from advice import FIELDS, READING  # noqa: PLC0415 - each process imports what it measures

    from batch.receive.conform import InventoryRules, conform_inventory  # noqa: PLC0415
    from formats import registry  # noqa: PLC0415

    form, named = registry.get(style), FIELDS[style]
    fields = {**named, **({"as_of": "as_of"} if named else {})}
    rules = InventoryRules(zone=ZoneInfo("UTC"), fractions="reject", as_of=None if named else READY)

    def read(path: Path) -> tuple[Any, Any]:
        raw = form.read(path.read_bytes(), fields, form.Reading(**READING[style]))
        rows = conform_inventory(raw, rules).rows
        return rows["sku"], rows["quantity"]

    return read


def with_pandas_csv(path: Path) -> tuple[Any, Any]:
    import pandas as pd  # noqa: PLC0415

    frame = pd.read_csv(path)
    return frame["sku"], frame["quantity"]


def with_polars(path: Path) -> tuple[Any, Any]:
    import polars as pl  # noqa: PLC0415

    frame = pl.read_csv(path)
    return frame["sku"].to_arrow(), frame["quantity"].to_arrow()


def with_pandas_xml(path: Path) -> tuple[Any, Any]:
    import pandas as pd  # noqa: PLC0415

    frame = pd.read_xml(path, iterparse={"item": ["sku", "quantity", "as_of"]})
    return frame["sku"], frame["quantity"]


def with_lxml(path: Path) -> tuple[Any, Any]:
    from lxml import etree  # noqa: PLC0415

    skus, quantities = [], []
    for _, item in etree.iterparse(str(path), tag="item"):
        skus.append(item.findtext("sku"))
        quantities.append(int(item.findtext("quantity")))
        item.clear()
        while item.getprevious() is not None:
            del item.getparent()[0]
    return skus, quantities


def with_a_loop(path: Path) -> tuple[Any, Any]:
    skus, quantities = [], []
    for segment in path.read_bytes().decode().split("~"):
        elements = segment.split("*")
        if elements[0] == "LIN":
            skus.append(elements[3])
        elif elements[0] == "QTY":
            quantities.append(int(elements[2]))
    return skus, quantities


PEERS: dict[str, Callable[[Path], tuple[Any, Any]]] = {
    "pandas read_csv": with_pandas_csv,
    "Polars read_csv": with_polars,
    "pandas read_xml": with_pandas_xml,
    "lxml iterparse": with_lxml,
    "a plain loop": with_a_loop,
}


def main() -> None:
    style, by, file = sys.argv[1:]
    read = PEERS[by] if by in PEERS else ours(style)
    small = Path(file).with_name(f"small.{style}")
    read(small)  # imports, and whatever a library prepares
    figures, (skus, quantities) = repeated(lambda: read(Path(file)))
    texts = (
        pa.array(skus, pa.string()).to_pylist()
        if isinstance(skus, list)
        else list(skus.to_pylist() if hasattr(skus, "to_pylist") else skus)
    )
    total = pc.sum(pa.array(quantities).cast(pa.int64())).as_py()
    tell(figures, lines=len(texts), total=total, checksum=zlib.crc32("\n".join(texts).encode()))


if __name__ == "__main__":
    main()
