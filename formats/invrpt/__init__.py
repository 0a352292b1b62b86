"""EDIFACT INVRPT, the inventory report: D.96A and D.97A, with or without EANCOM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from formats.invrpt.options import Reading as InvrptReading
from formats.invrpt.options import Writing as InvrptWriting
from formats.options import Options

if TYPE_CHECKING:
    import pandas as pd

    from formats.contract import Columns, Envelope, RawTable


class Invrpt:
    """The format `invrpt`: a report of all there is, so each document carries every SKU."""

    name: ClassVar[str] = "invrpt"
    feeds: ClassVar[tuple[str, ...]] = ("inventory",)
    mappable: ClassVar[tuple[str, ...] | None] = ("sku", "quantity")
    acknowledged: ClassVar[bool] = False
    complete: ClassVar[bool] = True
    Reading: ClassVar[type[Options]] = InvrptReading
    Writing: ClassVar[type[Options]] = InvrptWriting

    def read(self, data: bytes, fields: Mapping[str, str], options: InvrptReading) -> RawTable:
        """See `formats.invrpt.reader.read`."""
        from formats.invrpt.reader import read

        return read(data, fields, options)

    def write(self, lines: pd.DataFrame, options: InvrptWriting, envelope: Envelope) -> bytes:
        """See `formats.invrpt.writer.write`."""
        from formats.invrpt.writer import write

        return write(lines, options, envelope)

    def read_back(self, document: bytes, options: InvrptWriting) -> pd.DataFrame:
        """See `formats.invrpt.back.read_back`."""
        from formats.invrpt.back import read_back

        return read_back(document, options)

    def meant(self, lines: pd.DataFrame, options: InvrptWriting, envelope: Envelope) -> Columns:  # noqa: ARG002 - every format has this signature
        """See `formats.invrpt.back.meant`."""
        from formats.invrpt.back import meant

        return meant(lines, options)

    def spelled(self, skus: pd.Series, options: InvrptWriting) -> pd.Series:  # noqa: ARG002 - every format has this signature
        """SKUs as they are."""
        return skus

    def fields(self, options: InvrptWriting) -> tuple[str, ...]:
        """The fields that LIN, PIA and QTY carry, in order, constants left out."""
        return options.fields()
