"""The names of documents: `inventory_{time:%Y%m%d%H%M%S}.csv`, checked by trying them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from string import Formatter
from typing import TypeAlias

from batch.config.report.problems import quoted

Values: TypeAlias = Mapping[str, str | datetime | int]

PLACEHOLDERS = ("cart", "merchant", "date", "time", "number")
WITHOUT_SPEC = {"date": "%Y-%m-%d", "time": "%Y%m%dT%H%M%S"}
SAFE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9 _.+=,@()-]*[A-Za-z0-9_)])?")
LONGEST = 200

SOME_TIME = datetime(2026, 1, 31, 13, 4, 5)  # noqa: DTZ001 - a wall clock to try names with
LATER = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(hours=12),
    timedelta(days=1),
)


def render(template: str, *, cart: str, merchant: str, at: datetime, number: int) -> str:
    """The name of one document. `at`: its time in the cart's time zone; `number`: its control number.

    Raises:
        ValueError: the template cannot be meant; says what is allowed.
    """
    values: Values = {"cart": cart, "merchant": merchant, "date": at, "time": at, "number": number}
    return "".join(
        literal + (_placeholder(name, spec or "", values) if name is not None else "")
        for literal, name, spec in _parts(template)
    )


def _parts(template: str) -> Iterator[tuple[str, str | None, str | None]]:
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        raise ValueError(f"a brace without its counterpart; {_allowed()}") from None
    for literal, name, spec, conversion in parts:
        if conversion or (name is not None and name not in PLACEHOLDERS):
            raise ValueError(
                f"no such placeholder {{{name}{'!' + conversion if conversion else ''}}}; {_allowed()}"
            )
        yield literal, name, spec


def _placeholder(name: str, spec: str, values: Values) -> str:
    value = values[name]
    if isinstance(value, datetime):
        return value.strftime(spec or WITHOUT_SPEC[name])
    if spec and not (name == "number" and re.fullmatch(r"0?\d{1,2}", spec)):
        raise ValueError(f"{{{name}}} takes no {quoted(spec)}; {_allowed()}")
    return format(value, spec)


def _allowed() -> str:
    return "allowed are {cart} {merchant} {date} {time:%Y%m%d%H%M%S} {number} {number:09}"


def try_name(template: str) -> str:
    """The template, if names made from it can be used on any remote.

    Raises:
        ValueError: what is wrong with it, and what is allowed.
    """
    name = _sample(template, SOME_TIME, 7)
    if not name or len(name) > LONGEST:
        raise ValueError(f"a file name of 1 to {LONGEST} characters")
    if not SAFE.fullmatch(name):
        raise ValueError(
            f"a file name of letters, digits, blanks and _ . - + = , @ ( ), not {quoted(name)}; folders go into path"
        )
    return template


def names_repeat(template: str) -> bool:
    """Whether a document may have the name of one of the day before it."""
    times = [SOME_TIME, *(SOME_TIME + later for later in LATER)]
    return len({_sample(template, at, number) for number, at in enumerate(times, start=7)}) < len(times)


def would_be(template: str, *, cart: str, merchant: str) -> str:
    """The name at one agreed moment: equal for carts that would overwrite each other's documents."""
    return render(template, cart=cart, merchant=merchant, at=SOME_TIME, number=7)


def _sample(template: str, at: datetime, number: int) -> str:
    return render(template, cart="cart", merchant="merchant", at=at, number=number)
