"""What a record is apart from its values, learned from the bytes of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from formats.alike import Skeleton, Slot, UnlikeError
from formats.xml.paths import local

Place = tuple[tuple[str, ...], str | None]
"""Local names of the elements down from a record, and of an attribute, or None for the text: the name of a slot."""

_TAG = re.compile(rb"<(/?)([^\s<>/\"'=&!?]+)((?:\s+[^\s<>/\"'=&]+=\"[^<>\"]*\")*)\s*(/?)>")
_ATTRIBUTE = re.compile(rb"\s([^\s=\"]+)=\"([^\"]*)\"")


@dataclass(frozen=True, kw_only=True)
class _Value:
    """A value of a sample, `[start, end)` of its bytes; `place` is None if it stands behind the record's element.

    `empty`: there is none between two tags, as the element is a single one, which begins at `start`.
    """

    start: int
    end: int
    place: Place | None
    empty: bool = False


def learn(sample: bytes, *, quoted: bool) -> Skeleton:
    """The skeleton of a record with all that follows it, up to the next one.

    Marks are `<`, and `"` if `quoted`: then no text may hold one. Values are attributes, and the texts of elements
    without others inside; all else is fixed.

    Of two values in one place the last counts: the careful reader will have refused the sample.

    Raises:
        UnlikeError: comments, references between the tags, apostrophes around attributes, attributes though not
            `quoted`, tags that do not close one another, and the like.
    """
    marks = [at for at, octet in enumerate(sample) if octet == ord("<") or (quoted and octet == ord('"'))]
    number = {at: index for index, at in enumerate([*marks, len(sample)])}
    fixed: list[tuple[int, bytes]] = []
    slots: dict[Place, Slot] = {}
    begin = 0
    for value in _values(sample, quoted=quoted):
        mark = number[value.start if value.empty else begin]
        if value.place is not None:
            slots[value.place] = Slot(
                mark=mark, skip=0 if value.empty else value.start - begin, end=number[value.end]
            )
        if value.empty:
            continue
        fixed.append((mark, sample[begin : value.start]))
        begin = value.end
    fixed.append((number[begin], sample[begin:]))
    if any(b"&" in text or b"xmlns" in text for _, text in fixed):
        raise UnlikeError
    return Skeleton(sample=sample, marks=len(marks), fixed=tuple(fixed), slots=slots)


def _values(sample: bytes, *, quoted: bool) -> Iterator[_Value]:
    """In the order in which they stand; that of a single element comes after its attributes."""
    tags = _tags(sample, quoted=quoted)
    opened: list[bytes] = []
    closed = False
    for tag, following in zip(tags, [*tags[1:], None], strict=True):
        closing, name, _, single = tag.groups()
        if closing:
            if not opened or opened.pop() != name:
                raise UnlikeError
            closed = closed or not opened
            continue
        opened.append(name)
        steps = None if closed else tuple(local(one.decode(errors="replace")) for one in opened[1:])
        yield from _attributes(sample, tag, steps)
        if single:
            yield _Value(start=tag.start(), end=tag.start(), place=_place(steps, None), empty=True)
            opened.pop()
            closed = closed or not opened
        elif following is not None and following[1]:
            yield _Value(start=tag.end(), end=following.start(), place=_place(steps, None))
    if opened:
        raise UnlikeError


def _tags(sample: bytes, *, quoted: bool) -> list[re.Match[bytes]]:
    """The tags, if nothing else holds what could be part of one."""
    tags = list(_TAG.finditer(sample))
    quotes = sum(tag[3].count(b'"') for tag in tags)
    if not (len(tags) == sample.count(b"<") == sample.count(b">")):
        raise UnlikeError
    if quotes != sample.count(b'"') if quoted else quotes:
        raise UnlikeError
    if any(tag[1] and (tag[3] or tag[4]) for tag in tags):
        raise UnlikeError
    return tags


def _attributes(sample: bytes, tag: re.Match[bytes], steps: tuple[str, ...] | None) -> Iterator[_Value]:
    for found in _ATTRIBUTE.finditer(sample, *tag.span(3)):
        name = local(found[1].decode(errors="replace"))
        yield _Value(start=found.start(2), end=found.end(2), place=_place(steps, name))


def _place(steps: tuple[str, ...] | None, attribute: str | None) -> Place | None:
    return None if steps is None else (steps, attribute)
