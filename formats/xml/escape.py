"""Values → XML text, whole columns at a time, so that reading gives back every character.

A line end in a text is written as a reference, because as it is it would make the blanks around the text layout.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from formats.errors import Unwritable

IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "&#10;", "\r": "&#13;"}
IN_ATTRIBUTE = {**IN_TEXT, '"': "&quot;", "\t": "&#9;"}

_FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
_LEAD = 0xEF
"""First byte of U+F000 to U+FFFF, and so of the two that are no characters."""


def escape(values: pa.Array, references: Mapping[str, str]) -> pa.Array:
    """The values with `references` in place of the characters that need one; nulls stay null."""
    octets = octets_of(values)
    for character, reference in references.items():
        if (octets == ord(character)).any():
            values = pc.replace_substring(values, character, reference)
    return values


def escape_one(value: str, references: Mapping[str, str]) -> str:
    """The same for a single constant."""
    return "".join(references.get(character, character) for character in value)


def check_characters(values: pa.Array, field: str, skus: pa.Array) -> None:
    """Passes if XML can carry every value.

    Raises:
        Unwritable: names the first that it cannot.
    """
    octets = octets_of(values)
    if not ((octets < ord(" ")).any() or (octets == _LEAD).any()):
        return
    bad = pc.indices_nonzero(pc.fill_null(pc.match_substring_regex(values, _FORBIDDEN), fill_value=False))
    if len(bad):
        row = bad[0].as_py()
        raise Unwritable(
            "a character that XML cannot carry; take it out where the value comes from",
            field=field,
            sku=skus[row].as_py() or "",
            value=values[row].as_py(),
        )


def octets_of(values: pa.Array) -> npt.NDArray[np.uint8]:
    """The bytes of all values of a string array, one after the other, as they lie in memory."""
    if not len(values):
        return np.empty(0, np.uint8)
    _, offsets, octets = values.buffers()
    first, last = np.frombuffer(offsets, np.int32)[[values.offset, values.offset + len(values)]]
    return np.empty(0, np.uint8) if octets is None else np.frombuffer(octets, np.uint8)[first:last]
