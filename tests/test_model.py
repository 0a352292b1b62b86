from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from batch.counts import Counts
from batch.model import AVAILABLE, LEVELS, STATEMENTS, attributes_of, empty, frame, stack, take, whole
from formats.contract import TEXT

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


def statements(*skus: str, **more: object) -> pd.DataFrame:
    columns = {"sku": pa.array(skus), "warehouse": "", "quantity": 1, "as_of": NINE, "line": None}
    return frame(STATEMENTS, columns | more)


def test_a_scalar_stands_for_a_whole_column_and_every_dtype_is_the_schemas() -> None:
    table = statements("A", "B")
    assert dict(table.dtypes) == dict(STATEMENTS)
    assert table["as_of"].tolist() == [NINE, NINE]
    assert table["line"].isna().all()


def test_columns_beyond_the_schema_are_attributes() -> None:
    table = statements("A", **{"@upc": "0012"})
    assert attributes_of(table) == ("upc",)
    assert table["@upc"].dtype == TEXT


@pytest.mark.parametrize("schema", [STATEMENTS, LEVELS, AVAILABLE])
def test_an_empty_frame_has_the_schema(schema: dict[str, pd.ArrowDtype]) -> None:
    assert dict(empty(schema).dtypes) == dict(schema)
    assert len(empty(schema)) == 0


def test_stacked_frames_keep_their_rows_and_a_column_that_one_lacks_is_null_there() -> None:
    table = stack([statements("A", **{"@upc": "1"}), empty(STATEMENTS), statements("B")])
    assert table["sku"].tolist() == ["A", "B"]
    assert table["@upc"].isna().tolist() == [False, True]
    assert table.index.tolist() == [0, 1]


def test_rows_are_taken_by_position_or_by_mask_and_numbered_anew() -> None:
    table = statements("A", "B", "C")
    for rows in (np.array([2, 0]), np.array([True, False, True])):
        assert sorted(take(table, rows)["sku"]) == ["A", "C"]
        assert take(table, rows).index.tolist() == [0, 1]


def test_an_instant_as_a_whole_number_is_microseconds() -> None:
    assert whole(statements("A")["as_of"]).tolist() == [int(NINE.timestamp()) * 1_000_000]


def test_counts_must_balance() -> None:
    with pytest.raises(AssertionError, match="3 rows came in, 2 are accounted for"):
        Counts(rows=3, applied=1, rejected=1)


def test_counts_add_up() -> None:
    total = Counts(rows=3, applied=1, older=2) + Counts(rows=2, rejected=1, ignored=1)
    assert total == Counts(rows=5, applied=1, older=2, ignored=1, rejected=1)


POOL = "import batch.model, pyarrow; print(pyarrow.default_memory_pool().backend_name)"


@pytest.mark.parametrize("asked", ["", "system"])
def test_arrow_allocates_with_jemalloc_unless_the_operator_wants_another(asked: str) -> None:
    if "jemalloc" not in pa.supported_memory_backends():
        pytest.skip("this build of Arrow has no jemalloc")
    environment = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    if asked:
        environment["ARROW_DEFAULT_MEMORY_POOL"] = asked
    said = subprocess.run(
        [sys.executable, "-c", POOL], check=True, capture_output=True, text=True, env=environment
    ).stdout
    assert said.strip() == (asked or "jemalloc")
