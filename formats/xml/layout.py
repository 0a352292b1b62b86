"""A cart's fields as the elements of a record: what stands in what, decided once before writing."""

from __future__ import annotations

from dataclasses import dataclass

from formats.xml.options import CONSTANT, Writing
from formats.xml.paths import parse_path


@dataclass(frozen=True, kw_only=True)
class Element:
    """`text` and the values of `attributes` are fields, or constants with `=` before them; `text` may be None."""

    name: str
    text: str | None
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Element, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields in it and below, constants left out."""
        own = (*(value for _, value in self.attributes), *(() if self.text is None else (self.text,)))
        below = tuple(field for child in self.children for field in child.fields)
        return (*(value for value in own if not value.startswith(CONSTANT)), *below)


def record_element(options: Writing) -> Element:
    """The record, with all that the options put into it."""
    written = {
        (() if path == "." else tuple(path.split("/"))): field for path, field in options.fields.items()
    }
    return _element(options.record, written)


def fields_of(options: Writing) -> tuple[str, ...]:
    """The fields written, each once, in the order of the options; constants left out."""
    return tuple(dict.fromkeys(field for field in options.fields.values() if not field.startswith(CONSTANT)))


def always_written(path: str, options: Writing) -> bool:
    """Whether a constant stands in every record: an element is left out if no field in it has a value."""
    top = parse_path(path).steps[:1]
    beside = (other for other, field in options.fields.items() if not field.startswith(CONSTANT))
    return not top or all(parse_path(other).steps[:1] != top for other in beside)


def _element(name: str, written: dict[tuple[str, ...], str]) -> Element:
    names = dict.fromkeys(steps[0] for steps in written if steps and not steps[0].startswith("@"))
    return Element(
        name=name,
        text=written.get(()),
        attributes=tuple(
            (steps[0][1:], field) for steps, field in written.items() if steps and steps[0].startswith("@")
        ),
        children=tuple(
            _element(child, {steps[1:]: field for steps, field in written.items() if steps[:1] == (child,)})
            for child in names
        ),
    )
