"""A document with a few of its loops, and with counts that fit these: what is right about it is right about the whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Self

from formats.alike import UnlikeError
from formats.edi846.reading.frame import SAMPLES, Frame
from formats.edi846.reading.loops import Run
from formats.x12.envelopes import same_number
from formats.x12.split import split_segments

FEW = 10
"""What stands around the loops, and is read carefully, is at most one in so many bytes,"""
MOST_AROUND = 1 << 16
"""or not more than this."""


@dataclass(frozen=True, kw_only=True)
class Set:
    """The loops of a set: `rows` of them, `[begin, end)` of the document. `totals`: CTT and SE after them."""

    begin: int
    end: int
    rows: int
    totals: re.Match[bytes]

    @property
    def samples(self) -> int:
        """How many of them are in the reduced document."""
        return min(self.rows, SAMPLES)


@dataclass(frozen=True, kw_only=True)
class Reduced:
    """`sets`: all that the document has. `counted`: how many segments each has in the reduced document."""

    frame: Frame
    sets: tuple[Set, ...]
    counted: tuple[int, ...]

    @classmethod
    def of(cls, frame: Frame, runs: Sequence[Run]) -> Self:
        """Of a document whose loops are these.

        Raises:
            UnlikeError: other segments follow the loops of a set, a count does not fit, or there is little but what is around them.
        """
        sets = tuple(_sets(frame, runs))
        document = _document(frame, sets, [one.totals.groups() for one in sets])
        if len(document) > max(MOST_AROUND, len(frame.data) // FEW):
            raise UnlikeError
        segments = split_segments(document)
        opened, closed = segments.rows("ST"), segments.rows("SE")
        totalled = sum(one.totals[1] is not None for one in sets)
        if not len(opened) == len(closed) == len(sets) or len(segments.rows("CTT")) != totalled:
            raise UnlikeError  # one that stands elsewhere would be held against the samples alone
        counted = tuple((closed - opened + 1).tolist())
        for one, count in zip(sets, counted, strict=True):
            _check_counts(one, count + (one.rows - one.samples) * frame.segments)
        return cls(frame=frame, sets=sets, counted=counted)

    def document(self) -> bytes:
        """The reduced document."""
        counts = [
            (b"%d" % one.samples, b"%d" % counted)
            for one, counted in zip(self.sets, self.counted, strict=True)
        ]
        return _document(self.frame, self.sets, counts)


def _sets(frame: Frame, runs: Sequence[Run]) -> Iterator[Set]:
    """Runs without anything between them are of one set."""
    begin, rows = runs[0].begin, 0
    for run, following in zip_longest(runs, runs[1:]):
        rows += run.rows
        if following is not None and following.begin == run.end:
            continue
        totals = frame.totals.match(frame.data, run.end)
        if totals is None:
            raise UnlikeError
        yield Set(begin=begin, end=run.end, rows=rows, totals=totals)
        begin, rows = 0 if following is None else following.begin, 0


def _check_counts(one: Set, segments: int) -> None:
    lines, stated = one.totals.groups()
    if not same_number(stated.decode(), str(segments)):
        raise UnlikeError
    if lines is not None and not same_number(lines.decode(), str(one.rows)):
        raise UnlikeError


def _document(frame: Frame, sets: Sequence[Set], counts: Iterable[Sequence[bytes | None]]) -> bytes:
    """The document with the first loops of each set, and with these numbers in CTT and SE."""
    data, parts = frame.data, [frame.data[: sets[0].begin]]
    ends = [*(one.begin for one in sets[1:]), len(data)]
    for one, end, numbers in zip(sets, ends, counts, strict=True):
        parts.append(frame.samples(one.begin, one.end))
        at = one.end
        for group, number in enumerate(numbers, 1):
            if one.totals[group] is not None and number is not None:
                parts += [data[at : one.totals.start(group)], number]
                at = one.totals.end(group)
        parts.append(data[at:end])
    return b"".join(parts)
