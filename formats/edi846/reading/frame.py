"""What stands around the LIN loops of a document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Self

from formats.alike import LONGEST, Skeleton, UnlikeError
from formats.edi846.reading.skeleton import learn
from formats.x12.delimiters import Delimiters, begin, find_delimiters
from formats.x12.split import split_segments

SAMPLES = 2
"""Loops of a set that the careful reader is asked about: it compares the first two."""


MOST_BEFORE = 1 << 16
"""Bytes in which the first loop begins: what stands before it is read three times."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A document with loops that may be alike.

    `gap`: what follows a terminator. `opening`: how a loop begins, the terminator before it included. `start`: where the
    first one begins; `stop`: the terminator of the last one, as far as they are alike.
    """

    data: bytes
    delimiters: Delimiters
    gap: bytes
    opening: bytes
    skeleton: Skeleton
    start: int
    stop: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Learns how loops look from the first one.

        Raises:
            FormatError: its ISA is not that of a document.
            UnlikeError: a loop is not plain, or there is hardly one.
        """
        delimiters, _ = find_delimiters(data, begin(data))
        element, segment = delimiters.element.encode(), delimiters.segment.encode()
        opening = re.compile(rb"%b([\r\n]{0,2})LIN%b" % (re.escape(segment), re.escape(element)))
        found = opening.search(data, 0, MOST_BEFORE)
        second = data.find(found[0], found.end(), found.end() + LONGEST) if found else -1
        if found is None or second < 0 or segment in found[1]:
            raise UnlikeError
        skeleton = learn(data[found.start() : second], delimiters, found[1])
        marks = re.compile(rb"[%b%b]" % (re.escape(element), re.escape(segment)))
        last = data.rfind(found[0])
        end = next(islice(marks.finditer(data, last), skeleton.marks, None), None)
        if end is None:
            raise UnlikeError
        return cls(
            data=data,
            delimiters=delimiters,
            gap=found[1],
            opening=found[0],
            skeleton=skeleton,
            start=found.start(),
            stop=end.start(),
        )

    @property
    def segments(self) -> int:
        """How many a loop has."""
        return self.skeleton.sample.count(self.delimiters.segment.encode())

    def samples(self, start: int, stop: int) -> bytes:
        """The first of the loops that stand there."""
        at = start
        for _ in range(SAMPLES):
            at = self.data.find(self.opening, at + 1, stop) if at >= 0 else at
        return self.data[start : stop if at < 0 else at]

    @cached_property
    def totals(self) -> re.Pattern[bytes]:
        """CTT, if there is one, and SE, from the terminator before on; with what they count."""
        element, segment = map(
            re.escape, (self.delimiters.element.encode(), self.delimiters.segment.encode())
        )
        after = segment + re.escape(self.gap)
        return re.compile(
            rb"(?:%bCTT%b(\d++)[^%b]*+)?%bSE%b(\d++)" % (after, element, segment, after, element)
        )

    def beginning(self) -> bytes:
        """A document of what stands before the first loop, and of this one.

        Raises:
            FormatError: it is not one.
            UnlikeError: there is no envelope around them.
        """
        segments = split_segments(self.data[: self.start + 1])
        rows = [segments.rows(name)[-1:].tolist() for name in ("ISA", "GS", "ST")]
        if not all(rows):
            raise UnlikeError
        (isa,), (gs,), (st,) = rows
        count = len(segments) - st + self.segments + 1
        closing = (
            ("SE", str(count), segments.text(st, 2)),
            ("GE", "1", segments.text(gs, 6)),
            ("IEA", "1", segments.text(isa, 13)),
        )
        end = self.delimiters.segment.encode() + self.gap
        written = [self.delimiters.element.join(elements).encode() for elements in closing]
        return end.join([self.data[: self.start] + self.skeleton.sample, *written, b""])
