"""Where in an 846 a segment may stand (ASC X12, the table of the 846), as far as carts can configure it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from formats.edi846.writing.templates import Template

HEADING = ("CUR", "DTM", "REF", "PER", "MEA")
PARTY = ("N1", "N2", "N3", "N4", "REF", "PER")
ITEM = ("PID", "MEA", "PKG", "DTM", "CTP", "CUR", "REF", "PER", "SDQ", "UIT", "LDT")
QUANTITY = ("QTY", "UIT", "MEA", "LDT", "DTM", "SCH")


def header_objection(templates: Sequence[Template]) -> str:
    """Why segments cannot stand in the heading after BIA in this order; "" if they can."""
    first = next((at for at, one in enumerate(templates) if one.segment == "N1"), len(templates))
    problem = _out_of_order(templates[:first], HEADING, "the heading")
    return problem or _in_loops(templates[first:], PARTY, "N1")


def item_objection(templates: Sequence[Template]) -> str:
    """Why segments cannot stand between LIN and its first QTY in this order; "" if they can."""
    return _out_of_order(templates, ITEM, "a LIN loop before QTY")


def after_objection(templates: Sequence[Template]) -> str:
    """Why segments cannot stand after the first QTY in this order; "" if they can."""
    first = next((at for at, one in enumerate(templates) if one.segment == "QTY"), len(templates))
    problem = _out_of_order(templates[:first], QUANTITY, "a QTY loop")
    return problem or _in_loops(templates[first:], QUANTITY, "QTY")


def before(templates: Sequence[Template], segment: str, order: Sequence[str]) -> int:
    """How many of the templates stand before a segment that is put among them in that order."""
    return sum(order.index(one.segment) <= order.index(segment) for one in templates)


def _in_loops(templates: Sequence[Template], order: Sequence[str], opener: str) -> str:
    starts = [at for at, one in enumerate(templates) if one.segment == opener]
    for start, end in pairwise([*starts, len(templates)]):
        if problem := _out_of_order(templates[start:end], order, f"{opener} loop"):
            return problem
    return ""


def _out_of_order(templates: Sequence[Template], order: Sequence[str], where: str) -> str:
    reached = 0
    for one in templates:
        if one.segment not in order:
            return f"{one.text!r}: {one.segment} has no place in {where}; there may stand {', '.join(order)}"
        if order.index(one.segment) < reached:
            return f"{one.text!r}: {one.segment} must stand earlier; the order is {', '.join(order)}"
        reached = order.index(one.segment)
    return ""
