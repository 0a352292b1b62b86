"""The characters that separate, as an interchange's ISA declares them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from formats.errors import Unreadable
from formats.x12.place import Place, unreadable

BOM = b"\xef\xbb\xbf"
ISA_ELEMENTS = 16
ISA_HEAD = 104  # from the I of ISA to the separator before ISA16
LOOK_AHEAD = 512
LINE_ENDS = (b"\n", b"\r")

_START = Place(segment=1, offset=0)


@dataclass(frozen=True, kw_only=True)
class Delimiters:
    """One ASCII character each. `component` and `repetition` are None where the document has no usable one."""

    element: str
    segment: str
    component: str | None = None
    repetition: str | None = None

    def in_force(self) -> str:
        """All that no value may contain."""
        return self.element + self.segment + (self.component or "") + (self.repetition or "")


def begin(data: bytes) -> int:
    """The offset at which ISA begins: a byte order mark and white space before it are passed over.

    Raises:
        Unreadable: there is nothing, or something that is not X12.
    """
    found = re.compile(rb"\s*").match(data, len(BOM) if data.startswith(BOM) else 0)
    start = found.end() if found else 0
    if start == len(data):
        raise Unreadable("the file is empty")
    if data[start : start + 3].upper() != b"ISA":
        head = data[start : start + 12]
        raise Unreadable(
            f"not X12: the file begins with {head!r}, an interchange with ISA",
            place=str(Place(segment=1, offset=start)),
        )
    return start


def find_delimiters(data: bytes, start: int) -> tuple[Delimiters, tuple[str, ...]]:
    """Reads the delimiters of the ISA at `start`, and what was odd about it.

    The separators are counted, not the characters, so that identifiers wider than their fifteen characters
    do no harm; what follows ISA16 and the terminator must be the next segment.

    Raises:
        Unreadable: the ISA is cut off, or its delimiters cannot be told apart.
    """
    head = data[start : start + LOOK_AHEAD]
    element = head[3:4]
    if not _usable(element):
        raise unreadable(_START, found=f"{element!r} after ISA", expected="an element separator such as *")
    marks = [found.start() for found in re.finditer(re.escape(element), head)][:ISA_ELEMENTS]
    if len(marks) < ISA_ELEMENTS:
        raise unreadable(
            _START, found=f"an ISA with {len(marks)} elements", expected=f"{ISA_ELEMENTS} elements"
        )
    component, terminator = _after_last_separator(head[marks[-1] + 1 :], element)
    if terminator in LINE_ENDS and _ends_lines(data, start + marks[-1], component, terminator):
        component, terminator = b"", component
    if not _usable(terminator) or terminator == element:
        raise unreadable(
            _START,
            found=f"{terminator!r} as segment terminator and {element!r} as element separator",
            expected="two different characters that are neither letters, digits nor blanks",
        )
    isa11 = head[marks[10] + 1 : marks[11]]
    return Delimiters(
        element=element.decode(),
        segment=terminator.decode(),
        component=_free(component, element + terminator),
        repetition=_free(isa11, element + terminator + component),
    ), _oddities(marks, component, element + terminator)


def _after_last_separator(rest: bytes, element: bytes) -> tuple[bytes, bytes]:
    """ISA16 (empty if left out) and the segment terminator."""
    found = re.match(rb"(.?)(.)\s*(?:GS|IEA|TA1)" + re.escape(element), rest, re.DOTALL | re.IGNORECASE)
    if found is None:
        raise unreadable(
            _START,
            found=f"{rest[:12]!r} after the last separator of the ISA",
            expected="the component separator, the segment terminator and a GS segment",
        )
    return found[1], found[2]


def _ends_lines(data: bytes, at: int, component: bytes, line_end: bytes) -> bool:
    """Whether the line after the ISA ends in what should be ISA16: then ISA16 is left out, and this terminates."""
    first = data.find(line_end, at)
    second = data.find(line_end, first + 1, first + LOOK_AHEAD)
    return _usable(component) and second > 0 and data[first + 1 : second].rstrip().endswith(component)


def _usable(character: bytes) -> bool:
    return len(character) == 1 and character.isascii() and not character.isalnum() and character != b" "


def _free(character: bytes, taken: bytes) -> str | None:
    return character.decode() if _usable(character) and character not in taken else None


def _oddities(marks: list[int], component: bytes, taken: bytes) -> tuple[str, ...]:
    odd = []
    if marks[-1] + 1 != ISA_HEAD:
        widths = [after - before - 1 for before, after in pairwise(marks)]
        odd.append(
            f"the ISA is {marks[-1] + 3} characters long instead of 106; its elements are {widths} wide"
        )
    if _free(component, taken) is None:
        odd.append(f"ISA16 is {component!r}, which cannot separate components; none are read")
    return tuple(odd)
