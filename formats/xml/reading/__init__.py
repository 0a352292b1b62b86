"""Reading XML: a document of records → a table of text.

Three readers agree on every document: `alike` takes records that are alike at the speed of memory, `columnar` plain ones
without looking at each, `careful` takes all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from formats.alike import UnlikeError
from formats.contract import REJECTS, RawTable
from formats.errors import Unreadable
from formats.xml.paths import Path, parse_path, parse_record
from formats.xml.reading.alike import read_alike
from formats.xml.reading.careful import read_carefully
from formats.xml.reading.columnar import read_columns
from formats.xml.reading.found import Found, Refused
from formats.xml.reading.nearest import check_no_record, no_such_path
from formats.xml.reading.source import line_numbers, load
from formats.xml.reading.tags import IrregularError

__all__ = ["read", "read_checked", "read_document"]


def read(data: bytes, fields: Mapping[str, str], record: str) -> RawTable:
    """Reads `fields` (field → path) of every element `record`; names match without namespace or prefix.

    A record within a record is part of it. Text is what XML says it is, with two rules: blanks around an element's
    text are layout, and dropped, if the text holds a line end that is not written as a reference; an attribute is
    kept exactly. An empty element is "", a missing one null. A path that occurs twice in a record, or leads to an
    element with others inside, makes the record a reject. No record at all is an empty table.

    Raises:
        Unreadable: not a well-formed document, one with a DOCTYPE, or a record or path that it does not have.
    """
    names = parse_record(record)
    paths = _parse(fields)
    document, found = read_checked(data, names, paths, sku=_index(fields, "sku"))
    if found.empty:
        check_no_record(document, names)
    else:
        _check_absent(document, names, paths, found)
    return RawTable(
        cells=_frame(list(fields), found),
        lines=line_numbers(document, found.positions) if found.lines is None else found.lines,
        columns=dict(fields),
        rejects=_rejects(document, found.refused),
        warnings=_warnings(record, found),
    )


def read_checked(
    data: bytes, record: tuple[str, ...], paths: Sequence[Path], *, sku: int | None = None
) -> tuple[bytes, Found]:
    """The document in UTF-8, as `load` makes it, and its records.

    Raises:
        Unreadable: as `load`, or deeper or larger than a document may be.
    """
    try:
        return data, read_alike(data, record, paths)
    except UnlikeError:
        document = load(data)
        return document, read_document(document, record, paths, sku=sku)


def read_document(
    document: bytes, record: tuple[str, ...], paths: Sequence[Path], *, sku: int | None = None
) -> Found:
    """The records of a checked document: the quick way if it is plain, else the careful one."""
    try:
        return read_columns(document, record, paths)
    except IrregularError:
        return read_carefully(document, record, paths, sku=sku)


def _parse(fields: Mapping[str, str]) -> list[Path]:
    paths = []
    for field, text in fields.items():
        try:
            paths.append(parse_path(text))
        except ValueError as error:
            raise Unreadable(f"field {field}: {error}") from error
    return paths


def _index(fields: Mapping[str, str], field: str) -> int | None:
    return list(fields).index(field) if field in fields else None


def _check_absent(document: bytes, record: tuple[str, ...], paths: Sequence[Path], found: Found) -> None:
    if not found.absent:
        return
    first = min([*found.positions[:1].tolist(), *(refused.position for refused in found.refused)])
    place = f"line {line_numbers(document, np.array([first]))[0]}"
    raise no_such_path(document, record, paths[found.absent[0]].text, place)


def _frame(fields: Sequence[str], found: Found) -> pd.DataFrame:
    columns = {
        field: pd.Series(pd.arrays.ArrowExtensionArray(column))
        for field, column in zip(fields, found.columns, strict=True)
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(found.positions)))


def _rejects(document: bytes, refused: Sequence[Refused]) -> pd.DataFrame:
    positions: npt.NDArray[np.int64] = np.array([reject.position for reject in refused], np.int64)
    columns = {
        "line": pa.array(line_numbers(document, positions)),
        "column": pa.array([reject.path for reject in refused], pa.string()),
        "value": pa.array([reject.value for reject in refused], pa.string()),
        "reason": pa.array([reject.reason for reject in refused], pa.string()),
        "sku": pa.array([reject.sku for reject in refused], pa.string()),
    }
    return pd.DataFrame({name: pd.Series(columns[name], dtype=dtype) for name, dtype in REJECTS.items()})


def _warnings(record: str, found: Found) -> tuple[str, ...]:
    if not found.nested:
        return ()
    inside = f"{found.nested} elements named like the record {record!r} stand inside one and were read as part of it"
    return (f"{inside}; if they are the records, name them with the element above",)
