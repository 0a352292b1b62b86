"""X12 846 inventory advice: `Edi846` is the format, one module per step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from formats.edi846.reading.options import Reading as Edi846Reading
from formats.edi846.writing.options import Writing as Edi846Writing

if TYPE_CHECKING:
    import pandas as pd

    from formats.contract import Columns, Envelope, RawTable


class Edi846:
    """The format `edi846`: each document carries every SKU."""

    name: ClassVar[str] = "edi846"
    feeds: ClassVar[tuple[str, ...]] = ("inventory",)
    mappable: ClassVar[tuple[str, ...] | None] = ("sku", "quantity")
    acknowledged: ClassVar[bool] = True
    complete: ClassVar[bool] = True
    Reading: ClassVar[type[Edi846Reading]] = Edi846Reading
    Writing: ClassVar[type[Edi846Writing]] = Edi846Writing

    def read(self, data: bytes, fields: Mapping[str, str], options: Edi846Reading) -> RawTable:
        """See `formats.edi846.reading.reader.read`."""
        from formats.edi846.reading.reader import read

        return read(data, fields, options)

    def write(self, lines: pd.DataFrame, options: Edi846Writing, envelope: Envelope) -> bytes:
        """See `formats.edi846.writing.writer.write`."""
        from formats.edi846.writing.writer import write

        return write(lines, options, envelope)

    def read_back(self, document: bytes, options: Edi846Writing) -> pd.DataFrame:
        """See `formats.edi846.writing.back.read_back`."""
        from formats.edi846.writing.back import read_back

        return read_back(document, options)

    def meant(self, lines: pd.DataFrame, options: Edi846Writing, envelope: Envelope) -> Columns:
        """See `formats.edi846.writing.back.meant`."""
        from formats.edi846.writing.back import meant

        return meant(lines, options, envelope)

    def plainly_says(
        self, document: bytes, lines: pd.DataFrame, options: Edi846Writing, envelope: Envelope
    ) -> bool:
        """See `formats.edi846.writing.foreseen.plainly_says`."""
        from formats.edi846.writing.foreseen import plainly_says

        return plainly_says(document, lines, options, envelope)

    def spelled(self, skus: pd.Series, options: Edi846Writing) -> pd.Series:
        """SKUs with the cart's replacements, in capitals if it is so configured."""
        import pandas as pd
        import pyarrow as pa

        from formats.contract import TEXT
        from formats.edi846.writing.convert import spelled

        text = pa.chunked_array(pa.array(skus)) if len(skus) else pa.chunked_array([], pa.string())
        spelt = spelled(text.combine_chunks(), options.replace, upper_case=options.upper_case)
        return pd.Series(spelt, dtype=TEXT)

    def fields(self, options: Edi846Writing) -> tuple[str, ...]:
        """The fields that LIN and QTY carry, in order, constants left out."""
        return options.fields()
