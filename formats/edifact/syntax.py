"""A file as a table of segments; what the release character protects is hidden until a value is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from formats.errors import Unreadable
from formats.x12.delimiters import BOM, Delimiters
from formats.x12.place import Place
from formats.x12.segments import Ints, Segments, Spans
from formats.x12.split import table_of

USUAL = b":+.? '"
"""UNA1 to UNA6: component, element, decimal mark, release, reserved, terminator."""

LATIN = b"UNOC"
"""0001, the syntax identifier of ISO 8859-1; a file that says nothing of the kind is UTF-8 if it can be."""

HIDE = 1
"""The first of two bytes that stand for a character with the release character before it."""


@dataclass(frozen=True, kw_only=True)
class Syntax:
    """The service characters of a file, each one ASCII character."""

    component: str
    element: str
    decimal: str
    release: str
    terminator: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """The segments of a file from UNB on. `released`: some character has the release character before it."""

    segments: Segments
    syntax: Syntax
    released: bool

    @cached_property
    def _separators(self) -> Ints:
        found = np.flatnonzero(self.segments.bytes == ord(self.syntax.component))
        return np.append(found, [len(self.segments.data)] * 16)

    def components(self, spans: Spans, number: int) -> Spans:
        """Component `number` (1-based) of each element; an empty stretch where it has fewer."""
        at = np.searchsorted(self._separators, spans.start)
        start, end = spans.start, np.minimum(self._separators[at + number - 1], spans.end)
        if number > 1:
            before = self._separators[at + number - 2]
            start = np.minimum(before + 1, spans.end)
            end = np.where(before < spans.end, end, start)
        return Spans(start=start.astype(np.int64), end=np.maximum(start, end).astype(np.int64))

    def texts(self, spans: Spans) -> pa.StringArray:
        """The stretches as Arrow strings, "?+" and the like as what they mean; an empty one is null."""
        values = self.segments.texts(spans)
        if self.released:
            for code, character in enumerate(self._hidden(), start=HIDE + 1):
                values = pc.replace_substring(values, chr(HIDE) + chr(code), character)
        return values

    def _hidden(self) -> str:
        syntax = self.syntax
        return syntax.component + syntax.element + syntax.release + syntax.terminator

    def text(self, row: int, number: int, component: int = 1) -> str:
        """One component of one segment; "" where it has fewer."""
        parts = self.segments.text(row, number).split(self.syntax.component)
        text = parts[component - 1] if component <= len(parts) else ""
        for code, character in enumerate(self._hidden(), start=HIDE + 1):
            text = text.replace(chr(HIDE) + chr(code), character)
        return text.strip()

    def place(self, row: int, element: int = 0) -> Place:
        return self.segments.place(row, element)


def open_document(file: bytes) -> Document:
    """Splits a file into segments.

    Raises:
        Unreadable: empty, not EDIFACT, or its service characters cannot be meant.
    """
    if not file.strip():
        raise Unreadable("the file is empty")
    syntax, start, odd = _syntax(file)
    released = syntax.release.encode() in file[start:] and syntax.release != " "
    data = file[:start] + _hide(file[start:], syntax) if released else file
    delimiters = Delimiters(element=syntax.element, segment=syntax.terminator, component=syntax.component)
    latin = file[start + 4 : start + 8].upper() == LATIN
    segments = table_of(data, start, delimiters, odd, latin=latin)
    return Document(segments=segments, syntax=syntax, released=released)


def _syntax(file: bytes) -> tuple[Syntax, int, tuple[str, ...]]:
    """The service characters, where UNB begins, and what is odd."""
    head = re.match(rb"(?:%b)?\s*(?:(?i:UNA)(.{6}))?\s*" % re.escape(BOM), file, re.DOTALL)
    start = head.end() if head else 0
    place = str(Place(segment=1, offset=start))
    if file[start : start + 3].upper() != b"UNB":
        raise Unreadable(
            f"not EDIFACT: the file begins with {file[start : start + 12]!r}, an interchange with UNB",
            place=place,
        )
    given = head[1] if head and head[1] else None
    marks = given or USUAL
    odd: tuple[str, ...] = ()
    if given is None and b"'" not in file and b"\n" in file:
        marks, odd = USUAL[:5] + b"\n", ("segments end with lines, which no UNA says",)
    chosen = [marks[at : at + 1] for at in (0, 1, 5)]
    if len(set(chosen)) < len(chosen) or not marks.isascii() or any(mark.isalnum() for mark in chosen):
        raise Unreadable(f"the service characters {marks!r} cannot be told apart", place=place)
    text = marks.decode()
    return (
        Syntax(component=text[0], element=text[1], decimal=text[2], release=text[3], terminator=text[5]),
        start,
        odd,
    )


def _hide(data: bytes, syntax: Syntax) -> bytes:
    """Released service characters as two bytes that occur in no text, so that no place moves."""
    marks = (syntax.component + syntax.element + syntax.release + syntax.terminator).encode()
    codes = {bytes([mark]): bytes([HIDE, HIDE + 1 + at]) for at, mark in enumerate(marks)}
    released = re.compile(re.escape(syntax.release.encode()) + b"([" + re.escape(marks) + b"])", re.DOTALL)
    return released.sub(lambda found: codes[found[1]], data)


def escape(values: pa.StringArray) -> pa.StringArray:
    """Text with the release character before service characters."""
    for mark in "?+:'":
        if pc.any(pc.match_substring(values, mark)).as_py():
            values = pc.replace_substring(values, mark, "?" + mark)
    return values
