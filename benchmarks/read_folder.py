"""Reads every EDI file of a folder and prints a line for each: what is in it, or why it is refused.

    python benchmarks/read_folder.py FOLDER

Ends with exit code 1 if reading a file raises anything but a FormatError: that would be a defect.
"""

from __future__ import annotations

import sys
from pathlib import Path

from formats import registry
from formats.acknowledgement.reader import read_acknowledgements
from formats.errors import FormatError

ROOT = Path(__file__).parents[1]


def said_of(data: bytes) -> str:
    """The first reading of a file that succeeds; else every refusal."""
    refusals = []
    for name, feed in (("edi846", "inventory"), ("edi850", "orders"), ("invrpt", "inventory")):
        if name not in registry.FORMATS or feed not in registry.get(name).feeds:
            continue
        form = registry.get(name)
        try:
            table = form.read(data, {}, form.Reading())
        except FormatError as error:
            refusals.append(f"{name}: {error}")
            continue
        warned = f", {len(table.warnings)} warnings: {table.warnings[0]}" if table.warnings else ""
        return (
            f"{name}: {len(table.cells)} rows, {len(table.rejects)} rejects, as of {table.stated_at}{warned}"
        )
    try:
        groups = read_acknowledgements(data).groups
    except FormatError as error:
        refusals.append(f"997: {error}")
        return "refused: " + "; ".join(refusals)
    return f"997: {', '.join(f'{group.code} {group.number} {group.verdict}' for group in groups)}"


def main(folder: Path) -> int:
    """A line for every file; 1 if one of them raised what it must not."""
    defects = 0
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        try:
            line = said_of(path.read_bytes())
        except Exception as error:  # noqa: BLE001 - what is looked for
            defects += 1
            line = f"DEFECT {type(error).__name__}: {error}"
        print(f"{path.relative_to(folder)}: {line}")
    return 1 if defects else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
