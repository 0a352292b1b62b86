"""What can be configured: `[….invrpt]` of a cart, and the feed's own table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from formats.options import Options

MOST_LINES = 9_999
MOST_PRODUCTS = 6
LONGEST_PRODUCT, LONGEST_PARTY = 35, 35

CHARSETS = {
    "UNOA": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-()/='+:?!\"%&*;<>",
    "UNOB": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,-()/='+:?!\"%&*;<>",
    "UNOC": "",
}
"""Syntax identifier → the characters of values (ISO 9735 levels A and B; C is ISO 8859-1)."""


def _party(text: str) -> str:
    if not re.fullmatch(r"[A-Z0-9]{1,4}/[!-~]([ -~]{0,33}[!-~])?", text):
        raise ValueError('a qualifier and an id of 1 to 35 characters, such as "14/4012345000009"')
    return text


Party = Annotated[str, AfterValidator(_party)]
Code = Annotated[str, Field(pattern=r"\A[A-Z0-9]{1,3}\z")]


class Reading(Options):
    """`columns` and `attributes` of the feed name qualifiers of LIN and PIA, and of QTY; a feed needs none.

    `location`: whether quantities per warehouse (LOC beside QTY, NAD+WH of the heading) become levels per warehouse.
    """

    location: Literal["auto", "none"] = "auto"


class Writing(Options):
    """How a cart's INVRPT looks.

    `release`: the directory; `association`: EANCOM's code. `message`: BGM 1001. `products`: qualifier → field, or `=text`,
    the first in LIN, the others in PIA; one is `sku`. `quantity`: QTY 6063. `unit`: QTY 6411. `parties`: NAD 3035 → `id`
    or `id/agency`. `location`: `qty` tells a QTY with LOC for each warehouse after the total. `lines_per_message`: a longer
    report has several messages.
    """

    sender: Party
    receiver: Party
    release: Literal["D96A", "D97A"] = "D96A"
    association: Literal["EAN004", "EAN007", "EAN008"] | None = None
    charset: Literal["UNOA", "UNOB", "UNOC"] = "UNOC"
    usage: Literal["P", "T"] = "P"
    message: Code = "35"
    products: Mapping[Code, Annotated[str, Field(min_length=1)]] = Field(
        default={"SA": "sku"}, min_length=1, max_length=MOST_PRODUCTS
    )
    quantity: Code = "145"
    unit: Code = "PCE"
    parties: Mapping[Code, Annotated[str, Field(pattern=r"\A[!-~]{1,35}\z")]] = Field(default={})
    location: Literal["none", "qty"] = "none"
    lines_per_message: int = Field(default=MOST_LINES, ge=1, le=MOST_LINES)
    line_break: bool = False

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        if "sku" not in self.products.values():
            raise ValueError('products must name sku, such as products = { SA = "sku" }')
        if "quantity" in self.products.values():
            raise ValueError("products cannot name quantity: it stands in QTY")
        for code, text in self.constants().items():
            if not 0 < len(text) <= LONGEST_PRODUCT:
                raise ValueError(f"products.{code}: a constant has 1 to {LONGEST_PRODUCT} characters")
        texts = {"sender": self.sender, "receiver": self.receiver}
        texts |= {f"products.{code}": text for code, text in self.constants().items()}
        texts |= {f"parties.{code}": text for code, text in self.parties.items()}
        for key, text in texts.items():
            stray = next((mark for mark in text if not self.carries(mark)), None)
            if stray is not None:
                raise ValueError(f"{key}: {stray!r} is not a character of {self.charset}")
        return self

    def carries(self, character: str) -> bool:
        """Whether values may have the character."""
        if self.charset == "UNOC":
            return " " <= character <= "~" or "\xa0" <= character <= "\xff"
        return character in CHARSETS[self.charset]

    def constants(self) -> dict[str, str]:
        """Qualifier → the text it always has."""
        return {code: field[1:] for code, field in self.products.items() if field.startswith("=")}

    def columns(self) -> dict[str, str]:
        """Qualifier → field, constants left out."""
        return {code: field for code, field in self.products.items() if not field.startswith("=")}

    def fields(self) -> tuple[str, ...]:
        """Fields in order of their first use, then `quantity`."""
        return (*dict.fromkeys(self.columns().values()), "quantity")

    def by_warehouse(self) -> bool:
        """As the base says."""
        return self.location == "qty"
