"""How quantities per warehouse are told: partners differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from formats.edi846.writing.templates import NOW, QUANTITY, WAREHOUSE, Template, parse
from formats.options import Options

DEFAULTS = {
    "header": "N1*WH*{warehouse}*92*{warehouse}",
    "ls": "REF*WS*{warehouse}*{quantity}",
    "sch": "SCH*{quantity}*%s*WH*{warehouse}*097*{now}",
}
STARTS = {"header": "N1", "ls": "REF", "sch": "SCH"}


class Location(Options):
    """The form, and what partners differ in.

    `none`: the total alone. `header`: a set per warehouse, named in an N1. `sdq`: SDQ before QTY, ten warehouses
    each. `ls`: LS, a REF per warehouse, LE after QTY. `sch`: an SCH per warehouse after QTY.
    `segment`: the segment per warehouse, if it is not the usual one. `qualifier`: SDQ02. `loop`: LS01 and LE01.
    `names`: warehouse as the WMS calls it → as the partner does.
    """

    form: Literal["none", "header", "sdq", "ls", "sch"] = "none"
    segment: str | None = None
    qualifier: str = Field(default="54", pattern=r"\A[A-Z0-9]{1,2}\z")
    loop: str = Field(default="REF", pattern=r"\A[A-Z0-9]{1,4}\z")
    names: Mapping[str, str] = Field(default={})

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.segment is not None and self.form not in STARTS:
            raise ValueError(f'segment: form = "{self.form}" has none')
        partners = list(self.names.values())
        double = next((name for name in partners if partners.count(name) > 1), None)
        if double is not None:
            raise ValueError(f"names: two warehouses cannot both be {double!r}")
        template = self.template("EA")
        if template is None:
            return self
        if template.segment != STARTS[self.form]:
            raise ValueError(f"segment: {template.text!r} must be a {STARTS[self.form]}")
        needed = (WAREHOUSE,) if self.form == "header" else (WAREHOUSE, QUANTITY)
        if any(template.element_of(name) is None for name in needed):
            named = " and ".join(f"{{{name}}}" for name in needed)
            raise ValueError(f"segment: {template.text!r} must have {named}, each as an element of its own")
        if set(template.fields()) - {WAREHOUSE, QUANTITY, NOW}:
            raise ValueError(
                f"segment: {template.text!r} may have {{warehouse}}, {{quantity}} and {{now}} only"
            )
        return self

    def template(self, unit: str) -> Template | None:
        """The segment per warehouse; None for the forms that have none of their own."""
        if self.form not in STARTS:
            return None
        default = DEFAULTS[self.form]
        return parse(self.segment or (default % unit if "%" in default else default))
