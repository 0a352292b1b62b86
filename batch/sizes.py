"""Sizes as the configuration writes them: `500MB`, `1GB`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

UNITS = {"kB": 10**3, "MB": 10**6, "GB": 10**9}


def parse_size(text: object) -> int:
    """`"500MB"` → 500,000,000 bytes.

    Raises:
        ValueError: with what is allowed.
    """
    if isinstance(text, int) and not isinstance(text, bool) and text > 0:
        return text
    match = re.fullmatch(r"([1-9]\d{0,5})\s?([kMG]B)", text) if isinstance(text, str) else None
    if match is None:
        raise ValueError('a number and one of kB, MB, GB, such as "500MB" or "1GB"')
    return int(match[1]) * UNITS[match[2]]


def size_in_words(size: int) -> str:
    """1,500,000 → `1.5 MB`."""
    unit, worth = next(
        ((unit, worth) for unit, worth in reversed(UNITS.items()) if size >= worth), ("bytes", 1)
    )
    return f"{size / worth:.3g} {unit}" if worth > 1 else f"{size} bytes"


Size = Annotated[int, BeforeValidator(parse_size)]
