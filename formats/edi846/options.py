"""What can be configured: `[….edi846]` of a feed and of a cart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from formats.contract import Options
from formats.x12.characters import objection
from formats.x12.delimiters import Delimiters
from formats.x12.interchange import Party, in_force
from formats.x12.lengths import length

MOST_PAIRS = 15
LINES_PER_SET = 10_000


def _party(text: str) -> str:
    Party.parse(text)
    return text


Code = Annotated[str, Field(pattern=r"\A[A-Z0-9]{2}\z")]
PartyText = Annotated[str, AfterValidator(_party)]
Printable = Annotated[str, Field(pattern=r"\A[!-,/:-@\[-_{-~]\z")]
"""A delimiter: one visible ASCII character, no letter, digit, point, minus or backtick."""
Terminator = Annotated[str, Field(pattern=r"\A[!-,/:-@\[-_{-~\r\n]\z")]


class Reading(Options):
    """A feed needs none: `columns` and `attributes` name LIN qualifiers and QTY01 codes."""


class DelimiterChoice(Options):
    """Four different characters; `repetition` is used from release 004030 on."""

    element: Printable = "*"
    component: Printable = ">"
    segment: Terminator = "~"
    repetition: Printable = "^"

    @model_validator(mode="after")
    def _differ(self) -> Self:
        chosen = (self.element, self.component, self.segment, self.repetition)
        if len(set(chosen)) < len(chosen):
            raise ValueError("element, component, segment and repetition must be four different characters")
        return self


class Writing(Options):
    """How a cart's 846 looks.

    `products`: LIN qualifier → field, or `=text` for a constant, in the order they are written; one is `sku`.
    `quantity`: QTY01. `unit`: QTY03. `report`: BIA02. `line_break`: a line feed after each terminator, outside
    the standard but easier on the eye. `lines_per_set`: a longer document is spread over several ST.
    `lines_per_file`: a longer one over several files, each an interchange of its own.
    """

    sender: PartyText
    receiver: PartyText
    release: Literal["004010", "004010VICS", "004030", "004030VICS", "005010", "005010VICS"] = "004010"
    usage: Literal["P", "T"] = "P"
    products: Mapping[Code, Annotated[str, Field(min_length=1)]] = Field(
        default={"SK": "sku"}, min_length=1, max_length=MOST_PAIRS
    )
    quantity: Code = "33"
    unit: Code = "EA"
    report: Code = "SI"
    delimiters: DelimiterChoice = DelimiterChoice()
    line_break: bool = False
    lines_per_set: int = Field(default=LINES_PER_SET, ge=1, le=LINES_PER_SET)
    lines_per_file: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        if "sku" not in self.products.values():
            raise ValueError('products must name sku, such as products = { SK = "sku" }')
        if "quantity" in self.products.values():
            raise ValueError("products cannot name quantity: it stands in QTY")
        texts = {"sender": Party.parse(self.sender).id, "receiver": Party.parse(self.receiver).id}
        texts |= {f"products.{code}": text for code, text in self.constants().items()}
        for key, text in texts.items():
            if problem := objection(text, self.separators()):
                raise ValueError(f"{key}: {text!r} {problem}")
        limit = length("LIN03", self.release).most
        for code, text in self.constants().items():
            if not 0 < len(text) <= limit:
                raise ValueError(f"products.{code}: a constant has 1 to {limit} characters")
        return self

    def lines_per_document(self) -> int | None:
        """As the base says."""
        return self.lines_per_file

    def separators(self) -> Delimiters:
        """The delimiters, as far as the release knows them."""
        chosen = self.delimiters
        every = Delimiters(
            element=chosen.element,
            component=chosen.component,
            segment=chosen.segment,
            repetition=chosen.repetition,
        )
        return in_force(every, self.release)

    def constants(self) -> dict[str, str]:
        """LIN qualifier → the text it always has."""
        return {code: field[1:] for code, field in self.products.items() if field.startswith("=")}

    def columns(self) -> dict[str, str]:
        """LIN qualifier → field, constants left out."""
        return {code: field for code, field in self.products.items() if not field.startswith("=")}

    def fields(self) -> tuple[str, ...]:
        """Fields in order of their first use, then `quantity`."""
        return (*dict.fromkeys(self.columns().values()), "quantity")
