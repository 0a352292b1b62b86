"""An 846 with one thing wrong, by the hundred."""

from __future__ import annotations

import re
from collections.abc import Iterator


def renumbered(parts: list[str]) -> str:
    """The segments with the right SE01 and CTT01: a fault must be found although the counts agree."""
    counts, fixed = {"ST": 0, "LIN": 0}, []
    for at, part in enumerate(parts):
        name = part.split("*")[0]
        if name == "ST":
            counts = {"ST": at, "LIN": 0}
        counts["LIN"] += name == "LIN"
        counted = re.sub(r"^CTT\*\d+", f"CTT*{counts['LIN']}", part)
        fixed.append(re.sub(r"^SE\*\d+", f"SE*{at - counts['ST'] + 1}", counted))
    return "~".join(fixed) + "~"


def changes(part: str) -> Iterator[str]:
    """A segment with one thing wrong."""
    name, *elements = part.split("*")
    for at in range(len(elements)):
        odd = (
            "",
            "00",
            "x",
            "\u00e4",
            "`",
            elements[at] + "`",
            "\n",
            "a~b",
            "x" * 49,
            "x" * 81,
            elements[at] + "*",
        )
        for wrong in odd:
            yield "*".join([name, *elements[:at], wrong, *elements[at + 1 :]])
    yield from (
        part + "*",
        part + "***",
        part + "*X" * 40,
        part.lower(),
        name,
        "XYZ*1",
        "PO1*1*2*EA",
        "",
        " " + part,
    )


def mutants(parts: list[str]) -> Iterator[str]:
    """Documents with a segment missing, twice, in another's place, or wrong; of each kind of segment the first, and one far on.

    The first stands in a loop that the careful reader sees as well, the other in one that the quick way has to judge by itself.
    """
    named = [part.split("*")[0] for part in parts]
    far = [at for at, name in enumerate(named) if name == "LIN"][-2:]
    for at, part in enumerate(parts):
        if named.index(named[at]) < at and not (len(far) > 1 and far[0] <= at < far[1]):
            continue
        yield renumbered([*parts[:at], *parts[at + 1 :]])
        yield renumbered([*parts[: at + 1], *parts[at:]])
        yield renumbered([*parts[:at], *parts[at + 1 : at + 2], part, *parts[at + 2 :]])
        for wrong in changes(part):
            yield "~".join([*parts[:at], wrong, *parts[at + 1 :]]) + "~"
