"""Name → format. A new format is a folder and a line here; it is imported when it is first asked for.

Its reader and writer are imported when they are first used: a configuration that names a format needs its options alone.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from formats.errors import UnknownFormat

if TYPE_CHECKING:
    from formats.contract import Format, Reader


class Registered(NamedTuple):
    """`place`: module and class. `feeds`, `writes`: what the class has, told here so that nobody loads it to learn it is no use."""

    place: str
    feeds: tuple[str, ...]
    writes: bool


FORMATS = MappingProxyType(
    {
        "csv": Registered("formats.csv:Csv", feeds=("inventory", "orders"), writes=True),
        "xml": Registered("formats.xml:Xml", feeds=("inventory", "orders"), writes=True),
        "edi846": Registered("formats.edi846:Edi846", feeds=("inventory",), writes=True),
        "edi850": Registered("formats.edi850:Edi850", feeds=("orders",), writes=False),
        "invrpt": Registered("formats.invrpt:Invrpt", feeds=("inventory",), writes=True),
    }
)


@cache
def get(name: str) -> Reader:
    """The format of that name, for reading.

    Raises:
        UnknownFormat: names the known ones, nearest first.
    """
    module, _, attribute = _registered(name).place.partition(":")
    return cast("Reader", getattr(import_module(module), attribute)())


def _registered(name: str) -> Registered:
    if name not in FORMATS:
        near = difflib.get_close_matches(name, FORMATS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnknownFormat(f"no format {name!r}{hint} Known: {', '.join(FORMATS)}")
    return FORMATS[name]


def reads(name: str, kind: str) -> bool:
    """Whether a feed of that kind (`inventory`, `orders`) can have the format."""
    return kind in _registered(name).feeds


def writes(name: str) -> bool:
    """Whether a cart can have the format."""
    return _registered(name).writes


def writer(name: str) -> Format:
    """The format of that name, for writing.

    Raises:
        UnknownFormat: there is none, or it can only be read.
    """
    if not writes(name):
        raise UnknownFormat(
            f"{name} can only be read; a cart has one of: {', '.join(filter(writes, FORMATS))}"
        )
    return cast("Format", get(name))
