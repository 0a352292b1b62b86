"""File names of documents, from the pattern of the cart."""

from __future__ import annotations

from datetime import datetime


def file_name(pattern: str, *, merchant: str, cart: str, written_at: datetime, number: int) -> str:
    """`inventory_{time:%Y%m%d%H%M%S}.csv` → `inventory_20261120093000.csv`.

    `{date}` is `2026-11-20` unless a format is given, `{time}` `20261120T093000`; both in the cart's zone.
    """
    return pattern.format(
        merchant=merchant,
        cart=cart,
        date=_Date(written_at),
        time=_Time(written_at),
        number=number,
    )


class _Stamp:
    default = ""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def __format__(self, pattern: str) -> str:
        return self._moment.strftime(pattern or self.default)


class _Date(_Stamp):
    default = "%Y-%m-%d"


class _Time(_Stamp):
    default = "%Y%m%dT%H%M%S"
