"""X12 846 inventory advice: `Edi846` is the format, one module per step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from formats.contract import Envelope, RawTable
from formats.edi846 import options as settings
from formats.edi846.back import read_back
from formats.edi846.reader import read
from formats.edi846.writer import write


class Edi846:
    """The format `edi846`: each document carries every SKU."""

    name: ClassVar[str] = "edi846"
    feeds: ClassVar[tuple[str, ...]] = ("inventory",)
    mappable: ClassVar[tuple[str, ...] | None] = ("sku", "quantity")
    acknowledged: ClassVar[bool] = True
    complete: ClassVar[bool] = True
    Reading: ClassVar[type[settings.Reading]] = settings.Reading
    Writing: ClassVar[type[settings.Writing]] = settings.Writing

    def read(self, data: bytes, fields: Mapping[str, str], options: settings.Reading) -> RawTable:
        """See `formats.edi846.reader.read`."""
        return read(data, fields, options)

    def write(self, lines: pd.DataFrame, options: settings.Writing, envelope: Envelope) -> bytes:
        """See `formats.edi846.writer.write`."""
        return write(lines, options, envelope)

    def read_back(self, document: bytes, options: settings.Writing) -> pd.DataFrame:
        """See `formats.edi846.back.read_back`."""
        return read_back(document, options)

    def fields(self, options: settings.Writing) -> tuple[str, ...]:
        """The fields that LIN and QTY carry, in order, constants left out."""
        return options.fields()
