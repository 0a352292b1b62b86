"""The kinds of values a configuration holds. Each validator's message says what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator

from batch.config.file_names import try_name
from batch.config.report.problems import near
from batch.durations import Duration

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, kw_only=True)
class After:
    """What becomes of a remote original once it is recorded. `folder`: only for "move", below the feed's path."""

    kind: Literal["keep", "delete", "move"]
    folder: str | None = None

    def __str__(self) -> str:
        return f"move:{self.folder}" if self.kind == "move" else self.kind


def _after(value: object) -> After:
    if isinstance(value, After):
        return value
    if isinstance(value, str) and value.startswith("move:") and value != "move:":
        return After(kind="move", folder=_some_folder(value.removeprefix("move:")))
    if value == "keep" or value == "delete":  # noqa: PLR1714 - mypy narrows this form to the two literals
        return After(kind="delete" if value == "delete" else "keep")
    raise ValueError('"keep", "delete" or "move:FOLDER"')


def zone(value: object) -> ZoneInfo:
    """The time zone of that IANA name.

    Raises:
        ValueError: with a near match, or what is allowed.
    """
    if isinstance(value, ZoneInfo):
        return value
    name = value if isinstance(value, str) else ""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = near(name, available_timezones()) or '; IANA names are known, such as "America/Los_Angeles"'
        raise ValueError(f"no such time zone{hint}") from None


def _share(value: object) -> float:
    """`"50%"`, 50 (a whole number is a percentage) and 0.5 are the same."""
    percent = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s?%", value) if isinstance(value, str) else None
    share = -1.0
    if percent:
        share = float(percent[1]) / 100
    elif isinstance(value, float):
        share = value
    elif isinstance(value, int) and not isinstance(value, bool):
        share = value / 100
    if not 0 <= share <= 1:
        raise ValueError('a share such as "50%", 50 or 0.5; "100%" switches the guard off')
    return share


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a whole number, 0 or more")
    return value


def an_id(text: str) -> str:
    """The text, if it can be the id of a merchant, a cart or a remote, or the name of a feed.

    Raises:
        ValueError: with what is allowed.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", text):
        raise ValueError("1 to 64 letters, digits and _ . - that begin with a letter or digit")
    return text


def _some_text(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("text that is not blank and has no control characters")
    return text


def _folder(text: str) -> str:
    parts = text.split("/") if text else []
    if text.startswith("/") or "\\" in text or not text.isprintable() or ".." in parts:
        raise ValueError('a folder below the remote\'s url, such as "inbound/stock": no leading "/", no ".."')
    return "/".join(part for part in parts if part not in {"", "."})


def _some_folder(text: str) -> str:
    folder = _folder(text)
    if not folder:
        raise ValueError('"move:" and the folder to move to, such as "move:done"')
    return folder


def _marker(text: str) -> str:
    try:
        example = text.format(name="a.csv", stem="a")
    except (KeyError, IndexError, ValueError):
        example = ""
    if "/" in text or example in {"", "a.csv"} or text == text.format(name="", stem=""):
        raise ValueError('a name made of {name} or {stem}, such as "{name}.done" or "{stem}.trg"')
    return text


def _glob(text: str) -> str:
    if not text.strip() or "/" in text or "\\" in text or not text.isprintable():
        raise ValueError('the names of files, such as "INV_*.csv"; the folder goes into path')
    return text


def _state(value: object) -> Path:
    if not isinstance(value, (str, Path)) or not str(value).strip() or "\0" in str(value):
        raise ValueError("a folder, relative to the configuration or absolute")
    return Path(value)


def _time_of_day(value: object) -> time:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('a time of day, such as "06:00" or "18:30"')
    return time(int(match[1]), int(match[2]))


def _span(value: object) -> tuple[time, time]:
    """`"23:00-01:00"`: from, to; over midnight if the second is the earlier one."""
    if isinstance(value, tuple):
        return value
    parts = value.split("-") if isinstance(value, str) else []
    try:
        begin, end = (_time_of_day(part) for part in parts)
    except ValueError:
        raise ValueError('from and to, such as "23:00-01:00"') from None
    if begin == end:
        raise ValueError("longer than no time, and shorter than a day")
    return begin, end


def _every(length: timedelta) -> timedelta:
    if length <= timedelta(0):
        raise ValueError('longer than 0, such as "15m"')
    return length


def _pattern(text: str) -> str:
    if missing := [part for part in ("%Y", "%m", "%d") if part not in text]:
        raise ValueError(
            f'{", ".join(missing)} is missing; a pattern of the whole file name, such as "INV_%Y%m%d%H%M%S.csv"'
        )
    _ = timed(text)
    return text


def timed(pattern: str) -> str:
    """A file name that the pattern reads.

    Raises:
        ValueError: it reads not even the names it makes.
    """
    name = datetime(2026, 1, 31, 13, 4, 5).strftime(pattern)  # noqa: DTZ001 - a wall clock to try names with
    try:
        datetime.strptime(name, pattern)  # noqa: DTZ007 - only whether it can be read
    except (ValueError, re.error):
        raise ValueError('a pattern of strptime, each part once, such as "INV_%Y%m%d%H%M%S.csv"') from None
    return name


def frozen(table: Mapping[_K, _V]) -> Mapping[_K, _V]:
    """A read-only copy."""
    return MappingProxyType(dict(table))


def _lowered(values: Any) -> Any:
    return (
        [value.lower() if isinstance(value, str) else value for value in values]
        if isinstance(values, list)
        else values
    )


Text = Annotated[str, AfterValidator(_some_text)]
Id = Annotated[str, AfterValidator(an_id)]
Zone = Annotated[ZoneInfo, BeforeValidator(zone)]
Whole = Annotated[int, BeforeValidator(_whole)]
Share = Annotated[float, BeforeValidator(_share)]
Folder = Annotated[str, AfterValidator(_folder)]
Glob = Annotated[str, AfterValidator(_glob)]
Marker = Annotated[str, AfterValidator(_marker)]
Pattern = Annotated[str, AfterValidator(_pattern)]
FileName = Annotated[str, AfterValidator(try_name)]
AfterIntake = Annotated[After, BeforeValidator(_after)]
StateFolder = Annotated[Path, BeforeValidator(_state)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
Span = Annotated[tuple[time, time], BeforeValidator(_span)]
Every = Annotated[Duration, AfterValidator(_every)]
Names = Annotated[Mapping[str, Text], AfterValidator(frozen)]
"""Name of ours → the file's name for it."""
Statuses = Annotated[frozenset[Text], BeforeValidator(_lowered)]
