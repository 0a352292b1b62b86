"""What a feed and a cart may set for CSV."""

from __future__ import annotations

import codecs
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from formats.options import Options

CONSTANT = "="
NOT_CHARACTER_SETS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})
MARKABLE = frozenset(
    {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
)


def parse_delimiter(text: str) -> str:
    r"""The one character between two values; `"tab"` and a spelled-out `\t` are the tab.

    Raises:
        ValueError: with what is allowed.
    """
    delimiter = "\t" if text in ("tab", "\\t") else text
    usable = len(delimiter) == 1 and delimiter.isascii() and not delimiter.isalnum()
    if not usable or delimiter in '"\r\n\0':
        raise ValueError(
            'one character such as "," ";" "|" or "tab": ASCII, no letter, digit, quote or line break'
        )
    return delimiter


def parse_encoding(text: str) -> str:
    """The usual name of a character set: `"UTF8"` → `"utf-8"`.

    Raises:
        ValueError: with what is allowed.
    """
    try:
        name = codecs.lookup(text).name
        'sku,"1"\r\n'.encode(name)
    except (LookupError, ValueError):
        name = ""
    if not name or name in NOT_CHARACTER_SETS:
        raise ValueError(
            f'{text!r} is no character set; use one such as "utf-8", "cp1252", "latin-1" or "utf-16"'
        )
    return "latin-1" if name == "iso8859-1" else name


Delimiter = Annotated[str, AfterValidator(parse_delimiter)]
Encoding = Annotated[str, AfterValidator(parse_encoding)]


class Reading(Options):
    """How a feed's CSV is written: the separator and the character set (a byte order mark wins over it)."""

    delimiter: Delimiter = ","
    encoding: Encoding = "utf-8"


class Writing(Options):
    """How a cart wants its CSV. `columns`: output header → field, or `"=constant"`."""

    columns: dict[str, str] = Field(default_factory=lambda: {"sku": "sku", "quantity": "quantity"})
    delimiter: Delimiter = ","
    encoding: Encoding = "utf-8"
    header: bool = True
    quote: Literal["minimal", "all"] = "minimal"
    newline: Literal["\n", "\r\n"] = "\n"
    bom: bool = False

    @property
    def targets(self) -> tuple[tuple[str, str | None, str], ...]:
        """Per output column: its header, its field (None for a constant), its constant ("" for a field)."""
        return tuple(
            (header, None, source.removeprefix(CONSTANT))
            if source.startswith(CONSTANT)
            else (header, source, "")
            for header, source in self.columns.items()
        )

    @model_validator(mode="after")
    def _columns_can_be_written(self) -> Self:
        self._check_text(self.delimiter)
        if not any(field for _, field, _ in self.targets):
            raise ValueError('columns: at least one column must name a field, as in { SKU = "sku" }')
        for header, field, constant in self.targets:
            if not header.strip() or field == "":
                raise ValueError(f"columns: {header!r} = {field!r}: both a header and a field need a name")
            self._check_text(header)
            self._check_text(constant)
        return self

    @model_validator(mode="after")
    def _mark_needs_unicode(self) -> Self:
        if self.bom and self.encoding not in MARKABLE:
            raise ValueError(f"bom: {self.encoding} has no byte order mark; only UTF-8, UTF-16 and UTF-32 do")
        return self

    def _check_text(self, text: str) -> None:
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            raise ValueError(f"{text!r} cannot be written in {self.encoding}") from None
        if "\0" in text:
            raise ValueError(f"columns: {text!r} holds a NUL character, which CSV cannot carry")
