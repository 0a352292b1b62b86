"""Writing the envelope: segments as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from formats.errors import FormatError
from formats.x12.delimiters import Delimiters

HIGHEST_NUMBER = 999_999_999
FIRST_WITH_REPETITION = "00402"


@dataclass(frozen=True, kw_only=True)
class Party:
    """A sender or receiver: qualifier (ISA05, ISA07) and id (ISA06, ISA08, GS02, GS03)."""

    qualifier: str
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """`"ZZ/ACMEWHSE"` → its two halves.

        Raises:
            ValueError: with the form that is expected.
        """
        found = re.fullmatch(r"([A-Z0-9]{2})/([!-~]|[!-~][ -~]{0,13}[!-~])", text)
        if found is None:
            raise ValueError(
                'a qualifier and an id of 1 to 15 characters, such as "ZZ/ACMEWHSE" or "01/007909411"'
            )
        return cls(qualifier=found[1], id=found[2])


@dataclass(frozen=True, kw_only=True)
class Header:
    """What stands in ISA and GS. `kind`: GS01. `release`: GS08. `number`: both control numbers."""

    sender: Party
    receiver: Party
    kind: str
    release: str
    usage: str
    number: int
    written_at: datetime

    @property
    def version(self) -> str:
        """ISA12: `00401` for `004010VICS`."""
        return self.release[:5]


def segment(delimiters: Delimiters, *elements: str) -> str:
    """One segment with its terminator; empty elements at its end are dropped."""
    return delimiters.element.join(elements).rstrip(delimiters.element) + delimiters.segment


def in_force(delimiters: Delimiters, release: str) -> Delimiters:
    """The delimiters that a release knows: repetition came with 00402."""
    if release[:5] >= FIRST_WITH_REPETITION:
        return delimiters
    return Delimiters(
        element=delimiters.element,
        component=delimiters.component,
        segment=delimiters.segment,
        repetition=None,
    )


def isa(header: Header, delimiters: Delimiters) -> str:
    """The ISA, 106 characters.

    Raises:
        FormatError: the control number has more than nine digits.
    """
    if not 0 <= header.number <= HIGHEST_NUMBER:
        raise FormatError(
            f"control number {header.number} does not fit in the nine digits of ISA13; set the cart's number back"
        )
    return (
        delimiters.element.join(
            (
                "ISA",
                "00",
                " " * 10,
                "00",
                " " * 10,
                header.sender.qualifier,
                header.sender.id.ljust(15),
                header.receiver.qualifier,
                header.receiver.id.ljust(15),
                f"{header.written_at:%y%m%d}",
                f"{header.written_at:%H%M}",
                in_force(delimiters, header.release).repetition or "U",
                header.version,
                f"{header.number:09}",
                "0",
                header.usage,
                delimiters.component or "",
            )
        )
        + delimiters.segment
    )


def gs(header: Header, delimiters: Delimiters) -> str:
    """The GS that belongs to `isa`: the same parties, instant and number."""
    return segment(
        delimiters,
        "GS",
        header.kind,
        header.sender.id,
        header.receiver.id,
        f"{header.written_at:%Y%m%d}",
        f"{header.written_at:%H%M}",
        str(header.number),
        "X",
        header.release,
    )
