"""Elements: kind, length, whether they must be there, which codes they may have, per release.

Sizes are those of ASC X12 004010, 004030 and 005010 and their VICS subsets, as the open grammars and schemas of
bots-grammars and vscode-edi-support have them. Lengths count characters; those of numbers do not count sign and
decimal point.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from formats.x12.dictionary.codes import CODES

RELEASES = ("004010", "004010VICS", "004030", "004030VICS", "005010", "005010VICS")

# A line per segment, an item per element: kind, least-most characters, `!` if it must be there. Kinds: ID code,
# AN text, R decimal, N0 whole number, DT CCYYMMDD, TM HHMM[SS[d[d]]], C composite (sizes of its first component).
_TABLE = """
ISA ID2! AN10! ID2! AN10! ID2! AN15! ID2! AN15! DT6! TM4! AN1! ID5! N0_9! ID1! ID1! AN1!
GS  ID2! AN2-15! AN2-15! DT8! TM4-8! N0_1-9! ID1-2! AN1-12!
ST  ID3! AN4-9! AN1-35
SE  N0_1-10! AN4-9!
GE  N0_1-6! N0_1-9!
IEA N0_1-5! N0_9!
BIA ID2! ID2! AN1-50! DT8! TM4-8 ID1-2
CUR ID2-3! ID3! R4-10 ID2-3 ID3 ID3 ID3 DT8 TM4-8 ID3 DT8 TM4-8 ID3 DT8 TM4-8 ID3 DT8 TM4-8 ID3 DT8 TM4-8
DTM ID3! DT8 TM4-8 ID2 ID2-3 AN1-35
REF ID2-3! AN1-50 AN1-80 C2-3
PER ID2! AN1-60 ID2 AN1-256 ID2 AN1-256 ID2 AN1-256 AN1-20
MEA ID2 ID1-3 R1-20 C2 R1-20 R1-20 ID2 ID2 ID2 ID2-4 ID1-3 AN1-30
N1  ID2-3! AN1-60 ID1-2 AN2-80 ID2 ID2-3
N2  AN1-60! AN1-60
N3  AN1-55! AN1-55
N4  AN2-30 ID2 ID3-15 ID2-3 ID1-2 AN1-30 ID1-3
LIN AN1-20 ID2! AN1-48! {14:ID2 AN1-48}
PID ID1! ID2-3 ID2 AN1-12 AN1-80 ID2 AN1-15 ID1 ID2-3
PKG ID1 ID1-5 ID2 AN1-7 AN1-80 ID2
CTP ID2 ID3 R1-17 R1-15 C2 ID3 R1-10 R1-18 ID2 AN1-10 N0_1-2
SDQ ID2! ID1-2 AN2-80! R1-15! {9:AN2-80 R1-15} AN1-30
QTY ID2! R1-15 C2 AN1-30
UIT C2! R1-17 ID2
LDT ID2! R1-15! ID2! DT8
SCH R1-15! ID2! ID2-3 AN1-60 ID3! DT8! TM4-8 ID3 DT8 TM4-8 AN1-45 AN1-20
LS  AN1-6!
LE  AN1-6!
CTT N0_1-6! R1-10 R1-10 ID2 R1-8 ID2 AN1-80
"""

_OLDER = {"REF02": (1, 30), "BIA03": (1, 30), "PER04": (1, 80), "PER06": (1, 80), "PER08": (1, 80)}
"""Sizes in 004010."""

_BEFORE_5010 = {"PER04": (1, 80), "PER06": (1, 80), "PER08": (1, 80)}

_CHANGED: Mapping[str, Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "004010": MappingProxyType(_OLDER),
        "004030": MappingProxyType(_BEFORE_5010),
        "005010": MappingProxyType({"LS01": (1, 4), "LE01": (1, 4)}),
    }
)

_FEWER = {"004010": {"ST": 2, "N4": 6}, "004030": {"ST": 2, "N4": 6}}
"""Segments that have fewer elements than in later releases."""


class UnknownSegment(ValueError):
    """A segment that the dictionary does not have."""


@dataclass(frozen=True, kw_only=True)
class Element:
    """One element. `kind`: ID AN R N0 DT TM, or C for a composite, of whose first component it speaks.

    `codes`: what it may be; empty if any text of that form may stand there.
    """

    kind: str
    least: int
    most: int
    required: bool
    codes: frozenset[str] = frozenset()


def elements_of(segment: str, release: str) -> tuple[Element, ...]:
    """The elements of a segment, in order.

    Raises:
        UnknownSegment: the dictionary does not have it.
    """
    if segment not in _SEGMENTS:
        raise UnknownSegment(f"{segment!r} is none of the segments known here: {', '.join(_SEGMENTS)}")
    return _in_release(segment, release[:6])


@cache
def _in_release(segment: str, release: str) -> tuple[Element, ...]:
    changed = _CHANGED.get(release, {})
    found = []
    for number, one in enumerate(_SEGMENTS[segment], start=1):
        least, most = changed.get(f"{segment}{number:02}", (one.least, one.most))
        found.append(
            replace(one, least=least, most=most, codes=CODES.get(f"{segment}{number:02}", frozenset()))
        )
    return tuple(found[: _FEWER.get(release, {}).get(segment, len(found))])


def element(reference: str, release: str) -> Element:
    """`element("LIN03", "004010VICS")`: 1 to 48 characters of text.

    Raises:
        UnknownSegment: the dictionary does not have the segment, or the segment not so many elements.
    """
    elements = elements_of(reference[:-2], release)
    number = int(reference[-2:])
    if not 0 < number <= len(elements):
        raise UnknownSegment(f"{reference[:-2]} has {len(elements)} elements in {release}, not {number}")
    return elements[number - 1]


def _parse(items: str) -> tuple[Element, ...]:
    written = re.sub(r"\{(\d+):([^}]*)\}", lambda found: " ".join([found[2]] * int(found[1])), items)
    return tuple(_element(item) for item in written.split())


def _element(item: str) -> Element:
    found = re.fullmatch(r"(ID|AN|R|N0_|DT|TM|C)(\d+)(?:-(\d+))?(!?)", item)
    if found is None:
        raise ValueError(f"{item!r} does not describe an element")
    return Element(
        kind=found[1].rstrip("_"),
        least=int(found[2]),
        most=int(found[3] or found[2]),
        required=bool(found[4]),
    )


_SEGMENTS = {line.split()[0]: _parse(line[3:]) for line in _TABLE.strip().splitlines()}

MOST_ELEMENTS: Mapping[str, int] = MappingProxyType(
    {name: len(elements) for name, elements in _SEGMENTS.items()}
    | {"ISA": 17}  # one more where ISA16 is the element separator itself
)
"""Segment → its number of elements in the release that has most."""
