"""Parquet tables: what each intake added, and now and then all there is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.errors import StoreError
from batch.store.files import save

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Written:
    """A table as it lies on the disk. `name`: by which `Tables.read` finds it; `sha256`: of the Parquet file."""

    name: str
    sha256: str


REPEATED_TEXT = frozenset({"feed", "warehouse", "stated_in"})
REPEATED = REPEATED_TEXT | {"quantity", "seq", "touched", "stated_at"}
"""Columns with few values, which a dictionary is worth making for."""
CODED = frozenset({"sku", "order"})
"""Those that are looked at as a whole again and again."""


@dataclass(frozen=True)
class Tables:
    """A folder of Parquet files. `beneath`: tables to read from where this one has nothing (a dry run's)."""

    folder: Path
    beneath: Tables | None = None

    def write(self, merchant: str, name: str, rows: pd.DataFrame) -> Written:
        """Writes a frame."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        from batch.model import as_arrow

        sink = pa.BufferOutputStream()
        table = as_arrow(rows)
        pq.write_table(table, sink, compression="zstd", compression_level=1, **_encodings(table.schema))
        path = f"{merchant}/{name}.parquet"
        data = sink.getvalue()
        save(self.folder / path, data)
        return Written(name=path, sha256=hashlib.sha256(data).hexdigest())

    def read(self, name: str, sha256: str | None = None) -> pd.DataFrame:
        """The frame, its columns Arrow-backed. `sha256`: what the file's is, where that has been noted.

        Raises:
            StoreError: the table is missing or damaged.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        from formats.frames import joined, of_columns, shared_by_piece

        path = self.folder / name
        if not path.exists() and self.beneath is not None:
            return self.beneath.read(name, sha256)
        try:
            data = pa.memory_map(str(path)).read_buffer()
            if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
                raise StoreError(
                    f"table {path}: it is not what was recorded; put back a copy of the state folder"
                )
            table = pq.read_table(pa.BufferReader(data), read_dictionary=sorted(REPEATED_TEXT))
            columns = dict(zip(table.column_names, table.columns, strict=True))
            return of_columns(
                {
                    name: joined(column) if name in CODED else shared_by_piece(column)
                    for name, column in columns.items()
                }
            )
        except (OSError, ValueError, pa.ArrowException) as error:
            raise StoreError(f"table {path}: {error}; put back a copy of the state folder") from error


def _encodings(schema: Any) -> dict[str, Any]:
    """How Parquet is to keep the columns: nobody asks for statistics, and numbers that go up are kept as steps."""
    import pyarrow as pa

    rising = [
        column.name
        for column in schema
        if column.name not in REPEATED
        and (pa.types.is_int64(column.type) or pa.types.is_timestamp(column.type))
    ]
    return {
        "use_dictionary": [column.name for column in schema if column.name in REPEATED],
        "column_encoding": dict.fromkeys(rising, "DELTA_BINARY_PACKED"),
        "write_statistics": False,
    }
