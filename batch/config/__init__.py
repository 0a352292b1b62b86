"""The configuration: one TOML file, read once into frozen models; every problem of it in one report.

`load` gives the configuration or raises the report; `problems` gives the same report as values.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from batch.config.doubts import doubts
from batch.config.models import (
    Account,
    AckFeed,
    Cart,
    Configuration,
    Expect,
    Feed,
    FeedExpect,
    InventoryFeed,
    Merchant,
    OrderFeed,
    Route,
    Schedule,
)
from batch.config.read import read
from batch.config.report.positions import line_of, locate
from batch.config.report.problems import (
    HIDDEN,
    NOTHING,
    Finding,
    Findings,
    KeyPath,
    Problem,
    collect,
    key_text,
    report,
    value_text,
)
from batch.config.report.redact import is_secret, without_secrets
from batch.errors import ConfigurationError

__all__ = [
    "Account",
    "AckFeed",
    "Cart",
    "Configuration",
    "Expect",
    "Feed",
    "FeedExpect",
    "InventoryFeed",
    "Merchant",
    "OrderFeed",
    "Problem",
    "Route",
    "Schedule",
    "doubts",
    "load",
    "problems",
    "recorded",
]


def load(path: Path) -> Configuration:
    """The configuration in a file.

    Raises:
        ConfigurationError: its message is the whole report, a problem per line.
    """
    configuration, found = _read(path)
    if configuration is None or found:
        raise ConfigurationError(report(str(path), found))
    return configuration


def recorded(source: bytes, folder: Path) -> Configuration:
    """The configuration in bytes that were archived with a run; `folder`: where the file lies.

    Raises:
        ConfigurationError: this release cannot use it.
    """
    configuration, found = _understand(source, folder / "the configuration as it was recorded")
    if configuration is None or found:
        raise ConfigurationError(report("the configuration as it was recorded", found))
    return configuration


def problems(path: Path) -> tuple[Problem, ...]:
    """What is wrong with the configuration in a file, in the order of its lines; nothing if it can be used."""
    return _read(path)[1]


def _read(path: Path) -> tuple[Configuration | None, tuple[Problem, ...]]:
    try:
        source = path.read_bytes()
    except FileNotFoundError:
        return None, (_about_file("there is no such file; `stockferry init DIR` writes one to start from"),)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not the name of a file"
        return None, (_about_file(f"cannot be read: {reason}"),)
    try:
        return _understand(source, path)
    except RecursionError:
        return None, (_about_file("lists or tables are nested too deeply"),)


def _understand(source: bytes, path: Path) -> tuple[Configuration | None, tuple[Problem, ...]]:
    try:
        text = source.decode("utf-8-sig").replace("\r\n", "\n")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        return None, (_about_file("not UTF-8 text; save the file as UTF-8", line=line),)
    except ValueError as error:
        return None, (_syntax(str(error), text),)
    configuration, findings = collect(_checked(document, source, path))
    lines = locate(text) if findings else {}
    placed = dict.fromkeys(_problem(finding, lines) for finding in findings)
    return configuration, tuple(sorted(placed, key=lambda problem: problem.line or 0))


def _checked(document: dict[str, Any], source: bytes, path: Path) -> Findings[Configuration | None]:
    clean = yield from without_secrets(document)
    return (yield from read(clean, folder=path.resolve().parent, source=source))


def _problem(finding: Finding, lines: dict[KeyPath, int]) -> Problem:
    value, message = finding.value, finding.message
    if is_secret(finding.path):
        if isinstance(value, str):
            message = message.replace(value, "***")
        value = value if value is NOTHING else HIDDEN
    line = line_of(finding.path, lines)
    return Problem(line=line, key=key_text(finding.path), value=value_text(value), message=message)


def _about_file(message: str, *, line: int | None = None) -> Problem:
    return Problem(line=line, key="", value=None, message=message)


def _syntax(message: str, text: str) -> Problem:
    """`tomllib` of Python 3.11 tells the place only in its message."""
    reason, _, place = message.rpartition(" (at ")
    numbers = re.fullmatch(r"line (\d+), column (\d+)\)", place)
    if numbers:
        return _about_file(f"not TOML: {reason}, at column {numbers[2]}", line=int(numbers[1]))
    return _about_file(f"not TOML: {reason or message}", line=text.rstrip("\n").count("\n") + 1)
