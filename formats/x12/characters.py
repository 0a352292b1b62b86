"""The characters an X12 document may carry."""

from __future__ import annotations

import string
from functools import cache

import numpy as np
import numpy.typing as npt

from formats.x12.delimiters import Delimiters

BASIC = string.ascii_uppercase + string.digits + " !\"&'()*+,-./:;?="
EXTENDED = BASIC + string.ascii_lowercase + "%@[]_{}\\|<>~^#$"


def allowed(delimiters: Delimiters, usable: str = EXTENDED) -> str:
    """Of the usable characters those that are no delimiter in force: there is no way to escape one."""
    return "".join(sorted(set(usable) - set(delimiters.in_force())))


def objection(value: str, delimiters: Delimiters, usable: str = EXTENDED) -> str | None:
    """Why a value cannot be carried, or None. `usable`: the characters that the partner takes."""
    for character in value:
        if character in delimiters.in_force():
            return f"contains the delimiter {character!r}; choose another delimiter for this cart, or change the value"
        if character not in EXTENDED:
            return f"contains {character!r}, which is not in X12's character set; change the value"
        if character not in usable:
            return (
                f"contains {character!r}, which this partner does not take; replace it, or change the value"
            )
    return None


def all_among(octets: npt.NDArray[np.uint8], usable: str) -> bool:
    """Whether every byte is one of these ASCII characters: a look for each stretch of others, as they are few."""
    return not any(
        ((octets - np.uint8(first)) < end - first).any() for first, end in _others(frozenset(usable))
    )


@cache
def _others(usable: frozenset[str]) -> tuple[tuple[int, int], ...]:
    """The bytes that are none of these characters, as stretches `[first, end)`."""
    wrong = [code for code in range(256) if code > 127 or chr(code) not in usable]  # noqa: PLR2004 - ASCII
    firsts = [code for code in wrong if code - 1 not in wrong]
    lasts = [code for code in wrong if code + 1 not in wrong]
    return tuple((first, last + 1) for first, last in zip(firsts, lasts, strict=True))
