"""XML: feeds of records in any well-formed document, and documents of records for carts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from formats.xml import options as _options

if TYPE_CHECKING:
    import pandas as pd

    from formats.contract import Columns, Envelope, RawTable

__all__ = ["Xml"]


class Xml:
    """The format named `xml`; see `formats.contract.Format` and the docstrings of `reading` and `writer`."""

    name: ClassVar[str] = "xml"
    feeds: ClassVar[tuple[str, ...]] = ("inventory", "orders")
    mappable: ClassVar[tuple[str, ...] | None] = None
    acknowledged: ClassVar[bool] = False
    complete: ClassVar[bool] = False
    Reading: ClassVar[type[_options.Reading]] = _options.Reading
    Writing: ClassVar[type[_options.Writing]] = _options.Writing

    def read(self, data: bytes, fields: Mapping[str, str], options: _options.Reading) -> RawTable:
        from formats.xml import reading

        return reading.read(data, fields, options.record)

    def write(
        self,
        lines: pd.DataFrame,
        options: _options.Writing,
        envelope: Envelope,  # noqa: ARG002 - the contract's; these documents say nothing about themselves
    ) -> bytes:
        from formats.xml import writer

        return writer.write(lines, options)

    def read_back(self, document: bytes, options: _options.Writing) -> pd.DataFrame:
        from formats.xml import verify

        return verify.read_back(document, options)

    def meant(self, lines: pd.DataFrame, options: _options.Writing, envelope: Envelope) -> Columns:  # noqa: ARG002 - every format has this signature
        """The fields that are written, as they are."""
        from formats.frames import arrow

        return {field: arrow(lines[field]) for field in self.fields(options)}

    def spelled(self, skus: pd.Series, options: _options.Writing) -> pd.Series:  # noqa: ARG002 - every format has this signature
        """SKUs as they are."""
        return skus

    def fields(self, options: _options.Writing) -> tuple[str, ...]:
        from formats.xml.layout import fields_of

        return fields_of(options)
