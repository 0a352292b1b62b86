"""What is wrong with one segment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from formats.x12.dictionary.elements import Element, UnknownSegment, elements_of
from formats.x12.dictionary.notes import NOTES

FORMS = {
    "R": re.compile(r"-?(?:0|[1-9]\d*|(?:0|[1-9]\d*)?\.\d*[1-9])", re.ASCII),
    "N0": re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII),
    "DT": re.compile(r"\d{6}|\d{8}", re.ASCII),
    "TM": re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d\d{0,2})?", re.ASCII),
    "ID": re.compile(r"[A-Z0-9]+"),
}
"""Kind → the form of a value: a number without plus, exponent, leading or trailing zeros; a time of day."""

PADDED = frozenset({"ISA13", "IEA02"})
"""Whole numbers that are padded with zeros."""

IN_WORDS = {
    "R": "a number without plus, exponent or needless zeros",
    "N0": "a whole number without needless zeros",
    "DT": "a date",
    "TM": "a time HHMM or HHMMSS",
    "ID": "a code of capital letters and digits",
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong. `element`: such as `DTM02`, or the segment's name."""

    element: str
    reason: str
    value: str = ""

    def __str__(self) -> str:
        return (
            f"{self.element} {self.value!r} {self.reason}" if self.value else f"{self.element} {self.reason}"
        )


def faults(segment: str, values: Sequence[str | None], release: str) -> list[Fault]:
    """What is wrong with a segment as it would be written.

    `values`: its elements in order; "" for one that is absent, None for one that is there but not known yet.
    """
    try:
        elements = elements_of(segment, release)
    except UnknownSegment as error:
        return [Fault(element=segment, reason=str(error))]
    if len(values) > len(elements):
        return [
            Fault(
                element=segment,
                reason=f"has at most {len(elements)} elements in {release}, not {len(values)}",
            )
        ]
    return [*_elements(segment, values, elements), *_notes(segment, values)]


def _elements(segment: str, values: Sequence[str | None], elements: Sequence[Element]) -> Iterator[Fault]:
    for number, one in enumerate(elements, start=1):
        value = values[number - 1] if number <= len(values) else ""
        name = f"{segment}{number:02}"
        if value == "" and one.required:
            yield Fault(element=name, reason="must be there")
        elif value and (reason := wrong_with(value, one, padded=name in PADDED)):
            yield Fault(element=name, reason=reason, value=value)


def wrong_with(value: str, one: Element, *, padded: bool = False) -> str:
    """Why a value cannot stand in an element; "" if it can."""
    form = FORMS.get(one.kind)
    if form is not None and not form.fullmatch(value) and not (padded and value.isdecimal()):
        return f"is not {IN_WORDS[one.kind]}"
    length = len(value)
    if one.kind in {"R", "N0"}:
        length -= value.count("-") + value.count(".")
    if not one.least <= length <= one.most:
        return f"has {length} characters, not {_range(one)}"
    if one.kind == "DT" and not _is_date(value):
        return "is not a date"
    if one.codes and value not in one.codes:
        return f"is not one of {', '.join(sorted(one.codes))}"
    return ""


def _range(one: Element) -> str:
    return str(one.least) if one.least == one.most else f"{one.least} to {one.most}"


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value if len(value) == 8 else f"20{value}")  # noqa: PLR2004 - CCYYMMDD, else YYMMDD
    except ValueError:
        return False
    return True


def _notes(segment: str, values: Sequence[str | None]) -> Iterator[Fault]:
    present = [value != "" for value in values]
    for note in NOTES.get(segment, ()):
        if note.broken(present):
            yield Fault(element=segment, reason=note.in_words(segment))
