"""How long elements may be, and how many a segment may have, per release.

Lengths count characters; those of numbers (type R) do not count sign and decimal point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

RELEASES = ("004010", "004010VICS", "004030", "004030VICS", "005010", "005010VICS")


@dataclass(frozen=True)
class Length:
    """Least and greatest number of characters."""

    least: int
    most: int


_COMMON = {
    "BIA01": Length(2, 2),
    "BIA02": Length(2, 2),
    "BIA03": Length(1, 50),
    "BIA04": Length(8, 8),
    "BIA05": Length(4, 8),
    "CTT01": Length(1, 6),
    "DTM01": Length(3, 3),
    "DTM02": Length(8, 8),
    "LIN01": Length(1, 20),
    "LIN02": Length(2, 2),
    "LIN03": Length(1, 48),
    "QTY01": Length(2, 2),
    "QTY02": Length(1, 15),
    "QTY03": Length(2, 2),
    "REF01": Length(2, 3),
    "REF02": Length(1, 50),
    "SE01": Length(1, 10),
    "ST02": Length(4, 9),
}

_CHANGED: Mapping[str, Mapping[str, Length]] = MappingProxyType(
    {
        "004010": {"BIA03": Length(1, 30), "REF02": Length(1, 30)},
        "006010": {"BIA03": Length(1, 80), "REF02": Length(1, 80), "LIN03": Length(1, 80)},
    }
)

MOST_ELEMENTS: Mapping[str, int] = MappingProxyType(
    {
        "ISA": 17,  # 16, and one more where ISA16 is the element separator itself
        "GS": 8,
        "ST": 3,
        "SE": 2,
        "GE": 2,
        "IEA": 2,
        "BIA": 6,
        "CTP": 11,
        "CTT": 7,
        "CUR": 21,
        "DTM": 6,
        "LE": 1,
        "LIN": 31,
        "LS": 1,
        "MEA": 12,
        "N1": 6,
        "N2": 2,
        "N3": 2,
        "N4": 7,
        "PER": 9,
        "PID": 9,
        "QTY": 4,
        "REF": 4,
        "SCH": 12,
        "SDQ": 23,
        "UIT": 3,
    }
)
"""Segment → its number of elements in the release that has most."""


def length(element: str, release: str) -> Length:
    """The length of an element in a release: `length("LIN03", "004010VICS")` → 1 to 48."""
    return _CHANGED.get(release[:6], {}).get(element, _COMMON[element])
