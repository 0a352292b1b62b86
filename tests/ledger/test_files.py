"""What was taken from a feed is looked up by its names, whatever else was taken from it."""

from __future__ import annotations

import json
from pathlib import Path

from batch.ledger import files
from batch.ledger.engine import open_ledger


def test_the_files_of_a_feed_are_looked_up_by_name_not_gone_through(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.sqlite")
    with ledger.read() as connection:
        statement = str(files._KNOWN.compile(connection, compile_kwargs={"render_postcompile": True}))
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", ("acme/inventory/main", json.dumps(["1.csv"]))
        )
        steps = [row[3] for row in plan]
    ledger.close()
    assert steps[0] == "SEARCH files USING INDEX files_by_listing (feed=? AND name=?)"
