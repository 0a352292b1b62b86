"""Code lists, as far as they are known in full, or as far as an 846 can mean them.

A code that is missing here would be refused where a partner demands it, so an element without a sure list is
left out: qualifiers, units, dates and references are checked for their form alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


PURPOSES = _codes("00 01 02 03 04 05 06 07 08 10 11 13 14 15 16 17 18 19 20 21 22 24 25 26 27 28")
"""353, transaction set purpose: 00 original, 04 change, 05 replace, 08 status, 25 incremental, 28 query, ..."""

REPORTS = _codes("AA AD CM CO DD DM IP MB MC MM PI PS SI ZZ")
"""755, report type, those of inventory: SI seller, DD distributor, MB and MM manufacturer, PI inquiry, ..."""

PARTIES = _codes(
    "01 02 03 04 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 "
    "AM NR SA SN ZZ"
)
"""I05, interchange id qualifier: 01 DUNS, 12 telephone, 14 DUNS and suffix, ZZ mutually defined, ..."""

CODES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ISA05": PARTIES,
        "ISA07": PARTIES,
        "ISA14": _codes("0 1"),
        "ISA15": _codes("I P T"),
        "GS07": _codes("T X"),
        "BIA01": PURPOSES,
        "BIA02": REPORTS,
        "PID01": _codes("F S X"),
    }
)
"""Element → what it may be."""
