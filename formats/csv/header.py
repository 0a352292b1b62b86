"""The header of a CSV file: where it ends, which column is which, and what to do if one is missing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formats.csv.encoding import Text, decodable, likely_encoding
from formats.csv.syntax import LINE_END, read_record
from formats.errors import Unreadable

BLANK_LINES = re.compile(rb"(?:[ \t]*+[\r\n])*+(?:[ \t]*+\Z)?")
DELIMITERS = {",": '","', ";": '";"', "\t": '"tab"', "|": '"|"'}
OTHER_FILES = {b"PK\x03\x04": "an Excel workbook or ZIP archive", b"\x1f\x8b": "a gzip file"}
LISTED = 300
LONGEST = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Header:
    """`names`: as in the file, without blanks around. `raw`: its bytes. `line`: where it stands (1-based).

    `end`: the offset at which the rows begin. `next_line`: the number of the line there.
    """

    names: tuple[str, ...]
    raw: bytes
    line: int
    end: int
    next_line: int


def read_header(text: Text, delimiter: str) -> Header:
    """The first row that is not blank.

    Raises:
        Unreadable: there is none, it is endless, or its quotes are broken.
    """
    blank = BLANK_LINES.match(text.data)
    start = blank.end() if blank else 0
    if start == len(text.data):
        raise Unreadable("the file is empty")
    line = 1 + _line_ends(text.data[:start])
    first = LINE_END.search(text.data, start)
    length = (first.start() if first else len(text.data)) - start
    if length > LONGEST:
        raise Unreadable(f"a header of {length} bytes is none; check the line ends", place=f"line {line}")
    record = read_record(text.data, start, delimiter)
    if record.trouble:
        raise Unreadable(f"{record.trouble} in the header; have the file written anew", place=f"line {line}")
    raw = text.data[start : record.end]
    return Header(
        names=tuple(_name(value) for value in record.values),
        raw=raw,
        line=line,
        end=record.end,
        next_line=line + _line_ends(raw),
    )


def locate(header: Header, fields: Mapping[str, str], text: Text, delimiter: str) -> dict[str, int]:
    """Field → the position (0-based) of its column.

    Raises:
        Unreadable: a column is missing or occurs twice; says which are there and which setting may be wrong.
    """
    place = f"line {header.line}"
    wanted = {field: trimmed(name) for field, name in fields.items()}
    missing = [name for name in wanted.values() if name not in header.names]
    if missing:
        raise Unreadable(_missing(header, missing, text, delimiter), place=place)
    for name in wanted.values():
        positions = [at for at, other in enumerate(header.names, 1) if other == name]
        if len(positions) > 1:
            where = " and ".join(map(str, positions))
            raise Unreadable(
                f"the header has {name!r} more than once, as columns {where}; rename one", place=place
            )
    return {field: header.names.index(name) for field, name in wanted.items()}


def _missing(header: Header, missing: Sequence[str], text: Text, delimiter: str) -> str:
    names = ", ".join(_with_nearest(name, header.names) for name in dict.fromkeys(missing))
    cure = _cure(header.raw, missing, text, delimiter) or "correct the name in columns or in the file"
    return f"the header has no column {names}; it has {_listed(header.names)}; {cure}"


def _with_nearest(name: str, names: Sequence[str]) -> str:
    folded = {other.casefold(): other for other in names if other}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return f"{name!r} (nearest: {folded[near[0]]!r})" if near else repr(name)


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(map(repr, names))
    return text if len(text) <= LISTED else f"{text[:LISTED]}… ({len(names)} columns)"


def _cure(raw: bytes, missing: Sequence[str], text: Text, delimiter: str) -> str:
    """The setting that would make the header fit, or ""."""
    for signature, what in OTHER_FILES.items():
        if raw.startswith(signature):
            return f"it is {what}; have it sent as CSV"
    if b"\0" in raw:
        order = "utf-16-be" if raw.startswith(b"\0") else "utf-16-le"
        return f'it holds NUL bytes, as UTF-16 without a byte order mark does: set encoding = "{order}"'
    for other, setting in DELIMITERS.items():
        if other != delimiter and set(missing) & set(map(_name, read_record(raw, 0, other).values)):
            return f"its columns look separated by another character: set delimiter = {setting}"
    likely = likely_encoding(raw) if text.encoding == "utf-8" and not decodable(raw) else "utf-8"
    if not text.marked and set(missing) & _names_as(likely, raw, text.encoding, delimiter):
        return f'it looks like {likely}: set encoding = "{likely}"'
    return ""


def _names_as(encoding: str, raw: bytes, read_as: str, delimiter: str) -> set[str]:
    """The names the header would have in another encoding than the one it was read in."""
    original = raw if read_as == "utf-8" else raw.decode("utf-8", "replace").encode(read_as, "replace")
    return {
        trimmed(value.decode(encoding, "replace")) for value in read_record(original, 0, delimiter).values
    }


def trimmed(name: str) -> str:
    """A header name without blanks or a stray byte order mark around it."""
    return name.strip().strip("\ufeff").strip()


def _name(value: bytes) -> str:
    return trimmed(value.decode("utf-8", "backslashreplace"))


def _line_ends(raw: bytes) -> int:
    return len(LINE_END.findall(raw))
