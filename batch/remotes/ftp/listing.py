"""What FTP servers say of files: MLSD facts (RFC 3659), and the two forms of LIST that servers without it use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

UNIX = re.compile(
    rb"(?P<kind>[-dlbcps])[-rwxsStTlL]{9}[+.@]?\s+\d+\s+\S+\s+\S+\s+(?P<size>\d+)"
    rb"\s+\S+\s+\d{1,2}\s+(?:\d{4}|\d{1,2}:\d{2}) (?P<name>.+)"
)
WINDOWS = re.compile(
    rb"\d{2}-\d{2}-\d{2,4}\s+\d{1,2}:\d{2}(?:[AP]M)?\s+(?:(?P<folder><\w+>)|(?P<size>\d+)) +(?P<name>.+)"
)
TOTAL = re.compile(rb"(?i:total)\s+\d+")
TIME = re.compile(r"(\d{14})(?:\.(\d{1,6})\d*)?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A line of a listing. `modified` is None where the server has to be asked for it, as LIST tells it too roughly."""

    name: bytes
    is_file: bool
    size: int | None
    modified: datetime | None = None


def facts(line: bytes) -> Told | None:
    """A line of MLSD or MLST: `type=file;size=5;modify=20261124090000; a.csv`; None if it is none."""
    stated, blank, name = line.partition(b" ")
    if not blank or not name:
        return None
    found = dict(fact.split("=", 1) for fact in stated.decode("ascii", "replace").split(";") if "=" in fact)
    named = {key.lower(): value for key, value in found.items()}
    size = named.get("size", "")
    return Told(
        name=name,
        is_file=named.get("type", "").lower() == "file",
        size=int(size) if size.isdecimal() else None,
        modified=moment(named.get("modify", "")),
    )


def listed(line: bytes) -> Told | None:
    """A line of LIST as Unix or Windows servers write it; None if it is none."""
    if found := UNIX.fullmatch(line):
        return Told(name=found["name"], is_file=found["kind"] == b"-", size=int(found["size"]))
    if found := WINDOWS.fullmatch(line):
        return Told(
            name=found["name"],
            is_file=found["folder"] is None,
            size=int(found["size"]) if found["size"] else None,
        )
    return None


def moment(text: str) -> datetime | None:
    """`20261124090000` or `20261124090000.123`, which is UTC; None if it is no time."""
    found = TIME.fullmatch(text.strip())
    if found is None:
        return None
    try:
        whole = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return whole.replace(microsecond=int((found[2] or "").ljust(6, "0")))
