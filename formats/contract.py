"""What every format is, and the frames that go in and out of one.

Text cells are Arrow strings (`TEXT`), and stay text until `batch.receive` conforms them: `00123`, `NA` and
`1E+11` are SKUs like any other. What is not kept as text is kept so that its text can be made again, to the character.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from formats.frames import as_text, columns_of, of_columns
from formats.options import Options

TEXT = pd.ArrowDtype(pa.string())
INT64 = pd.ArrowDtype(pa.int64())

QUANTITIES = frozenset({"quantity", "on_hand", "committed"})
"""Fields whose cells may be INT64, if each is written as that number usually is: `7`, not `007`, `+7`, `7.0` or ` 7`."""

TIMES = frozenset({"as_of", "ordered_at"})
"""Fields whose cells may be dictionary-encoded text, where equal ones stand together."""

Columns: TypeAlias = Mapping[str, pa.Array | pa.ChunkedArray]
"""The data of a frame, by column, where nobody needs the frame."""

REJECTS = {"line": INT64, "column": TEXT, "value": TEXT, "reason": TEXT, "sku": TEXT}
"""An input row that cannot be used: its line in the file (1-based), the column as the file names it, the value
as it stood there, the reason in words, and the SKU where it could be read (else null). One reject per row."""


QUANTITY_IN = "quantity in "
"""Before the name of a warehouse: the column (INT64) of what may be sold from there; null where the SKU is not kept."""


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """A file as cells: every row of it is either in `cells` or in `rejects`.

    `cells`: one column per field asked for, named by the field; null where the row has no such cell. TEXT, but for
    QUANTITIES and TIMES that a format sees to be plain. `texts`: the same, all TEXT.
    `lines`: the line of the file (1-based; X12: the number of the segment) on which each row of `cells` begins.
    `columns`: field → the name under which the file has it, for messages.
    `rejects`: rows that could not be read as rows; frame as in `REJECTS`.
    `stated_at`: the document's own time, ISO 8601, with an offset only if the document gives one; else None.
    `warnings`: oddities that were tolerated, a sentence each.
    `whole_skus`: the rows of a SKU say all there is of it, so that a warehouse they do not name has none.
    """

    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
    columns: Mapping[str, str]
    rejects: pd.DataFrame
    stated_at: str | None = None
    warnings: tuple[str, ...] = ()
    whole_skus: bool = False

    @property
    def texts(self) -> pd.DataFrame:
        """The cells as they stand in the file."""
        return of_columns(
            {name: as_text(column) for name, column in columns_of(self.cells).items()}, len(self.lines)
        )


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What a document says about itself.

    `number`: the document or interchange control number. `written_at`: aware, in the cart's time zone.
    `complete`: True for every SKU, False for a delta. `again`: it takes the place of one that was sent before.
    """

    number: int
    written_at: datetime
    complete: bool
    again: bool = False


class Reader(Protocol):
    """A format that feeds may have: a folder with a reader.

    `feeds`: the kinds of feed that it can be read for, `inventory` and `orders`. `Reading`: its options.
    `mappable`: None, if a file is a table whose columns a feed must name; else the fields that a feed may name,
    and need not: the format knows where they stand, and when it was true. `acknowledged`: partners answer its
    documents with a 997.
    """

    name: ClassVar[str]
    feeds: ClassVar[tuple[str, ...]]
    mappable: ClassVar[tuple[str, ...] | None]
    acknowledged: ClassVar[bool]
    Reading: ClassVar[type[Options]]

    def read(self, data: bytes, fields: Mapping[str, str], options: Any) -> RawTable:
        """Reads `fields` (field → the file's name for it: CSV header, XML path, X12 qualifier).

        Raises:
            Unreadable: the file as a whole cannot be used; the place and a cure are in the message.
        """
        ...


class Format(Reader, Protocol):
    """A format that carts may have as well: a reader and a writer.

    `Writing`: the options of a cart. `complete`: the format always carries every SKU (an 846 does).
    """

    complete: ClassVar[bool]
    Writing: ClassVar[type[Options]]

    def write(self, lines: pd.DataFrame, options: Any, envelope: Envelope) -> bytes:
        """Writes one document.

        `lines`: `sku` TEXT, `quantity` INT64, `as_of` TEXT, `merchant` TEXT, `cart` TEXT and a TEXT column per
        attribute (nullable); only the fields that `options` name are used. If `options.by_warehouse()`, also a
        column `QUANTITY_IN` + warehouse for each; together they are never more than `quantity`.

        Raises:
            Unwritable: a value this format cannot carry, with its SKU and field.
        """
        ...

    def read_back(self, document: bytes, options: Any) -> pd.DataFrame:
        """What a document written with `options` says: a TEXT column per field written, rows in order.

        Constants are checked but not returned; a null that was written reads as "". Quantities per warehouse are
        columns as in `write`, but TEXT, and "" where the document has none.
        """
        ...

    def meant(self, lines: pd.DataFrame, options: Any, envelope: Envelope) -> Columns:
        """What `read_back` is to find in the document of these lines: columns of the same names, or null for "".

        It differs from the lines where a document spells values in its own way, or tells a SKU in several rows.
        """
        ...

    def spelled(self, skus: pd.Series, options: Any) -> pd.Series:
        """SKUs (TEXT) as documents spell them."""
        ...

    def fields(self, options: Any) -> tuple[str, ...]:
        """The fields a cart with these writing options uses, in order, constants left out."""
        ...


@runtime_checkable
class Foreseeing(Protocol):
    """A format that can see that a document says what was meant for less than it takes to read it."""

    def plainly_says(self, document: bytes, lines: pd.DataFrame, options: Any, envelope: Envelope) -> bool:
        """Whether reading the document back would find just what `meant` says of these lines, and that is plain.

        False says nothing about the document: it is to be read back then.
        """
        ...
