"""The grammar of a CSV row, twice: as a pattern for RE2 over whole columns, and as a reader of a single record.

A value that begins with a quote ends at the next single quote, after which only a delimiter or a line end may
come; `""` inside is one quote. A quote anywhere else is plain text: `5" pipe`. Line ends are LF, CRLF and CR.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

OPEN = "a quoted value is opened and not closed"
TRAILING = "text follows a closing quote"
QUOTED = re.compile(rb'"([^"]*+(?:""[^"]*+)*+)"')
REPEATS = 1000
"""More repetitions in one place RE2 refuses."""
LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, kw_only=True)
class Record:
    """One row as it stands in a file.

    `values`: its values, unquoted, up to the first trouble. `end`: the offset just after its line end.
    `trouble`: why it is not sound, or None.
    """

    values: tuple[bytes, ...]
    end: int
    trouble: str | None = None


def value_pattern(delimiter: str) -> str:
    """RE2, over Latin-1: one value that does not go on over a line end."""
    d = re.escape(delimiter)
    return rf'(?:[^"{d}\r\n][^{d}\r\n]*|"(?:[^"\r\n]|"")*")?'


def sound_pattern(delimiter: str) -> str:
    """RE2, over Latin-1: lines whose values are all quoted properly, none of them over a line end."""
    value = value_pattern(delimiter)
    return rf"\A(?:{value}[{re.escape(delimiter)}\r\n])*{value}\z"


def row_pattern(delimiter: str, width: int) -> str:
    """RE2, over Latin-1: one line that is a whole row of `width` values."""
    value, d = value_pattern(delimiter), re.escape(delimiter)
    repeats = [REPEATS] * ((width - 1) // REPEATS) + [(width - 1) % REPEATS]
    before = "".join(f"(?:{value}{d}){{{count}}}" for count in repeats)
    return rf"\A{before}{value}(?:\r\n|\r|\n)?\z"


@cache
def _plain(delimiter: str) -> re.Pattern[bytes]:
    return re.compile(rf"[^{re.escape(delimiter)}\r\n]*+".encode())


def read_record(text: bytes, start: int, delimiter: str) -> Record:
    """Reads the row that begins at `start`, also over line ends inside quoted values."""
    values: list[bytes] = []
    at, plain, separator = start, _plain(delimiter), delimiter.encode()
    while True:
        quoted = text[at : at + 1] == b'"'
        match = (QUOTED if quoted else plain).match(text, at)
        if match is None:
            return Record(values=tuple(values), end=len(text), trouble=OPEN)
        after = text[match.end() : match.end() + 1]
        if after not in (separator, b"\r", b"\n", b""):
            trouble = OPEN if LINE_END.search(match[0]) else TRAILING
            return Record(values=tuple(values), end=match.end(), trouble=trouble)
        values.append(match[1].replace(b'""', b'"') if quoted else match[0])
        if after != separator:
            return Record(values=tuple(values), end=_line_end(text, match.end()))
        at = match.end() + 1


def _line_end(text: bytes, at: int) -> int:
    match = LINE_END.match(text, at)
    return match.end() if match else at
