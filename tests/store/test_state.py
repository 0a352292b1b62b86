"""What is known is a checkpoint and the segments since; how many these may be follows what opening them costs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from batch.ledger.intakes import SegmentRecord
from batch.model import LEVELS, frame
from batch.store.state import (
    FEWEST_SEGMENTS,
    LEVELS_KIND,
    MOST_SEGMENTS,
    Everything,
    checkpoint_due,
    write_checkpoint,
    write_segment,
)
from batch.store.tables import Tables


def segment(seq: int, rows: int, *, checkpoint: bool = False) -> SegmentRecord:
    return SegmentRecord(
        merchant="acme",
        kind=LEVELS_KIND,
        seq=seq,
        checkpoint=checkpoint,
        table="",
        rows=rows,
        sha256="",
    )


@pytest.mark.parametrize(
    ("total", "most"),
    [
        (10, FEWEST_SEGMENTS),
        (20_000, FEWEST_SEGMENTS),
        (1_000_000, 20),
        (2_000_000, 28),
        (20_000_000, MOST_SEGMENTS),
    ],
)
def test_so_many_small_segments_are_replayed_until_there_is_a_checkpoint(total: int, most: int) -> None:
    start = [segment(1, total, checkpoint=True)]
    since = [segment(seq, 0) for seq in range(2, 2 + most)]
    assert not checkpoint_due([*start, *since[: most - 2]], 0, total)
    assert checkpoint_due([*start, *since[: most - 1]], 0, total)


def test_half_the_rows_again_are_a_checkpoint_however_few_segments_they_are() -> None:
    before = [segment(1, 100, checkpoint=True), segment(2, 30)]
    assert not checkpoint_due(before, 19, 100)
    assert checkpoint_due(before, 20, 100)


def levels(quantities: dict[str, int], seq: int) -> pd.DataFrame:
    return frame(
        LEVELS,
        {
            "sku": pd.Series(list(quantities)),
            "quantity": list(quantities.values()),
            "feed": "main",
            "warehouse": "",
            "as_of": 0,
            "line": seq,
            "seq": seq,
        },
    )


def test_a_segment_that_is_all_there_is_is_its_own_checkpoint(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    rows = levels({"A": 1, "B": 2}, 1)
    written = write_segment(tables, "acme", LEVELS_KIND, 1, rows)
    everything = Everything(rows=rows, kept=lambda: rows)
    checkpoint = write_checkpoint(tables, written, [], everything)
    assert checkpoint is not None
    assert (checkpoint.record.table, checkpoint.record.checkpoint) == (written.table, True)
    assert tables.read(checkpoint.record.table).equals(checkpoint.rows)
    assert checkpoint.rows.equals(rows)
