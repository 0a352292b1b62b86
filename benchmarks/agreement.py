"""Whether documents say the same: every SKU once, in the same order, with the same quantity.

`python agreement.py csv:a.csv csv:b.csv xml:c.xml edi846:d.x12`: ends with 1 and the first difference, if any.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from advice import FIELDS, READING

from formats import registry


def main() -> None:
    first, *others = sys.argv[1:]
    expected = read(first)
    for other in others:
        difference = first_difference(expected, read(other))
        if difference:
            sys.exit(f"{first} and {other} differ: {difference}")
    print(len(expected))


def read(document: str) -> pd.DataFrame:
    """`FORMAT:PATH` → `sku` and `quantity` as text, read as a feed's file is."""
    name, _, path = document.partition(":")
    style = registry.get(name)
    table = style.read(Path(path).read_bytes(), FIELDS[name], style.Reading(**READING[name]))
    if len(table.rejects):
        sys.exit(f"{path}: {len(table.rejects)} rows cannot be read, the first: {table.rejects['reason'][0]}")
    return table.texts


def first_difference(expected: pd.DataFrame, found: pd.DataFrame) -> str:
    """The first place where two documents are not the same; "" if they are."""
    if len(expected) != len(found):
        return f"{len(expected)} and {len(found)} lines"
    unlike = (expected["sku"] != found["sku"]) | (expected["quantity"] != found["quantity"])
    if not unlike.any():
        return ""
    row = int(unlike.to_numpy().argmax())
    pairs = [f"{each['sku'].iloc[row]} {each['quantity'].iloc[row]}" for each in (expected, found)]
    return f"line {row + 1}: {' and '.join(pairs)}"


if __name__ == "__main__":
    main()
