"""What can be configured of a cart's 846: `[….edi846]`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from formats.edi846.writing import places
from formats.edi846.writing.location import Location
from formats.edi846.writing.profiles import with_profile
from formats.edi846.writing.templates import NOW, NUMBER, WAREHOUSE, Template, objection, parse
from formats.options import Options
from formats.x12.characters import BASIC, EXTENDED
from formats.x12.characters import objection as character_objection
from formats.x12.delimiters import Delimiters
from formats.x12.dictionary import element, faults
from formats.x12.interchange import Party, in_force

MOST_PAIRS = 15
LINES_PER_SET = 10_000


def _party(text: str) -> str:
    Party.parse(text)
    return text


def _segments(entries: Any) -> Any:
    return tuple(parse(entry) for entry in entries) if isinstance(entries, list | tuple) else entries


def _location(value: Any) -> Any:
    return {"form": value} if isinstance(value, str) else value


Code = Annotated[str, Field(pattern=r"\A[A-Z0-9]{2}\z")]
PartyText = Annotated[str, AfterValidator(_party)]
Segments = Annotated[tuple[Template, ...], BeforeValidator(_segments)]
Printable = Annotated[str, Field(pattern=r"\A[!-,/:-@\[-_{-~]\z")]
"""A delimiter: one visible ASCII character, no letter, digit, point, minus or backtick."""
Terminator = Annotated[str, Field(pattern=r"\A[!-,/:-@\[-_{-~\r\n]\z")]


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
    """How a cart's 846 looks. docs/edi846.md has an example of each.

    `profile`: the keys of a partner, under the cart's own. `sender_group`, `receiver_group`: GS02 and GS03 where they are
    not the ids of the ISA. `purpose`, `report`, `reference`: BIA01 to BIA03; the reference has `{number}` and `{date}`.
    `replacement`: BIA01 of what takes the place of a document that was sent before; None: as `purpose`.
    `products`: LIN qualifier → field, or `=text` for a constant, in the order they are written; one is `sku`.
    `line_number`: whether LIN01 counts. `quantity`, `unit`: QTY01, QTY03. `header`, `item`, `after_quantity`: segments
    after BIA, before and after QTY. `location`: how quantities per warehouse are told. `totals`: CTT not at all, with
    the count, or with the sum of QTY02 as well. `upper_case`, `characters`, `replace`: how text is spelled, and which
    characters the partner takes. `line_break`: a line feed after each terminator, outside the standard but easier on
    the eye. `lines_per_set`: a longer document is spread over several ST. `lines_per_file`: a longer one over several
    files, each an interchange of its own.
    """

    profile: str | None = None
    sender: PartyText
    receiver: PartyText
    sender_group: str | None = Field(default=None, min_length=2, max_length=15)
    receiver_group: str | None = Field(default=None, min_length=2, max_length=15)
    release: Literal["004010", "004010VICS", "004030", "004030VICS", "005010", "005010VICS"] = "004010"
    usage: Literal["P", "T"] = "P"
    purpose: Code = "00"
    replacement: Code | None = None
    report: Code = "SI"
    reference: str = "{number}"
    products: Mapping[Code, Annotated[str, Field(min_length=1)]] = Field(
        default={"SK": "sku"}, min_length=1, max_length=MOST_PAIRS
    )
    line_number: bool = True
    quantity: Code = "33"
    unit: Code = "EA"
    header: Segments = ()
    item: Segments = ()
    after_quantity: Segments = ()
    location: Annotated[Location, BeforeValidator(_location)] = Location()
    totals: Literal["none", "count", "hash"] = "count"
    upper_case: bool = False
    characters: str = Field(default="extended", min_length=1)
    replace: Mapping[Annotated[str, Field(min_length=1)], str] = Field(default={})
    delimiters: DelimiterChoice = DelimiterChoice()
    line_break: bool = False
    lines_per_set: int = Field(default=LINES_PER_SET, ge=1, le=LINES_PER_SET)
    lines_per_file: int | None = Field(default=None, ge=1)

    _profile = model_validator(mode="before")(with_profile)

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        self._check_products()
        self._check_codes()
        self._check_segments()
        self._check_characters()
        return self

    def _check_products(self) -> None:
        if "sku" not in self.products.values():
            raise ValueError('products must name sku, such as products = { SK = "sku" }')
        if "quantity" in self.products.values():
            raise ValueError("products cannot name quantity: it stands in QTY")
        limit = element("LIN03", self.release).most
        for code, text in self.constants().items():
            if not 0 < len(text) <= limit:
                raise ValueError(f"products.{code}: a constant has 1 to {limit} characters")

    def _check_codes(self) -> None:
        today = "20260101"
        written = [
            ("BIA", (self.purpose, self.report, "1", today)),
            ("BIA", (self.replacement or self.purpose, self.report, "1", today)),
            ("QTY", (self.quantity, "1", self.unit)),
        ]
        for segment, values in dict.fromkeys(written):
            for fault in faults(segment, values, self.release):
                raise ValueError(str(fault))
        if problem := reference_objection(self.reference):
            raise ValueError(f"reference: {problem}")

    def _check_segments(self) -> None:
        for key, templates, judge in (
            ("header", self.header, places.header_objection),
            ("item", self.item, places.item_objection),
            ("after_quantity", self.after_quantity, places.after_objection),
        ):
            problems = [objection(one, self.release) for one in templates]
            if problem := next(filter(None, [*problems, judge(templates)]), ""):
                raise ValueError(f"{key}: {problem}")
        for one in self.header:
            for name in one.fields():
                if name not in (NOW, NUMBER):
                    raise ValueError(f"header: {one.text!r}: the heading has only {{now}} and {{number}}")
        template = self.location.template(self.unit)
        if template is not None and (problem := objection(template, self.release)):
            raise ValueError(f"location: {problem}")

    def _check_characters(self) -> None:
        texts = {"sender": Party.parse(self.sender).id, "receiver": Party.parse(self.receiver).id}
        texts |= {key: text for key in ("sender_group", "receiver_group") if (text := getattr(self, key))}
        texts |= {f"products.{code}": text for code, text in self.constants().items()}
        texts |= {
            f"{key}: {one.text!r}": piece
            for key in ("header", "item", "after_quantity")
            for one in getattr(self, key)
            for parts in one.elements
            for piece in parts
            if isinstance(piece, str)
        }
        shape = element("GS02", self.release)
        for key in ("sender", "receiver"):
            name = getattr(self, f"{key}_group") or texts[key]
            if len(name) < shape.least:
                raise ValueError(
                    f"{key}: GS takes {shape.least} to {shape.most} characters; give {key}_group as well"
                )
        for key, text in texts.items():
            if problem := character_objection(text, self.separators(), self.usable()):
                raise ValueError(f"{key}: {text!r} {problem}")

    def separators(self) -> Delimiters:
        """The delimiters, as far as the release knows them."""
        return _separators(self.delimiters, self.release)

    def terminator(self) -> str:
        """The end of a segment, its line break included."""
        return self.separators().segment + ("\n" if self.line_break else "")

    def usable(self) -> str:
        """The characters that the partner takes, delimiters among them."""
        return {"basic": BASIC, "extended": EXTENDED}.get(self.characters, self.characters)

    def constants(self) -> dict[str, str]:
        """LIN qualifier → the text it always has."""
        return {code: field[1:] for code, field in self.products.items() if field.startswith("=")}

    def columns(self) -> dict[str, str]:
        """LIN qualifier → field, constants left out."""
        return {code: field for code, field in self.products.items() if not field.startswith("=")}

    def fields(self) -> tuple[str, ...]:
        """Fields of the lines in order of their first use, then `quantity`."""
        templates = [name for one in (*self.item, *self.after_quantity) for name in one.fields()]
        named = [*self.columns().values(), *templates]
        ours = (NOW, NUMBER, WAREHOUSE, "quantity")
        return (*dict.fromkeys(name for name in named if name not in ours), "quantity")

    def told_apart(self) -> bool:
        """Whether all that stands between LIN and QTY are SDQ: quantities by themselves, and what is the same in many lines."""
        return self.location.form == "sdq" and not self.item

    def by_warehouse(self) -> bool:
        """As the base says."""
        return self.location.form != "none"

    def lines_per_document(self) -> int | None:
        """As the base says."""
        return self.lines_per_file


@lru_cache
def _separators(chosen: DelimiterChoice, release: str) -> Delimiters:
    """Asked for by each set of a document."""
    every = Delimiters(
        element=chosen.element,
        component=chosen.component,
        segment=chosen.segment,
        repetition=chosen.repetition,
    )
    return in_force(every, release)


def reference_objection(reference: str) -> str:
    """Why a reference cannot be made from this template; "" if it can."""
    try:
        text = reference.format(number=999_999_999, date="20260101")
    except (KeyError, IndexError, ValueError):
        return 'such as "{number}" or "INV{date}-{number}"; the placeholders are {number} and {date}'
    if "{number" not in reference:
        return "it must have {number}, so that no two documents have the same"
    return (
        "" if len(text) <= element("BIA03", "004010").most - len("-999") else "it becomes too long for BIA03"
    )
