"""What a LIN loop is apart from its values, learned from the bytes of one that has nothing but LIN and QTY."""

from __future__ import annotations

from collections.abc import Iterator

from formats.alike import Skeleton, Slot, UnlikeError, fixed_between
from formats.edi846.reading.items import FIRST_PAIR
from formats.x12.codes import code
from formats.x12.delimiters import Delimiters

Name = tuple[str, int]
"""LIN or QTY, and the code of the qualifier that says what a value is."""
NUMBER: Name = ("LIN", 0)
"""LIN01, which has no qualifier."""


def name_of(label: str) -> Name:
    """The slot of what the careful reader calls `LIN SK` or `QTY 33`."""
    segment, _, qualifier = label.partition(" ")
    return segment, code(qualifier)


def learn(sample: bytes, delimiters: Delimiters, gap: bytes) -> Skeleton:
    """The skeleton of a loop that begins with the terminator before LIN and ends before that of its last segment.

    Its slots are LIN01, the values beside the qualifiers of LIN, and QTY02. `gap`: what follows each terminator.

    Raises:
        UnlikeError: it has other segments, two values of one name, or characters beyond ASCII.
    """
    if not sample.isascii():
        raise UnlikeError
    element, terminator = delimiters.element.encode(), delimiters.segment.encode()
    opening, *segments = sample.split(terminator)
    slots: dict[Name, Slot] = {}
    mark = 0
    for number, segment in enumerate(segments):
        name, *elements = segment.removeprefix(gap).decode().split(delimiters.element)
        if opening or not segment.startswith(gap) or name != ("QTY" if number else "LIN"):
            raise UnlikeError
        for place, named in _values(name, elements):
            if named in slots:
                raise UnlikeError
            slots[named] = Slot(mark=mark + place, skip=1, end=mark + place + 1)
        mark += 1 + len(elements)
    marks = [at for at, octet in enumerate(sample) if octet in element + terminator]
    fixed = tuple(fixed_between(sample, list(slots.values()), marks))
    return Skeleton(sample=sample, marks=mark, fixed=fixed, slots=slots)


def _values(segment: str, elements: list[str]) -> Iterator[tuple[int, Name]]:
    """The elements (1-based) that differ from loop to loop, and their names."""
    if segment == "LIN" and elements:
        yield 1, NUMBER
    first = FIRST_PAIR if segment == "LIN" else 1
    last = len(elements) if segment == "LIN" else min(2, len(elements))
    for number in range(first, last, 2):
        if qualifier := code(elements[number - 1]):
            yield number + 1, (segment, qualifier)
