"""Values that an 846 cannot carry: found by whole columns, named one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from formats.edi846.options import Writing
from formats.errors import Unwritable
from formats.x12.characters import allowed, objection
from formats.x12.lengths import length


def refuse(columns: Mapping[str, pa.StringArray], options: Writing) -> None:
    """Checks every column that is to be written, `sku` and `quantity` among them.

    Raises:
        Unwritable: for the first value that has a delimiter or a character outside X12's set, is too long,
            or is missing where it must not be.
    """
    skus = columns["sku"]
    _refuse_where(skus, "sku", skus, pc.equal(pc.utf8_trim_whitespace(skus.fill_null("")), ""), "is empty")
    _refuse_quantities(columns["quantity"], skus, length("QTY02", options.release).most)
    limit = length("LIN03", options.release).most
    for field, values in columns.items():
        _refuse_characters(values, field, skus, options)
        if field != "quantity":
            too_long = pc.greater(pc.binary_length(values), limit)
            _refuse_where(values, field, skus, too_long, f"is longer than the {limit} characters of LIN03")


def _refuse_quantities(values: pa.StringArray, skus: pa.StringArray, digits: int) -> None:
    _refuse_where(values, "quantity", skus, pc.is_null(values), "is missing")
    _refuse_where(values, "quantity", skus, pc.starts_with(values, "-"), "is below 0, which no cart is told")
    too_long = pc.greater(pc.binary_length(values), digits)
    _refuse_where(values, "quantity", skus, too_long, f"is longer than the {digits} digits of QTY02")


def _refuse_characters(values: pa.StringArray, field: str, skus: pa.StringArray, options: Writing) -> None:
    separators = options.separators()
    usable = allowed(separators)
    if _all_among(values, usable):
        return
    wrong = pc.match_substring_regex(values, f"[^{re.escape(usable)}]")
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        value = values[row].as_py()
        reason = objection(value, separators) or "has a character that X12 cannot carry"
        raise Unwritable(reason, field=field, sku=skus[row].as_py(), value=value)


def _all_among(values: pa.StringArray, usable: str) -> bool:
    """Whether every byte of the column is one of these characters."""
    content = values.buffers()[2]
    if content is None:
        return True
    known = np.zeros(256, dtype=np.bool_)
    known[list(usable.encode())] = True
    return bool(known[np.frombuffer(content, dtype=np.uint8)].all())


def _refuse_where(
    values: pa.StringArray, field: str, skus: pa.StringArray, wrong: pa.BooleanArray, reason: str
) -> None:
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        value, sku = values[row].as_py(), skus[row].as_py()
        raise Unwritable(reason, field=field, sku=sku or "", value=value or "")
