"""CSV: WMS and order files in, cart documents out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from formats.csv.options import Reading as CsvReading
from formats.csv.options import Writing as CsvWriting
from formats.options import Options

if TYPE_CHECKING:
    import pandas as pd

    from formats.contract import Columns, Envelope, RawTable


class Csv:
    """The `csv` format; see `formats.contract.Format`."""

    name: ClassVar[str] = "csv"
    feeds: ClassVar[tuple[str, ...]] = ("inventory", "orders")
    mappable: ClassVar[tuple[str, ...] | None] = None
    acknowledged: ClassVar[bool] = False
    complete: ClassVar[bool] = False
    Reading: ClassVar[type[Options]] = CsvReading
    Writing: ClassVar[type[Options]] = CsvWriting

    def read(self, data: bytes, fields: Mapping[str, str], options: CsvReading) -> RawTable:
        """Reads `fields` (field → header); rows that are none become rejects.

        Raises:
            Unreadable: empty, a column missing or ambiguous, not in the encoding, quotes broken throughout.
        """
        from formats.csv.reader import read_table

        return read_table(data, fields, options)

    def write(self, lines: pd.DataFrame, options: CsvWriting, envelope: Envelope) -> bytes:  # noqa: ARG002 (CSV has no envelope)
        """Writes one document.

        Raises:
            Unwritable: an empty SKU, no quantity, a NUL, a character the encoding lacks, or no such field.
        """
        from formats.csv.writer import write_document

        return write_document(lines, options)

    def read_back(self, document: bytes, options: CsvWriting) -> pd.DataFrame:
        """What the document says: a TEXT column per field, rows in order.

        Raises:
            Unreadable: header or constants are not those of `options`, or a row is no row.
        """
        from formats.csv.reader import read_document

        return read_document(document, options)

    def meant(self, lines: pd.DataFrame, options: CsvWriting, envelope: Envelope) -> Columns:  # noqa: ARG002 - every format has this signature
        """The fields that are written, as they are."""
        from formats.frames import arrow

        return {field: arrow(lines[field]) for field in self.fields(options)}

    def spelled(self, skus: pd.Series, options: CsvWriting) -> pd.Series:  # noqa: ARG002 - every format has this signature
        """SKUs as they are."""
        return skus

    def fields(self, options: CsvWriting) -> tuple[str, ...]:
        """The fields that `options.columns` names, in order, each once."""
        return tuple(dict.fromkeys(field for _, field, _ in options.targets if field is not None))
