"""The options of an XML feed and of an XML cart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from formats.options import Options
from formats.xml.paths import is_name, is_uri, local, parse_path, parse_record

CONSTANT = "="
"""A field that begins with it is a constant: `"=WEB"` writes `WEB` into every record."""

FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
"""Characters that an XML 1.0 document has no way to carry."""


def _record(text: str) -> str:
    parse_record(text)
    return text


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError(f"{text!r} is not a name that XML allows; letters, digits, '_', '-' and '.' are")
    return text


def _text(text: str) -> str:
    if re.search(FORBIDDEN, text):
        raise ValueError(f"{text!r} holds a character that XML cannot carry; take it out")
    return text


Name = Annotated[str, AfterValidator(_name)]
Text = Annotated[str, AfterValidator(_text)]


class Reading(Options):
    """Options of a feed.

    `record`: the element that repeats, by its local name, or with elements that stand above it: `inventory/item`.
    """

    record: Annotated[str, AfterValidator(_record)]


class Writing(Options):
    """Options of a cart.

    `root`, `record`: names of elements. `fields`: path below the record → field, or `"=text"` for a constant; a path
    is an element (`sku`), an element in others (`stock/qty`) or an attribute (`@sku`, `stock/@unit`).
    `namespace`: URI of all elements without a prefix. `attributes`: of the root, name → text; `xmlns:g` declares `g`.
    """

    root: Name = "inventory"
    record: Name = "item"
    fields: Mapping[str, Text] = {"sku": "sku", "quantity": "quantity"}
    namespace: Text | None = None
    attributes: Mapping[Name, Text] = {}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if all(field.startswith(CONSTANT) for field in self.fields.values()):
            raise ValueError('fields: no path is given a field, such as sku = "sku"')
        if self.namespace is not None and not is_uri(self.namespace):
            raise ValueError(
                f"namespace: {self.namespace!r} is not a URI, such as 'http://example.com/inventory'"
            )
        _check_paths(tuple(self.fields))
        _check_prefixes(self)
        return self


def _check_paths(texts: tuple[str, ...]) -> None:
    paths = [parse_path(text) for text in texts]
    places = {(path.steps, path.attribute): path.text for path in paths}
    if above := [path.text for path in paths if path.up]:
        raise ValueError(f"fields: {above[0]!r} lies outside the record; root attributes go under attributes")
    if len(places) < len(paths):
        raise ValueError("fields: two paths differ only by their prefix and could not be told apart")
    parents = {path.steps[:depth] for path in paths for depth in range(len(path.steps))}
    if mixed := [path.text for path in paths if path.attribute is None and path.steps in parents]:
        raise ValueError(f"fields: {mixed[0]!r} cannot hold both a text and other elements")
    _check_spelling(texts)


def _check_spelling(texts: tuple[str, ...]) -> None:
    """One element, one spelling: `g:stock/qty` beside `stock/@unit` would make two elements of one path."""
    spelled: dict[tuple[str, ...], tuple[str, ...]] = {}
    for text in texts:
        steps = tuple(part for part in text.split("/") if not part.startswith("@") and part != ".")
        for depth in range(1, len(steps) + 1):
            names = tuple(map(local, steps[:depth]))
            if spelled.setdefault(names, steps[:depth]) != steps[:depth]:
                raise ValueError(
                    f"fields: {text!r} spells an element's prefix otherwise than another path does"
                )


def _check_prefixes(options: Writing) -> None:
    declared = {"xml"}
    for name, text in options.attributes.items():
        prefix, _, rest = name.partition(":")
        if name == "xmlns":
            raise ValueError("attributes: give the URI of xmlns as namespace")
        if prefix == "xmlns":
            _check_declaration(rest, text)
            declared.add(rest)
    parts = [part.lstrip("@") for text in options.fields for part in text.split("/")]
    for name in (options.root, options.record, *options.attributes, *parts):
        prefix, colon, _ = name.partition(":")
        if prefix == "xmlns" and name not in options.attributes:
            raise ValueError(f"fields: {name!r} is a declaration; those go under attributes")
        if colon and prefix not in declared and prefix != "xmlns":
            raise ValueError(
                f'{name!r}: the prefix is not declared; add attributes = {{ "xmlns:{prefix}" = URI }}'
            )


def _check_declaration(prefix: str, uri: str) -> None:
    if not is_uri(uri) or prefix in ("xml", "xmlns"):
        raise ValueError(f"attributes: xmlns:{prefix} needs a URI and a prefix of its own")
