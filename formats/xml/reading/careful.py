"""The careful way: any well-formed document, record by record with lxml, in little memory.

lxml tells neither the place of a tag (its lines end at 65,535) nor whether a blank was written as a reference, which
makes it a character like any other and never layout. Both are taken from the document's bytes: `_positions`, `_Shield`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
from lxml import etree

from formats.errors import Unreadable
from formats.xml.paths import Path, local
from formats.xml.reading.found import Found, Refused
from formats.xml.reading.values import BLANKS

_HIDDEN = r"!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>"
_BLANK_REFERENCE = "&#(?:0*(?:9|10|13|32)|x0*(?:9|[aA]|[dD]|20));"
_REFERENCE = re.compile("&#(?:x0*[0-9a-fA-F]{1,6}|0*[0-9]{1,7});")
_PRIVATE = range(0xE000, 0xF900)


def read_carefully(
    document: bytes, record: tuple[str, ...], paths: Sequence[Path], *, sku: int | None = None
) -> Found:
    """The records of a checked document; `sku` is the index of the SKU's path, for refused records.

    Raises:
        Unreadable: deeper or larger than a document may be.
    """
    shield = _Shield.of(document)
    reading = _Reading(paths=paths, sku=sku, shield=shield, columns=[[] for _ in paths])
    places = _positions(document, record[-1])
    highest = max((path.up for path in paths), default=0)
    for start, nested, element in records_of(shield.document, record):
        reading.take(element, places[start])
        reading.nested += nested
        forget(element, highest)
    return reading.found()


def elements(document: bytes, name: str = "*") -> Iterator[tuple[str, Any]]:
    """The start and the end of each element of that local name, as lxml sees them; nothing is loaded or expanded.

    Raises:
        Unreadable: as above.
    """
    try:
        yield from etree.iterparse(
            io.BytesIO(document),
            events=("start", "end"),
            tag="{*}" + name,
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            recover=False,
            remove_comments=True,
            remove_pis=True,
        )
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"this XML goes beyond what is read: {error.msg}") from error


@dataclass(kw_only=True)
class _Reading:
    """What has been read so far."""

    paths: Sequence[Path]
    sku: int | None
    shield: _Shield
    positions: list[int] = field(default_factory=list)
    columns: list[list[str | None]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    refused: list[Refused] = field(default_factory=list)
    nested: int = 0

    def take(self, record: Any, position: int) -> None:
        values = [self._values(record, path) for path in self.paths]
        trouble = False
        for index, found in enumerate(values):
            if found:
                self.seen.add(index)
                trouble = trouble or len(found) > 1 or found[0] is None
        if trouble:
            self._refuse(record, values, position)
            return
        self.positions.append(position)
        for column, found in zip(self.columns, values, strict=True):
            column.append(found[0] if found else None)

    def _values(self, record: Any, path: Path) -> list[str | None]:
        """All that the path leads to: None for an element that has others inside."""
        places = _places(record, path)
        if path.attribute is None:
            return [None if len(place) else self.shield.text(place.text) for place in places]
        return [
            self.shield.lift(value)
            for place in places
            for name, value in place.attrib.items()
            if _local(name) == path.attribute
        ]

    def _refuse(self, record: Any, values: list[list[str | None]], position: int) -> None:
        index = next(at for at, found in enumerate(values) if len(found) > 1 or None in found)
        path, found = self.paths[index], values[index]
        if len(found) > 1:
            reason = f"{path.text} occurs {len(found)} times in one record; which one counts cannot be known"
        else:
            reason = f"{path.text} holds other elements, not a text: name one of those"
        sku = values[self.sku] if self.sku is not None and self.sku != index else []
        shown = [_inner_text(place) for place in _places(record, path)] if None in found else found
        self.refused.append(
            Refused(
                position=position,
                path=path.text,
                value=self.shield.lift(" | ".join(text or "" for text in shown)),
                reason=reason,
                sku=sku[0] if len(sku) == 1 else None,
            )
        )

    def found(self) -> Found:
        return Found(
            columns=[pa.chunked_array([pa.array(column, pa.string())]) for column in self.columns],
            positions=np.array(self.positions, np.int64),
            absent=tuple(index for index in range(len(self.paths)) if index not in self.seen),
            refused=tuple(self.refused),
            nested=self.nested,
        )


def records_of(document: bytes, record: tuple[str, ...]) -> Iterator[tuple[int, int, Any]]:
    """Each record, complete, with its number among all elements of its name, and how many of those are inside it.

    Raises:
        Unreadable: as above.
    """
    current, first, number = None, 0, -1
    for event, element in elements(document, record[-1]):
        if event == "start":
            number += 1
            if current is None and (len(record) == 1 or chain_of(element)[-len(record) :] == record):
                current, first = element, number
        elif element is current:
            yield first, number - first, element
            current = None


def chain_of(element: Any) -> tuple[str, ...]:
    """Local names of an element and those above it, outermost first."""
    return tuple(reversed([_local(above.tag) for above in chain([element], element.iterancestors())]))


def _places(record: Any, path: Path) -> list[Any]:
    """The elements that a path leads to, its attribute left aside."""
    start = record
    for _ in range(path.up):
        start = start.getparent() if start is not None else None
    found = [] if start is None else [start]
    for step in path.steps:
        found = [child for place in found for child in place.iterchildren("{*}" + step)]
    return found


def _inner_text(element: Any) -> str:
    return "".join(element.itertext())


def forget(element: Any, up: int) -> None:
    """Gives back the memory of a record and of what came before it, except where a path leads upwards."""
    element.clear(keep_tail=False)
    for _ in range(up):
        element = element.getparent() if element is not None else None
    while element is not None:
        parent = element.getparent()
        while element.getprevious() is not None:
            del parent[0]
        element = parent


@cache
def _local(tag: str) -> str:
    return local(tag)


def _positions(document: bytes, name: str) -> list[int]:
    """The byte at which each element of that local name begins, in the order of the document."""
    tag = rf"(?:[^\s<>/:!?]+:)?({re.escape(name)})(?=[\s/>])"
    pattern = re.compile(f"<(?:{_HIDDEN}|{tag})".encode(), re.DOTALL)
    return [match.start() for match in pattern.finditer(document) if match[1]]


@dataclass(frozen=True, kw_only=True)
class _Shield:
    """Blanks written as references, replaced by private characters that the document does not use."""

    document: bytes
    lifted: dict[int, str]

    @classmethod
    def of(cls, document: bytes) -> _Shield:
        if not re.search(_BLANK_REFERENCE.encode(), document):
            return cls(document=document, lifted={})
        text = document.decode()
        free = _unused(text)
        shields = {blank: chr(next(free)) for blank in BLANKS}
        pattern = re.compile(f"<(?:{_HIDDEN})|({_BLANK_REFERENCE})", re.DOTALL)
        shielded = pattern.sub(lambda match: shields[_character(match[1])] if match[1] else match[0], text)
        return cls(
            document=shielded.encode(), lifted={ord(shield): blank for blank, shield in shields.items()}
        )

    def text(self, text: str | None) -> str:
        """The text of an element as lxml gives it, layout stripped."""
        if text is None:
            return ""
        return self.lift(text.strip(BLANKS) if "\n" in text else text)

    def lift(self, value: str) -> str:
        return value.translate(self.lifted) if self.lifted else value


def _unused(text: str) -> Iterator[int]:
    used = set(map(ord, re.findall("[\ue000-\uf8ff]", text)))
    used.update(_code(match[0]) for match in _REFERENCE.finditer(text))
    yield from (code for code in _PRIVATE if code not in used)
    raise Unreadable("this document uses every private character there is; no room is left to read it")


def _character(reference: str) -> str:
    return chr(_code(reference))


def _code(reference: str) -> int:
    digits = reference.strip("&#;")
    return int(digits[1:], 16) if digits.startswith("x") else int(digits.lstrip("0") or "0")
