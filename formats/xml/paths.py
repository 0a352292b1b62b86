"""Names and paths, as configurations write them: `sku`, `stock/qty`, `@id`, `stock/@unit`, `.`, `../@number`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from xml.parsers import expat

_PLAIN = re.compile(r"[^\s<>/&=\"':@\ud800-\udfff]+")
_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:"
    r"(?://[A-Za-z0-9.-]+(?::[0-9]{1,4})?(?=/|$)|(?=[^/]))"
    r"(?:[A-Za-z0-9_/.~:?=,+@!*-]|%[0-9A-Fa-f]{2})*(?:#[A-Za-z0-9_/.~-]*)?"
)
_RESERVED = ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/")
_ALLOWED = (
    "elements joined by '/', at the end an '@attribute' if wanted: 'sku', 'stock/qty', '@id', '../@number'"
)


@dataclass(frozen=True, kw_only=True)
class Path:
    """A place relative to a record; names are local names, without a namespace prefix.

    `up`: how many elements above the record it starts. `steps`: elements down from there; none means the element
    itself. `attribute`: the attribute there, or None for the element's text.
    """

    text: str
    up: int
    steps: tuple[str, ...]
    attribute: str | None


def parse_path(text: str) -> Path:
    """The path written as `text`.

    Raises:
        ValueError: with what is allowed.
    """
    parts = [] if text == "." else text.split("/")
    up = next((at for at, part in enumerate(parts) if part != ".."), len(parts))
    attribute = parts.pop()[1:] if parts and parts[-1].startswith("@") else None
    steps = tuple(parts[up:])
    names = (*steps, attribute) if attribute is not None else steps
    if not all(is_name(name) for name in names) or (not names and text != "."):
        raise ValueError(f"{text!r} is not a path; allowed: {_ALLOWED}")
    return Path(
        text=text,
        up=up,
        steps=tuple(map(local, steps)),
        attribute=None if attribute is None else local(attribute),
    )


def parse_record(text: str) -> tuple[str, ...]:
    """The local names of a record and of the elements that must stand above it: `inventory/item`.

    Raises:
        ValueError: with what is allowed.
    """
    path = parse_path(text)
    if path.up or path.attribute is not None or not path.steps:
        raise ValueError(f"{text!r} does not name an element; allowed: 'item' or 'inventory/item'")
    return path.steps


def local(name: str) -> str:
    """A name without its namespace or prefix: `{uri}sku` and `g:sku` are `sku`."""
    return name.rpartition("}")[2].rpartition(":")[2]


def is_uri(text: str) -> bool:
    """Whether every parser takes `text` as the name of a namespace: absolute, in ASCII, not one of XML's own."""
    return _URI.fullmatch(text) is not None and text not in _RESERVED


@cache
def is_name(text: str) -> bool:
    """Whether `text` can name an element or attribute, with at most one prefix: the parser decides."""
    prefix, colon, name = text.rpartition(":")
    if not all(_PLAIN.fullmatch(part) for part in (prefix, name)[0 if colon else 1 :]):
        return False
    try:
        expat.ParserCreate("utf-8").Parse(f"<{text}/>", True)
    except expat.ExpatError:
        return False
    return True
