"""Values as X12 writes them: dates, times and numbers in its own forms, text as the cart spells it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from formats.errors import Unwritable
from formats.x12.dictionary import Element
from formats.x12.dictionary.faults import wrong_with

_DATE = r"^(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?$"
_TIME = r"^(?:\d{4}-?\d{2}-?\d{2}[T ])?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,:Z+-].*)?|Z|[+-].*)?$"
_NUMBER = r"^\s*(-?)0*(\d*)(?:(\.\d*[1-9])0*|\.0*)?\s*$"
ASCII = 128
"""Bytes below it are a character each."""


def converted(values: pa.StringArray, element: Element, field: str, skus: pa.StringArray) -> pa.StringArray:
    """A column as it stands in an element of that kind; null stays null, and blank text becomes null.

    Dates are taken from ISO 8601 text (`2026-12-01`, with or without a time), times likewise; numbers lose
    needless zeros.

    Raises:
        Unwritable: a value that is none of its kind, or too long, with its SKU and field.
    """
    if not none_blank(values):
        values = pc.if_else(pc.equal(pc.utf8_trim_whitespace(values.fill_null("")), ""), None, values)
    if element.kind == "DT":
        values = _rewritten(values, _DATE, r"\1\2\3")
    elif element.kind == "TM":
        values = _rewritten(values, _TIME, r"\1\2\3")
    elif element.kind in {"R", "N0"}:
        values = _numbers(values)
    _refuse(values, element, field, skus)
    return values


def none_blank(values: pa.StringArray) -> bool:
    """Whether it is plain at a glance that no value is blank: none is empty, and all characters are visible ASCII."""
    if values.null_count or not len(values) or not pc.min(pc.binary_length(values)).as_py():
        return False
    octets = _octets(values)
    return bool(octets.min() >= ord("!") and octets.max() <= ord("~"))


def _octets(values: pa.StringArray) -> npt.NDArray[np.uint8]:
    """All bytes of a column, one text after the other."""
    _, offsets, octets = values.buffers()
    if not len(values) or octets is None:
        return np.empty(0, np.uint8)
    edges = np.frombuffer(offsets, np.int32)
    return np.frombuffer(octets, np.uint8)[edges[values.offset] : edges[values.offset + len(values)]]


def _lengths(values: pa.StringArray) -> pa.Int32Array:
    """How many characters each text has: as many as bytes, if all are ASCII."""
    is_ascii = _octets(values).max(initial=0) < ASCII
    return pc.binary_length(values) if is_ascii else pc.utf8_length(values)


def spelled(values: pa.StringArray, replace: Mapping[str, str], *, upper_case: bool) -> pa.StringArray:
    """Text as the cart spells it: characters replaced, then in capitals."""
    for old, new in replace.items():
        if old and pc.any(pc.match_substring(values, old)).as_py():
            values = pc.replace_substring(values, old, new)
    return pc.utf8_upper(values) if upper_case else values


def _rewritten(values: pa.StringArray, pattern: str, replacement: str) -> pa.StringArray:
    return pc.replace_substring_regex(values, pattern, replacement)


def _numbers(values: pa.StringArray) -> pa.StringArray:
    short = pc.replace_substring_regex(values, _NUMBER, r"\1\2\3")
    short = pc.if_else(pc.is_in(short, value_set=pa.array(["", "-"])), "0", short)
    return pc.if_else(pc.match_substring_regex(values, r"\d"), short, values)


def _refuse(values: pa.StringArray, element: Element, field: str, skus: pa.StringArray) -> None:
    """Each distinct value is judged once, unless text is only to be of some length."""
    if element.kind in {"AN", "C"} and not element.codes:
        lengths = _lengths(values)
        least, most = pc.min_max(lengths).values()
        if not least.is_valid or element.least <= least.as_py() <= most.as_py() <= element.most:
            return
        long, short = pc.greater(lengths, element.most), pc.less(lengths, element.least)
        suspects = np.flatnonzero(pc.or_(long, short).fill_null(False).to_numpy(zero_copy_only=False))[:1]
        reasons = {row: wrong_with(values[row].as_py(), element) for row in suspects.tolist()}
    else:
        reasons = {}
        for value in values.unique().drop_null().to_pylist():
            if reason := wrong_with(value, element):
                reasons[pc.index(values, value).as_py()] = reason
                break
    for row, reason in reasons.items():
        value = values[row].as_py()
        raise Unwritable(reason, field=field, sku=skus[row].as_py() or "", value=value)
