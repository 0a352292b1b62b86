"""Syntax notes: which elements of a segment demand or exclude one another (ASC X12, as EdiEngine lists them)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

# P: all or none. R: at least one. E: at most one. C: if the first, then all others. L: if the first, then one of them.
_TABLE = """
LIN P0405 P0607 P0809 P1011 P1213 P1415 P1617 P1819 P2021 P2223 P2425 P2627 P2829 P3031
QTY R0204 E0204
DTM R020305 C0403 P0506
REF R0203
SDQ P0506 P0708 P0910 P1112 P1314 P1516 P1718 P1920 P2122
SCH C0304 L080910 C0908 C1008
CTP P0405 C0607 C0902 C1002 C1103
PID C0403 R0405 C0703 C0804 C0905
N1  R0203 P0304
N4  C0605
PER P0304 P0506 P0708
MEA R03050608 C0504 C0604 L07030506 E0803
CTT P0304 P0506
CUR C0807 C0907 C1110 C1210 C1413 C1513 C1716 C1816 C2019 C2119
"""


@dataclass(frozen=True)
class Note:
    """One note. `elements`: numbers of elements, the first being the one that demands in C and L."""

    kind: str
    elements: tuple[int, ...]

    def broken(self, present: Sequence[bool]) -> bool:
        """Whether a segment breaks it; `present`: for each element whether it is there."""
        there = [number <= len(present) and present[number - 1] for number in self.elements]
        return {
            "P": any(there) and not all(there),
            "R": not any(there),
            "E": sum(there) > 1,
            "C": there[0] and not all(there),
            "L": there[0] and not any(there[1:]),
        }[self.kind]

    def in_words(self, segment: str) -> str:
        """What it demands, such as `LIN04 and LIN05 stand together or not at all`."""
        names = [f"{segment}{number:02}" for number in self.elements]
        every, rest = " and ".join(names), " and ".join(names[1:])
        return {
            "P": f"{every} stand together or not at all",
            "R": f"at least one of {every} is needed",
            "E": f"only one of {every} may stand",
            "C": f"{names[0]} needs {rest}",
            "L": f"{names[0]} needs one of {rest}",
        }[self.kind]


def _note(text: str) -> Note:
    return Note(text[0], tuple(int(text[at : at + 2]) for at in range(1, len(text), 2)))


NOTES: Mapping[str, tuple[Note, ...]] = MappingProxyType(
    {line.split()[0]: tuple(_note(text) for text in line.split()[1:]) for line in _TABLE.strip().splitlines()}
)
"""Segment → its notes."""
