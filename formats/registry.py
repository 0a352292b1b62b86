"""Name → format. A new format is a folder and a line here; it is imported when it is first asked for.

Its reader and writer are imported when they are first used: a configuration that names a format needs its options alone.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from formats.errors import UnknownFormat

if TYPE_CHECKING:
    from formats.contract import Format, Reader

FORMATS = MappingProxyType(
    {
        "csv": "formats.csv:Csv",
        "xml": "formats.xml:Xml",
        "edi846": "formats.edi846:Edi846",
        "edi850": "formats.edi850:Edi850",
        "invrpt": "formats.invrpt:Invrpt",
    }
)


@cache
def get(name: str) -> Reader:
    """The format of that name, for reading.

    Raises:
        UnknownFormat: names the known ones, nearest first.
    """
    if name not in FORMATS:
        near = difflib.get_close_matches(name, FORMATS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnknownFormat(f"no format {name!r}{hint} Known: {', '.join(FORMATS)}")
    module, _, attribute = FORMATS[name].partition(":")
    return cast("Reader", getattr(import_module(module), attribute)())


def writes(name: str) -> bool:
    """Whether a cart can have the format."""
    return hasattr(get(name), "write")


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
