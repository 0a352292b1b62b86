"""Parquet tables: what each intake added, and now and then all there is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from batch.errors import StoreError
from batch.store.files import save

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Written:
    """A table as it lies on the disk. `name`: by which `Tables.read` finds it; `sha256`: of the Parquet file."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Tables:
    """A folder of Parquet files. `beneath`: tables to read from where this one has nothing (a dry run's)."""

    folder: Path
    beneath: Tables | None = None

    def write(self, merchant: str, name: str, rows: pd.DataFrame) -> Written:
        """Writes a frame."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        sink = pa.BufferOutputStream()
        table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata()
        pq.write_table(table, sink, compression="zstd", compression_level=1)
        path = f"{merchant}/{name}.parquet"
        data = sink.getvalue()
        save(self.folder / path, data)
        return Written(name=path, sha256=hashlib.sha256(data).hexdigest())

    def read(self, name: str) -> pd.DataFrame:
        """The frame, its columns Arrow-backed.

        Raises:
            StoreError: the table is missing or damaged.
        """
        import pandas as pd
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.folder / name
        if not path.exists() and self.beneath is not None:
            return self.beneath.read(name)
        try:
            rows: pd.DataFrame = pq.read_table(path).to_pandas(types_mapper=pd.ArrowDtype)
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"table {path}: {error}; put back a copy of the state folder") from error
        return rows
