"""Segments as a partner's guide shows them: `PID*F*08***{title}`, with fields of ours in braces.

Elements are separated by `*` here, whatever the document's own separator is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from formats.x12.dictionary import elements_of, faults

SEPARATOR = "*"
NOW, NUMBER, WAREHOUSE, QUANTITY = "now", "number", "warehouse", "quantity"
SHORT = {"zero": "quantity=0", "some": "quantity!=0"}
"""Conditions with a name of their own."""


@dataclass(frozen=True)
class Field:
    """A field whose value goes into an element."""

    name: str


Piece = str | Field


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A segment is written only where a field has this value; `negated`: only where it has another, or none."""

    field: str
    value: str
    negated: bool


@dataclass(frozen=True, kw_only=True)
class Template:
    """A segment that is to be written, an element at a time; `text` is how it was configured."""

    text: str
    segment: str
    elements: tuple[tuple[Piece, ...], ...]
    when: Condition | None = None

    def in_elements(self) -> tuple[str, ...]:
        """The fields that its elements name, each once."""
        return tuple(
            dict.fromkeys(
                piece.name for element in self.elements for piece in element if isinstance(piece, Field)
            )
        )

    def element_of(self, field: str) -> int | None:
        """The element (1-based) that is this field and nothing else; None if there is none."""
        return next((at for at, pieces in enumerate(self.elements, 1) if pieces == (Field(field),)), None)

    def fields(self) -> tuple[str, ...]:
        """All fields that it needs: those of its elements and of its condition."""
        return tuple(dict.fromkeys([*self.in_elements(), *([self.when.field] if self.when else [])]))


def parse(entry: Any) -> Template:
    """A segment template: text, or a table with `segment` and `when`.

    Raises:
        ValueError: it cannot be meant; says what is expected.
    """
    if isinstance(entry, Mapping):
        unknown = set(entry) - {"segment", "when"}
        if unknown or not all(isinstance(value, str) for value in entry.values()) or "segment" not in entry:
            raise ValueError('a table with segment = "DTM*018*{restock}" and when = "zero"')
        return _parse(entry["segment"], _condition(entry["when"]) if "when" in entry else None)
    if not isinstance(entry, str):
        raise ValueError('a segment such as "PID*F*08***{title}", or a table with segment and when')  # noqa: TRY004 - pydantic wants it
    return _parse(entry, None)


def _parse(text: str, when: Condition | None) -> Template:
    name, *elements = text.split(SEPARATOR)
    pieces = tuple(_pieces(element, text) for element in elements)
    while pieces and not pieces[-1]:
        pieces = pieces[:-1]
    return Template(text=text, segment=name, elements=pieces, when=when)


def _pieces(element: str, text: str) -> tuple[Piece, ...]:
    try:
        parts = list(Formatter().parse(element))
    except ValueError:
        raise ValueError(f"{text!r}: a brace without its counterpart") from None
    pieces: list[Piece] = []
    for literal, field, spec, conversion in parts:
        if literal:
            pieces.append(literal)
        if field is None:
            continue
        if not field.isidentifier() or spec or conversion:
            raise ValueError(f"{text!r}: {{{field}}} is not the name of a field")
        pieces.append(Field(field))
    return tuple(pieces)


def _condition(text: str) -> Condition:
    field, equals, value = SHORT.get(text, text).partition("=")
    negated = field.endswith("!")
    field = field.removesuffix("!").strip()
    if not equals or not field.isidentifier():
        raise ValueError(f'when = {text!r}: "zero", "some", "FIELD=VALUE" or "FIELD!=VALUE"')
    return Condition(field=field, value=value.strip(), negated=negated)


def objection(template: Template, release: str) -> str:
    """What is wrong with a template whatever its fields hold; "" if nothing is."""
    values = [
        None if any(isinstance(piece, Field) for piece in element) else "".join(map(str, element))
        for element in template.elements
    ]
    found = faults(template.segment, values, release)
    return f"{template.text!r}: {found[0]}" if found else ""


def kind_of(template: Template, number: int, release: str) -> str:
    """The kind of an element (1-based) of a template that has no objection."""
    return elements_of(template.segment, release)[number - 1].kind
