"""The values of a document, column by column, each checked before it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from formats.contract import QUANTITY_IN, Envelope
from formats.edi846.writing.convert import none_blank, spelled
from formats.edi846.writing.options import Writing
from formats.edi846.writing.templates import QUANTITY
from formats.errors import FormatError, Unwritable
from formats.frames import arrow, in_one
from formats.x12.among import all_among
from formats.x12.characters import allowed, objection
from formats.x12.dictionary import element


@dataclass(frozen=True, kw_only=True)
class Values:
    """`fields`: the text of every other field that the options name, as it is spelled.

    `places`: the partner's name of each warehouse → quantities, null where the SKU is not kept there.
    """

    fields: Mapping[str, pa.StringArray]
    quantity: pa.Int64Array
    places: Mapping[str, pa.Int64Array]
    envelope: Envelope

    @property
    def skus(self) -> pa.StringArray:
        return self.fields["sku"]

    def __len__(self) -> int:
        return len(self.quantity)

    def at(self, rows: Sequence[int]) -> Values:
        """The same, of these lines alone."""
        these = pa.array(rows, pa.int64())
        return replace(
            self,
            fields={name: column.take(these) for name, column in self.fields.items()},
            quantity=self.quantity.take(these),
            places={name: column.take(these) for name, column in self.places.items()},
        )

    def stretches(self, size: int) -> Iterator[Values]:
        """The same, so many lines at a time: what is made of them then stays in the processor's cache."""
        for start in range(0, len(self), size):
            yield replace(
                self,
                fields={name: column.slice(start, size) for name, column in self.fields.items()},
                quantity=self.quantity.slice(start, size),
                places={name: column.slice(start, size) for name, column in self.places.items()},
            )


def values_of(lines: pd.DataFrame, options: Writing, envelope: Envelope) -> Values:
    """What a document of these lines says.

    Raises:
        Unwritable: a value that an 846 cannot carry, with its SKU and field.
        FormatError: a field that the lines do not have.
    """
    texts = {field: as_text(lines, field) for field in options.fields() if field != QUANTITY}
    skus = texts["sku"]
    fields = {
        field: spelled(values, options.replace, upper_case=options.upper_case)
        for field, values in texts.items()
    }
    for field, values in fields.items():
        _refuse_characters(values, field, skus, options)
    _refuse_skus(fields["sku"], skus)
    quantity = _numbers(lines, QUANTITY)
    if quantity.null_count:
        refuse_where(quantity, QUANTITY, skus, pc.is_null(quantity), "is missing")
    places = {
        options.location.names.get(name, name): _numbers(lines, QUANTITY_IN + name)
        for name in _warehouses(lines)
    }
    for name, numbers in {QUANTITY: quantity, **places}.items():
        _refuse_quantities(numbers, name, skus, element("QTY02", options.release).most)
    return Values(
        fields=fields,
        quantity=quantity,
        places=places if options.by_warehouse() else {},
        envelope=envelope,
    )


def _warehouses(lines: pd.DataFrame) -> list[str]:
    return [
        str(name).removeprefix(QUANTITY_IN) for name in lines.columns if str(name).startswith(QUANTITY_IN)
    ]


def as_text(lines: pd.DataFrame, field: str) -> pa.StringArray:
    """A column of the frame as one Arrow array of strings.

    Raises:
        FormatError: the frame has no such column.
    """
    return _column(lines, field, pa.string())


def _numbers(lines: pd.DataFrame, field: str) -> pa.Int64Array:
    return _column(lines, field, pa.int64())


def _column(lines: pd.DataFrame, field: str, kind: pa.DataType) -> Any:
    if field not in lines.columns:
        raise FormatError(f"the options name {field!r}, which no line has; known: {', '.join(lines.columns)}")
    return in_one(arrow(lines[field]).cast(kind))


def _refuse_skus(spelled_skus: pa.StringArray, skus: pa.StringArray) -> None:
    if not none_blank(spelled_skus):
        blank = pc.equal(pc.utf8_trim_whitespace(spelled_skus.fill_null("")), "")
        refuse_where(spelled_skus, "sku", skus, blank, "is empty")
    if spelled_skus.equals(skus) or len(spelled_skus.unique()) == len(skus.unique()):
        return
    counts = {entry["values"]: entry["counts"] for entry in spelled_skus.value_counts().to_pylist()}
    double = next(sku for sku, count in counts.items() if count > 1)
    refuse_where(
        spelled_skus, "sku", skus, pc.equal(spelled_skus, double), "is how two SKUs would be spelled"
    )


def _refuse_quantities(numbers: pa.Int64Array, field: str, skus: pa.StringArray, digits: int) -> None:
    least, most = pc.min_max(numbers).values()
    if not least.is_valid or 0 <= least.as_py() <= most.as_py() < 10**digits:
        return
    refuse_where(numbers, field, skus, pc.less(numbers, 0), "is below 0, which no cart is told")
    too_long = pc.greater_equal(numbers, 10**digits)
    refuse_where(numbers, field, skus, too_long, f"is longer than the {digits} digits of QTY02")


def _refuse_characters(values: pa.StringArray, field: str, skus: pa.StringArray, options: Writing) -> None:
    separators = options.separators()
    usable = allowed(separators, options.usable())
    if _all_among(values, usable):
        return
    wrong = pc.match_substring_regex(values, f"[^{re.escape(usable)}]")
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        value = values[row].as_py()
        reason = objection(value, separators, options.usable()) or "has a character that X12 cannot carry"
        raise Unwritable(reason, field=field, sku=skus[row].as_py() or "", value=value)


def _all_among(values: pa.StringArray, usable: str) -> bool:
    """Whether every byte of the column is one of these characters."""
    content = values.buffers()[2]
    return content is None or all_among(np.frombuffer(content, dtype=np.uint8), usable)


def refuse_where(
    values: pa.StringArray | pa.Int64Array,
    field: str,
    skus: pa.StringArray,
    wrong: pa.BooleanArray,
    reason: str,
) -> None:
    """Refuses the first value where `wrong` is true."""
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        value, sku = values[row].as_py(), skus[row].as_py()
        raise Unwritable(reason, field=field, sku=sku or "", value="" if value is None else str(value))
