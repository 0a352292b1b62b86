"""How values read: numbers, lengths of time, times of day, and text that others have written. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

THIN_SPACE = "\u202f"
MINUS = "\u2212"
LONGEST = 160
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff0-\uffff\ud800-\udfff]"
)
"""What would not be seen, or turn the text around it: control characters and their like, half characters."""


def number(value: int) -> str:
    """`12 345`, with narrow spaces."""
    return f"{abs(value):,}".replace(",", THIN_SPACE).rjust(1) if value >= 0 else MINUS + number(-value)


def signed(value: int) -> str:
    """`+3`, and a proper minus."""
    return f"+{number(value)}" if value > 0 else number(value)


def count(value: int, noun: str) -> str:
    """`1 file`, `3 files`; a noun that ends in s has its plural with es."""
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number(value)} {noun if value == 1 else plural}"


def duration(length: timedelta) -> str:
    """`2 d 4 h`, `3 h 20 min`, `45 min`, `10 s`: the two largest units."""
    days, rest = divmod(length, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (round(rest.total_seconds()), "s")]
    first = next((at for at, (value, _) in enumerate(parts) if value), len(parts) - 1)
    shown = [f"{value} {unit}" for value, unit in parts[first : first + 2] if value]
    return " ".join(shown[:1] if first == len(parts) - 2 else shown) or "0 s"


def visible(text: str) -> str:
    """The text with a sign in the place of each character that would not be seen or would hide others."""
    return UNSEEN.sub(lambda found: _sign(found[0]), text)


def _sign(character: str) -> str:
    """The picture that Unicode has for a control character, else the sign for something unknown."""
    return chr(0x2400 + ord(character)) if ord(character) < 0x20 else "\ufffd"  # noqa: PLR2004 - where pictures end


def shortened(text: str, most: int = LONGEST) -> str:
    """The beginning of a text that is too long for a page."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


@dataclass(frozen=True, kw_only=True)
class Times:
    """Times of a page: in its zone, of its day. `start`, `end`: the day's midnights, in UTC, as local times do not tell elapsed time."""

    zone: ZoneInfo
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """24 hours, or 23 or 25."""
        return self.end - self.start

    def at(self, moment: datetime) -> str:
        """`14:05`; on another day with the date before it; with the zone's abbreviation on a day when that changes."""
        local = moment.astimezone(self.zone)
        clock = f"{local:%H:%M}"
        if self.start.astimezone(self.zone).utcoffset() != self.end.astimezone(self.zone).utcoffset():
            clock = f"{clock} {local.tzname()}"
        if self.start <= moment < self.end:
            return clock
        if moment == self.end:
            return "24:00"
        return (
            f"{local.day} {local:%b} {clock}"
            if local.year == self.start.astimezone(self.zone).year
            else f"{local:%Y-%m-%d} {clock}"
        )

    @property
    def named(self) -> str:
        """The zone with what it is short for on this day: `America/Los_Angeles (PST)`."""
        last = self.end - timedelta(microseconds=1)
        short = dict.fromkeys(moment.astimezone(self.zone).tzname() for moment in (self.start, last))
        known = [name for name in short if name and name != self.zone.key and name[0].isalpha()]
        return f"{self.zone.key} ({', then '.join(known)})" if known else self.zone.key
