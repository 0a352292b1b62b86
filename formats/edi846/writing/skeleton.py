"""What a LIN loop is apart from its values, learned from the bytes of one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from formats.alike import Skeleton, Slot, UnlikeError, fixed_between
from formats.contract import QUANTITY_IN
from formats.edi846.reading.places import ENTITIES, SDQ_FIRST, SDQ_LAST
from formats.edi846.writing.careful import AFTER, ITEM
from formats.edi846.writing.options import Writing
from formats.edi846.writing.templates import QUANTITY, WAREHOUSE
from formats.x12.dictionary import Element, UnknownSegment, element

NUMBER, PRODUCT = "LIN01", "LIN "
"""Names of slots, beside those of columns; that of a product is followed by its qualifier."""

NUMBERS = frozenset({"R", "N0"})
_NAME = re.compile("[A-Z][A-Z0-9]{1,2}")


@dataclass(frozen=True, kw_only=True)
class _Segment:
    """A segment of a loop: `mark` is the terminator before it, its elements stand behind the marks that follow."""

    number: int
    mark: int
    name: str
    elements: tuple[str, ...]

    def element(self, number: int) -> str:
        """Element `number` (1-based), "" where it has fewer."""
        return self.elements[number - 1] if number <= len(self.elements) else ""


@dataclass(frozen=True, kw_only=True)
class Learner:
    """Learns the loops of a document with these options. `shapes`: what X12 says of each slot that is an element."""

    options: Writing
    shapes: dict[Any, Element] = field(default_factory=dict)

    def __call__(self, sample: bytes) -> Skeleton:
        """The skeleton of a LIN loop, which begins with the terminator before LIN and ends before the next.

        Slots: `NUMBER`, `PRODUCT` + qualifier for fields, `quantity`, `QUANTITY_IN` + warehouse, the texts `ITEM` and
        `AFTER`; and elsewhere each element that is text of any kind, or a number.

        Raises:
            UnlikeError: a segment that an 846 of ours does not have, or a loop without a quantity.
        """
        segments = list(self._segments(sample.decode()))
        first = next((one for one in segments if one.name == "QTY"), None)
        if first is None or not first.element(2):
            raise UnlikeError
        total = segments[-1].mark + len(segments[-1].elements) + 1
        slots = {
            name: Slot(mark=one.mark + number, skip=1, end=one.mark + number + 1)
            for one in segments
            for number in range(1, len(one.elements) + 1)
            if (name := self._slot(one, number, segments, first)) is not None
        }
        fixed = list(
            fixed_between(sample, sorted(slots.values(), key=lambda slot: slot.mark), self._marks(sample))
        )
        behind = [one.mark for one in segments] + [total]
        around = {
            ITEM: self._between(behind[1], first.mark),
            AFTER: self._between(behind[first.number + 1], total),
        }
        return Skeleton(sample=sample, marks=total, fixed=tuple(fixed), slots={**slots, **around})

    def parts(self, sample: bytes, slots: Collection[str]) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
        """What stands in a LIN loop before, between and after these slots; and the slots, in order.

        Raises:
            UnlikeError: as above; or it has not these slots, or other products or quantities.
        """
        kind = self(sample)
        values = {name: one for name, one in kind.slots.items() if isinstance(name, str)}
        if values.keys() - {ITEM, AFTER} != set(slots):
            raise UnlikeError
        ordered = sorted(slots, key=lambda name: values[name].mark)
        fixed = fixed_between(sample, [values[name] for name in ordered], self._marks(sample))
        return tuple(text for _, text in fixed), tuple(ordered)

    def around(self, kind: Skeleton, name: str) -> str | None:
        """The text of ITEM or AFTER, if that is the same in all loops of a kind.

        Where quantities per warehouse are told apart from ITEM, it is without them.
        """
        slot = kind.slots[name]
        within = [
            (other, one)
            for other, one in kind.slots.items()
            if slot.mark <= one.mark and one.end <= slot.end and other not in (ITEM, AFTER)
        ]
        apart = name == ITEM and self.options.told_apart()
        if any(not (apart and str(other).startswith(QUANTITY_IN)) for other, _ in within):
            return None
        width = slot.over
        ended = kind.sample + kind.sample[:width]
        places = [*self._marks(kind.sample), len(kind.sample)]
        text, begin = b"", places[slot.mark] + slot.skip
        for one in sorted((one for _, one in within), key=lambda one: one.mark):
            text += ended[begin : places[one.mark] + one.skip]
            begin = places[one.end] + one.over
        return (text + ended[begin : places[slot.end] + slot.over]).decode()

    def _segments(self, text: str) -> Iterator[_Segment]:
        separators = self.options.separators()
        opening, *parts = text.split(separators.segment)
        line_end = "\n" if self.options.line_break else ""
        mark = 0
        for number, part in enumerate(parts):
            name, *elements = part.removeprefix(line_end).split(separators.element)
            if opening or not part.startswith(line_end) or not _NAME.fullmatch(name):
                raise UnlikeError
            yield _Segment(number=number, mark=mark, name=name, elements=tuple(elements))
            mark += 1 + len(elements)

    def _marks(self, sample: bytes) -> list[int]:
        separators = self.options.separators()
        wanted = (separators.element + separators.segment).encode()
        return [at for at, octet in enumerate(sample) if octet in wanted]

    def _between(self, mark: int, end: int) -> Slot:
        """The segments from one mark to another, each with its end."""
        width = 1 + self.options.line_break
        return Slot(mark=mark, skip=width, end=end, over=width)

    def _slot(self, one: _Segment, number: int, segments: list[_Segment], first: _Segment) -> Any:
        """The name of the slot that an element is; None if it is fixed."""
        if not one.element(number):
            return None
        name = self._name(one, number, segments, first)
        if name is not None:
            try:
                self.shapes[name] = element(f"{one.name}{number:02}", self.options.release)
            except UnknownSegment:
                raise UnlikeError from None
        return name

    def _name(self, one: _Segment, number: int, segments: list[_Segment], first: _Segment) -> Any:
        if one.name == "LIN":
            return self._product(one, number)
        if one is first:
            return QUANTITY if number == 2 else None  # noqa: PLR2004 - QTY02
        if self._is_place(one, segments):
            return self._place(one, number)
        try:
            shape = element(f"{one.name}{number:02}", self.options.release)
        except UnknownSegment:
            raise UnlikeError from None
        varies = shape.kind in NUMBERS or (shape.kind == "AN" and not shape.codes)
        return (one.name, one.number, number) if varies and one.name not in ("LS", "LE") else None

    def _product(self, one: _Segment, number: int) -> str | None:
        if number == 1:
            return NUMBER if self.options.line_number else None
        qualifier = one.element(number - 1)
        return PRODUCT + qualifier if number % 2 and qualifier in self.options.columns() else None

    def _is_place(self, one: _Segment, segments: list[_Segment]) -> bool:
        """Whether the segment tells quantities per warehouse."""
        form = self.options.location.form
        if form == "ls":
            loop = [other.name for other in segments[: one.number] if other.name in ("LS", "LE")]
            return one.name == "REF" and loop[-1:] == ["LS"]
        return (form, one.name) in (("sdq", "SDQ"), ("sch", "SCH"))

    def _place(self, one: _Segment, number: int) -> str | None:
        if one.name == "SDQ":
            tells = SDQ_FIRST < number <= SDQ_LAST and number % 2 == 0
            return QUANTITY_IN + one.element(number - 1) if tells else None
        template = self.options.location.template(self.options.unit)
        if template is None or number != template.element_of(QUANTITY):
            return None
        name = one.element(template.element_of(WAREHOUSE) or 0)
        entity = one.name != "SCH" or one.element(3) in ENTITIES
        return QUANTITY_IN + name if name and entity else None
