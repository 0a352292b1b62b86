"""Writes a document in one way: `python write.py FORMAT BY LINES FILE` prints seconds, and leaves the file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from advice import ENVELOPE, WRITING, advice
from work.repeat import repeated, tell

Write = Callable[[pd.DataFrame, Path], None]


def ours(style: str) -> Write:
    from formats import registry  # noqa: PLC0415 - each process imports what it measures

    form = registry.writer(style)
    options = form.Writing(**WRITING[style])

    def write(lines: pd.DataFrame, path: Path) -> None:
        path.write_bytes(form.write(lines, options, ENVELOPE))

    return write


def checked(style: str) -> Write:
    """Written, read back and compared, as a cart's document is before anyone relies on it."""
    from batch.advise.document import difference_in  # noqa: PLC0415
    from formats import registry  # noqa: PLC0415

    form = registry.writer(style)
    options: Any = form.Writing(**WRITING[style])

    def write(lines: pd.DataFrame, path: Path) -> None:
        data = form.write(lines, options, ENVELOPE)
        if difference := difference_in(data, lines, form, options, ENVELOPE):
            sys.exit(difference)
        path.write_bytes(data)

    return write


def with_pandas_csv(lines: pd.DataFrame, path: Path) -> None:
    lines[["sku", "quantity"]].to_csv(path, index=False)


def with_pandas_xml(lines: pd.DataFrame, path: Path) -> None:
    lines[["sku", "quantity"]].to_xml(path, index=False, root_name="inventory", row_name="item")


def with_polars(lines: pd.DataFrame, path: Path) -> None:
    import polars as pl  # noqa: PLC0415

    pl.from_pandas(lines[["sku", "quantity"]]).write_csv(path)


def with_lxml(lines: pd.DataFrame, path: Path) -> None:
    from lxml import etree  # noqa: PLC0415

    with etree.xmlfile(str(path), encoding="utf-8") as xml, xml.element("inventory"):
        for sku, quantity in zip(lines["sku"].tolist(), lines["quantity"].tolist(), strict=True):
            item = etree.Element("item")
            etree.SubElement(item, "sku").text = sku
            etree.SubElement(item, "quantity").text = str(quantity)
            xml.write(item)


ISA = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'ACMEWHSE':15}*ZZ*{'BIGBOX':15}*261120*1200*U*00401*000000001*0*P*>~"
HEAD = f"{ISA}GS*IB*ACMEWHSE*BIGBOX*20261120*1200*1*X*004010~ST*846*0001~BIA*00*SI*1*20261120*1200~"


def with_a_loop(lines: pd.DataFrame, path: Path) -> None:
    pairs = zip(lines["sku"].tolist(), lines["quantity"].tolist(), strict=True)
    loops = [f"LIN*{row}*SK*{sku}~QTY*33*{quantity}*EA~" for row, (sku, quantity) in enumerate(pairs, 1)]
    foot = f"CTT*{len(lines)}~SE*{4 + 2 * len(lines)}*0001~GE*1*1~IEA*1*000000001~"
    path.write_text("".join([HEAD, *loops, foot]))


PEERS: dict[str, Write] = {
    "pandas to_csv": with_pandas_csv,
    "pandas to_xml": with_pandas_xml,
    "Polars write_csv": with_polars,
    "lxml xmlfile": with_lxml,
    "a plain loop": with_a_loop,
}
FEW = 100


def main() -> None:
    style, by, count, file = sys.argv[1:]
    write = PEERS[by] if by in PEERS else checked(style) if "," in by else ours(style)
    write(advice(FEW), Path(file))  # imports, and whatever a library prepares
    lines = advice(int(count))
    figures, _ = repeated(lambda: write(lines, Path(file)))
    tell(figures)


if __name__ == "__main__":
    main()
