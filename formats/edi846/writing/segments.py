"""Segments of a document as columns of text: one string per line, empty where a line has none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache, reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from formats.edi846.writing.convert import converted
from formats.edi846.writing.options import Writing
from formats.edi846.writing.side_by_side import Column, enclosed, in_digits, joined, plain, where
from formats.edi846.writing.templates import (
    NOW,
    NUMBER,
    QUANTITY,
    WAREHOUSE,
    Condition,
    Field,
    Piece,
    Template,
)
from formats.edi846.writing.values import Values
from formats.errors import Unwritable
from formats.x12.dictionary import Element, element, elements_of
from formats.x12.dictionary.faults import wrong_with
from formats.x12.interchange import segment

PAIRS = 10
"""Warehouses in one SDQ."""


class Builder:
    """Builds segments of one document: its values, separators, and the end of a segment."""

    def __init__(self, values: Values, options: Writing) -> None:
        self.values = values
        self.options = options
        self.element = options.separators().element
        self.end = options.terminator()

    def lin(self) -> list[Column]:
        """LIN with its product pairs; a product without a value is left out with its qualifier."""
        pieces: list[Column] = []
        for qualifier, field in self.options.products.items():
            label = self.element + qualifier + self.element
            if field.startswith("="):
                pieces.append(label + field[1:])
            else:
                shape = element("LIN03", self.options.release)
                pieces += self._pair(
                    label, converted(self.values.fields[field], shape, field, self.values.skus)
                )
        before = "LIN" + self.element
        if not self.options.line_number:
            return [before, *pieces, self.end]
        behind = pieces.pop(0) if isinstance(pieces[0], str) else ""
        return [
            numbered(before, str(behind), len(self.values), self.options.lines_per_set),
            *pieces,
            self.end,
        ]

    def _pair(self, label: str, values: pa.StringArray) -> list[Column]:
        if not values.null_count:
            return [label, values]
        return [
            pc.if_else(pc.is_null(values), "", pc.binary_join_element_wise(label, values.fill_null(""), ""))
        ]

    def qty(self) -> list[Column]:
        """The QTY of each line."""
        opening = self.element.join(("QTY", self.options.quantity, ""))
        return [opening, in_digits(self.values.quantity), self.element + self.options.unit + self.end]

    @cached_property
    def _quantity(self) -> pa.StringArray:
        return plain(in_digits(self.values.quantity))

    def _text(self, field: str) -> pa.StringArray:
        """A field of each line."""
        return self._quantity if field == QUANTITY else self.values.fields[field]

    def of(self, template: Template, places: tuple[str, pa.Int64Array] | None = None) -> Column:
        """A template's segment; "" for a line in which one of its fields is empty, or its condition does not hold.

        `places`: name and quantities of the warehouse that it is for.
        """
        columns = [
            self._element(pieces, one, places)
            for pieces, one in zip(
                template.elements, elements_of(template.segment, self.options.release), strict=False
            )
        ]
        absent = [
            pc.is_null(column) for column in columns if not isinstance(column, str) and column.null_count
        ]
        absent += [pc.invert(self._holds(template.when))] if template.when else []
        filled = [column if isinstance(column, str) else column.fill_null("") for column in columns]
        whole = self._join(template.segment, filled)
        for mask in absent:
            whole = (
                pc.if_else(mask, "", whole)
                if not isinstance(whole, str)
                else pc.if_else(mask, "", pa.scalar(whole))
            )
        return whole

    def _join(self, name: str, columns: Sequence[Column]) -> Column:
        pieces: list[Column] = [name]
        for column in columns:
            pieces += [self.element, column]
        return joined([*pieces, self.end])

    def _element(
        self, pieces: tuple[Piece, ...], one: Element, places: tuple[str, pa.Int64Array] | None
    ) -> Column:
        """One element of each line: null where a field of it is empty."""
        parts = [piece if isinstance(piece, str) else self._field(piece, one, places) for piece in pieces]
        if len(parts) == 1:
            return parts[0]
        return joined(parts)

    def _field(self, field: Field, one: Element, places: tuple[str, pa.Int64Array] | None) -> Column:
        if field.name == NOW:
            return (
                f"{self.values.envelope.written_at:%H%M%S}"
                if one.kind == "TM"
                else f"{self.values.envelope.written_at:%Y%m%d}"
            )
        if field.name == NUMBER:
            return str(self.values.envelope.number)
        if places is not None and field.name == WAREHOUSE:
            return self._warehouse(places[0], one)
        if places is not None and field.name == QUANTITY:
            return plain(in_digits(places[1]))
        return converted(self._text(field.name), one, field.name, self.values.skus)

    def _warehouse(self, name: str, one: Element) -> str:
        if reason := wrong_with(name, one):
            raise Unwritable(
                f"{reason}; give the warehouse another name in location.names",
                field=WAREHOUSE,
                sku="",
                value=name,
            )
        return name

    def _holds(self, when: Condition) -> pa.BooleanArray:
        same = pc.equal(self._text(when.field).fill_null(""), when.value)
        return pc.invert(same) if when.negated else same

    def sdq(self, *, numbers: bool = True) -> list[Column]:
        """SDQ segments with a pair for each warehouse where the SKU is kept, ten in one. `numbers`: else they are left out."""
        names = list(self.values.places)
        chunks = [names[at : at + PAIRS] for at in range(0, len(names), PAIRS)]
        return [part for chunk in chunks for part in self._sdq(chunk, numbers=numbers)]

    def _sdq(self, names: Sequence[str], *, numbers: bool) -> list[Column]:
        """One SDQ: as it is where every SKU is kept in all of these warehouses, else left out where one is in none."""
        shape = element("SDQ03", self.options.release)
        opening = self.element.join(("SDQ", self.options.unit, self.options.location.qualifier))
        labels = [self.element + self._warehouse(name, shape) + self.element for name in names]
        told = [self.values.places[name] for name in names]
        texts: list[Column] = [in_digits(own) if numbers else "" for own in told]
        if not any(own.null_count for own in told):
            return [opening, *(part for pair in zip(labels, texts, strict=True) for part in pair), self.end]
        kept = [pc.is_valid(own) for own in told]
        anywhere = reduce(pc.or_, kept)
        pairs: list[Column] = [
            where(here, label) if isinstance(text, str) else enclosed(label, text, "")
            for label, text, here in zip(labels, texts, kept, strict=True)
        ]
        return [where(anywhere, opening), *pairs, where(anywhere, self.end)]

    def per_warehouse(self, template: Template) -> list[Column]:
        """A segment for each warehouse where the SKU is kept."""
        return [self.of(template, place) for place in self.values.places.items()]

    def looped(self, segments: Sequence[Column]) -> list[Column]:
        """LS and LE around them, for lines that have any."""
        content = joined(segments)
        loop = self.element + self.options.location.loop + self.end
        return [pc.if_else(pc.equal(content, ""), "", joined(["LS" + loop, content, "LE" + loop]))]

    def plain(self, *elements: str) -> str:
        """A segment of constants."""
        return segment(self.options.separators(), *elements) + ("\n" if self.options.line_break else "")


@lru_cache(maxsize=2)
def numbered(before: str, behind: str, count: int, most: int) -> pa.StringArray:
    """The numbers of so many lines, of sets of so many, with these around them: nearly every stretch has the same."""
    return pc.binary_join_element_wise(
        before, pa.array(np.arange(count) % most + 1).cast(pa.string()), behind, ""
    )
