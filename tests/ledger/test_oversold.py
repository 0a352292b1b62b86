"""What is kept of a count is all there was, or is not taken for it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from batch.ledger.oversold import Every, every


@pytest.mark.parametrize("skus", [2, 3])
def test_only_where_all_are_kept_they_are_all(skus: int) -> None:
    pairs = [["A", -2], ["B", -1]]
    row: Any = SimpleNamespace(seq=4, skus=skus, worst=json.dumps(pairs))
    assert every(row) == (Every(seq=4, pairs=pairs) if skus == 2 else None)  # type: ignore[arg-type]
