"""A set with a few of its LIN loops alone, and with counts that fit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from formats.alike import UnlikeError
from formats.edi846.writing.options import Writing

TRAILERS = (["CTT", "SE"], ["SE"])
MOST_DIGITS = 10
"""Of SE01 and of CTT02; CTT01 may have 6, which no set has lines for."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What is counted in a set."""

    segments: int
    quantities: pa.StringArray | pa.Int64Array

    def stated(self, name: str, most: int) -> list[str]:
        """The counts that a segment of that name states; CTT with one element states no sum."""
        if name == "SE":
            return [str(self.segments)]
        if name != "CTT":
            return []
        lines = [str(len(self.quantities))]
        return [*lines, str(pc.sum(self.quantities.cast(pa.int64())).as_py())] if most > 1 else lines


def segments_in(text: bytes, options: Writing) -> int:
    """How many segments begin in a part of a document: as many as terminators, for no value has one."""
    return text.count(options.separators().segment.encode())


def reduced_set(
    options: Writing,
    loops: Sequence[bytes],
    around: tuple[bytes, bytes],
    whole: Counts,
    quantities: pa.StringArray | pa.Int64Array,
) -> bytes:
    """A set with these loops alone, numbered anew; the counts of the whole must be right, and are made to fit.

    `around`: heading and trailer. `quantities`: those of the loops.

    Raises:
        UnlikeError: a count is not right.
    """
    separator = options.separators().element
    heading, trailer = around
    if options.line_number:
        loops = [_numbered(loop, number, separator) for number, loop in enumerate(loops, 1)]
    body = heading + b"".join(loops)
    left = Counts(segments=segments_in(body + trailer, options), quantities=quantities)
    return body + _restated(trailer, options.terminator(), separator, whole, left)


def _numbered(loop: bytes, number: int, separator: str) -> bytes:
    """A loop with another LIN01."""
    name, _, rest = loop.decode().split(separator, 2)
    return separator.join((name, str(number), rest)).encode()


def _restated(trailer: bytes, terminator: str, separator: str, was: Counts, now: Counts) -> bytes:
    """A trailer with other counts than it has, which must be right.

    It is CTT and SE, or SE, and nothing else: what is left of a loop before it would be read as the end of another one.
    """
    before, *segments = trailer.decode().split(terminator)
    named = [segment.split(separator) for segment in segments]
    if before or [name for name, *_ in named] not in TRAILERS:
        raise UnlikeError
    restated = [""]
    for name, *elements in named:
        stated = was.stated(name, len(elements))
        if elements[: len(stated)] != stated or any(len(count) > MOST_DIGITS for count in stated):
            raise UnlikeError
        rest = elements[len(stated) :]
        restated.append(separator.join([name, *now.stated(name, len(elements)), *rest]))
    return terminator.join(restated).encode()
