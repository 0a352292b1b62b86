"""What is wrong with a configuration: findings while it is read, problems in the report."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final, TypeAlias, TypeVar

KeyPath: TypeAlias = tuple[str | int, ...]
"""Where something stands: the names of tables and keys, and the 0-based positions in lists."""

NOTHING: Final = object()
HIDDEN: Final = object()
LONGEST_VALUE = 60


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something wrong at a place. `value`: what stood there, NOTHING if it says nothing, HIDDEN if secret."""

    path: KeyPath
    message: str
    value: Any = NOTHING


T = TypeVar("T")
Findings: TypeAlias = Generator[Finding, None, T]
"""A reading: yields what is wrong, returns what could be read."""


def collect(reading: Findings[T]) -> tuple[T, list[Finding]]:
    """What a reading returns, and all it finds wrong on the way."""
    findings = []
    while True:
        try:
            findings.append(next(reading))
        except StopIteration as end:
            return end.value, findings


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A line of the report: the line of the file (1-based, None for the file as a whole), the key, its value.

    `value` is written as in TOML, `***` for a secret, None where it would say nothing.
    """

    line: int | None
    key: str
    value: str | None
    message: str

    def __str__(self) -> str:
        place = self.key if self.value is None else f"{self.key} = {self.value}"
        return f"{place}   {self.message}" if place else self.message


def found(path: KeyPath, message: str, value: Any = NOTHING) -> Finding:
    """A finding; tables and long lists are not worth showing, so they are not."""
    return Finding(path=path, message=" ".join(message.split()), value=value)


def report(file: str, problems: Sequence[Problem]) -> str:
    """All problems of a file as text, a line each."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    width = max((len(str(problem.line)) for problem in problems if problem.line), default=0)
    return "\n".join([f"{file}: {count}", *(f"  {_place(problem, width)}{problem}" for problem in problems)])


def _place(problem: Problem, width: int) -> str:
    return "" if problem.line is None else f"line {problem.line:>{width}}  "


def near(name: str, known: Iterable[str]) -> str:
    """`; did you mean "sku"?` if one of the known names is like this one, else nothing."""
    names = {candidate.casefold(): candidate for candidate in known}
    match = difflib.get_close_matches(name.casefold(), names, n=1)
    return f"; did you mean {quoted(names[match[0]])}?" if match else ""


def unknown(what: str, name: str, known: Collection[str]) -> str:
    """The sentence for a name that is not among the known ones."""
    rest = f" known: {', '.join(known)}" if known else ""
    hint = near(name, known)
    return f"no such {what}{hint}{rest}" if hint else f"no such {what}{rest and ';' + rest}"


def one_of(names: Iterable[str]) -> str:
    """`one of "full", "delta"`."""
    return f"one of {', '.join(map(quoted, names))}"


def key_text(path: KeyPath) -> str:
    """`merchants.acme.inventory[0].sku`, with quotes around a key that TOML would quote."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else quoted(part))
    return text


def value_text(value: Any) -> str | None:
    """A value as TOML writes it, cut where it gets long; None for one that is not shown."""
    if value is HIDDEN:
        return "***"
    text = _toml(value)
    return text if text is None or len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _toml(value: Any) -> str | None:
    match value:
        case bool() | float():
            return str(value).lower()
        case int():
            return str(value) if value.bit_length() <= 8 * LONGEST_VALUE else hex(value)
        case str():
            return quoted(value)
        case date() | time():
            return value.isoformat()
        case list():
            items = [item for item in map(_toml, value) if item is not None]
            return f"[{', '.join(items)}]" if len(items) == len(value) else None
    return None


def quoted(text: str) -> str:
    """Text in double quotes; what does not print is escaped, so that it cannot disturb a terminal."""
    return "".join(
        char if char.isprintable() else f"\\u{ord(char):04x}" for char in json.dumps(text, ensure_ascii=False)
    )
