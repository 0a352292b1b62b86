"""Slices of a document → the values they stand for, a column at a time.

What a literal character is and what a reference is only shows in the slice, so layout goes first: blanks around a
text that holds a literal line end. References come after it, and what they stand for is never layout.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BLANKS = " \t\r\n"

_NAMED = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"))
_NUMBERED = re.compile(rb"&#(?:x([0-9a-fA-F]+)|([0-9]+));")
_AMPERSAND = "&(?:amp|#0*38|#x0*26);"
_MANY = 64


class TooManyReferencesError(Exception):
    """More distinct character references than are worth a pass each."""


def from_text(slices: pa.Array) -> pa.Array:
    """The text of elements: layout stripped, line ends as LF, references resolved."""
    returns = _holds(slices, "\r")
    if returns or _holds(slices, "\n"):
        laid_out = pc.match_substring_regex(slices, "[\r\n]")
        slices = pc.if_else(laid_out, pc.utf8_trim(slices, characters=BLANKS), slices)
    if returns:
        slices = pc.replace_substring_regex(slices, "\r\n?", "\n")
    return _resolve(slices)


def from_attribute(slices: pa.Array) -> pa.Array:
    """The values of attributes: kept as they are, but a literal tab or line end is a blank, as XML has it."""
    if any(_holds(slices, blank) for blank in "\t\r\n"):
        slices = pc.replace_substring_regex(slices, "\r\n|[\t\r\n]", " ")
    return _resolve(slices)


def _resolve(slices: pa.Array) -> pa.Array:
    """References → characters. Those for an ampersand go last and at once, so that `&amp;lt;` becomes `&lt;`."""
    if not _holds(slices, "&"):
        return slices
    for reference, character in (*_NAMED, *_numbered(slices).items()):
        slices = pc.replace_substring(slices, reference, character)
    return pc.replace_substring_regex(slices, _AMPERSAND, "&")


def _numbered(slices: pa.Array) -> dict[str, str]:
    """The character references in use, except those for an ampersand."""
    distinct = {match[0]: match for match in _NUMBERED.finditer(slices.buffers()[2])}
    if len(distinct) > _MANY:
        raise TooManyReferencesError
    codes = {
        name.decode(): int(found[1], 16) if found[1] else int(found[2].lstrip(b"0"))
        for name, found in distinct.items()
    }
    return {name: chr(code) for name, code in codes.items() if code != ord("&")}


def _holds(slices: pa.Array, character: str) -> bool:
    """Whether the character occurs; slices that were just taken own their buffer, so it is looked through whole."""
    octets: Any = slices.buffers()[2]
    return octets is not None and bool((np.frombuffer(octets, np.uint8) == ord(character)).any())
