"""Lengths of time as the configuration writes them: `10s`, `15m`, `24h`, `400d`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(text: object) -> timedelta:
    """`"15m"` → 15 minutes.

    Raises:
        ValueError: with what is allowed.
    """
    if isinstance(text, timedelta):
        return text
    match = re.fullmatch(r"(\d{1,6})([smhd])", text) if isinstance(text, str) else None
    if match is None:
        raise ValueError('a number and one of s, m, h, d, such as "10s", "15m", "24h" or "2d"')
    return timedelta(**{UNITS[match[2]]: int(match[1])})


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
