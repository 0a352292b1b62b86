"""The tags of a piece of a document as numpy arrays: where they stand, how deep, what they are called.

Only for a document that is known to be well-formed. `IrregularError` says that a piece is not plain enough: with
comments, CDATA, `>` inside text or attributes, apostrophes around attributes. Another reader takes those.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

Octets = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_DEEPEST = 200
_LONGEST = 40_000


class IrregularError(Exception):
    """This document is not plain enough for columns; it is no statement about whether it is right."""


def _table(characters: bytes) -> Bits:
    table = np.zeros(256, np.bool_)
    table[list(characters)] = True
    return table


_BLANK = _table(b" \t\r\n")
_AFTER_NAME = _table(b" \t\r\n/>")
_BEFORE_ATTRIBUTE = _table(b" \t\r\n:")
_NOT_A_TAG = _table(b"!?")


@dataclass(frozen=True, kw_only=True)
class Attributes:
    """Attributes in the order of the document: the tag each stands in, and its value as a slice of the octets."""

    tags: Ints
    starts: Ints
    stops: Ints


@dataclass(frozen=True, kw_only=True)
class Tags:
    """`opens`, `ends`: positions of `<` and `>` of each tag. `level`: 1 for the root, the same for both its tags."""

    octets: Octets
    opens: Ints
    ends: Ints
    closing: Bits
    single: Bits
    level: Ints
    prefixes: tuple[bytes, ...]

    @cached_property
    def opening(self) -> Ints:
        """Indices of the tags that begin an element."""
        return np.flatnonzero(~self.closing)

    def at_level(self, level: int) -> Ints:
        """Indices of the tags that begin an element of that level."""
        found: Ints = self.opening[self.level[self.opening] == level]
        return found

    def named(self, tags: Ints, name: str) -> Bits:
        """Which of these tags have that local name."""
        at = self.opens[tags] + 1
        found = _spelled(self.octets, at, name.encode())
        for prefix in self.prefixes:
            found |= _spelled(self.octets, at, prefix + b":" + name.encode())
        return found

    def marked(self, tags: Ints) -> Bits:
        """These tags as a mask over all."""
        marks = np.zeros(len(self.opens), np.bool_)
        marks[tags] = True
        return marks

    def first(self, count: int) -> Tags:
        """The first `count` tags."""
        return replace(
            self,
            opens=self.opens[:count],
            ends=self.ends[:count],
            closing=self.closing[:count],
            single=self.single[:count],
            level=self.level[:count],
        )

    def texts(self, tags: Ints) -> tuple[Ints, Ints]:
        """The text inside each of these elements, as slices of the octets.

        Raises:
            IrregularError: one of them holds other elements.
        """
        single = self.single[tags]
        after = np.minimum(tags + 1, len(self.opens) - 1)
        if not (single | self.closing[after]).all():
            raise IrregularError
        starts = self.ends[tags] + 1
        return starts, np.where(single, starts, self.opens[after])

    @cached_property
    def _quoted(self) -> Attributes:
        """All attributes, by their quotes: each has two, and an attribute's value holds none."""
        apostrophes, _ = self._inside(ord("'"))
        before = self.octets[apostrophes - 1]
        if (_BLANK[before] | (before == ord("="))).any():
            raise IrregularError
        quotes, tags = self._inside(ord('"'))
        starts, stops = quotes[0::2] + 1, quotes[1::2]
        if (self.octets[starts - 2] != ord("=")).any() or _BLANK[self.octets[starts - 3]].any():
            raise IrregularError
        return Attributes(tags=tags[0::2], starts=starts, stops=stops)

    def attributes(self, tags: Ints, name: str) -> Attributes:
        """The attributes of that local name in these tags."""
        every = self._quoted
        wanted = self.marked(tags)
        at = every.starts - 2 - len(name.encode())
        kept = np.flatnonzero(wanted[every.tags] & (at > self.opens[every.tags] + 1))
        at = at[kept]
        kept = kept[_BEFORE_ATTRIBUTE[self.octets[at - 1]] & _begins(self.octets, at, name.encode())]
        return Attributes(tags=every.tags[kept], starts=every.starts[kept], stops=every.stops[kept])

    def _inside(self, octet: int) -> tuple[Ints, Ints]:
        """Where the octet stands inside a tag, and in which."""
        positions = np.flatnonzero(self.octets == octet)
        tags = np.searchsorted(self.opens, positions, side="right") - 1
        inside = (tags >= 0) & (positions < self.ends[tags])
        return positions[inside], tags[inside]


def find_tags(octets: Octets, *, depth: int, prefixes: tuple[bytes, ...], last: bool) -> Tags:
    """The tags of a piece that begins with a tag, `depth` elements deep; the last tag is left out unless `last`.

    Raises:
        IrregularError: the piece is not plain.
    """
    opens = np.flatnonzero(octets == ord("<"))
    ends = np.flatnonzero(octets == ord(">"))
    if not last and len(opens):
        opens, ends = opens[:-1], ends[ends < opens[-1]]
    if len(opens) != len(ends) or not len(opens):
        raise IrregularError
    second = octets[opens + 1]
    closing = second == ord("/")
    single = octets[ends - 1] == ord("/")
    after = depth + np.cumsum(np.where(closing, -1, np.where(single, 0, 1)))
    level = after + (closing | single)
    if _NOT_A_TAG[second].any() or level.max() > _DEEPEST or (ends - opens).max() > _LONGEST:
        raise IrregularError
    return Tags(
        octets=octets, opens=opens, ends=ends, closing=closing, single=single, level=level, prefixes=prefixes
    )


def _begins(octets: Octets, at: Ints, name: bytes) -> Bits:
    """Where the octets at these positions begin with `name`; narrowed octet by octet."""
    left = np.arange(len(at))
    for offset, octet in enumerate(name):
        left = left[octets[at[left] + offset] == octet]
    found = np.zeros(len(at), np.bool_)
    found[left] = True
    return found


def _spelled(octets: Octets, at: Ints, name: bytes) -> Bits:
    """Where a tag's name, which begins at these positions, is `name`."""
    found = _begins(octets, at, name)
    left = np.flatnonzero(found)
    found[left] = _AFTER_NAME[octets[at[left] + len(name)]]
    return found
