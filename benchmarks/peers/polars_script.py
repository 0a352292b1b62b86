"""The numbers alone, as somebody who knows Polars would get them: no archive, no record, no rejects, no resume.

`python polars_script.py levels.csv orders.csv out.csv`
"""

import sys

import polars as pl

MINIMUM_LEVEL = 5
TIME = "%Y-%m-%dT%H:%M:%SZ"

levels, orders, out = sys.argv[1:]

level = (
    pl.scan_csv(levels, schema_overrides={"ITEM": pl.String, "QTY_AVAIL": pl.Int64})
    .select(
        sku="ITEM",
        quantity="QTY_AVAIL",
        as_of=pl.col("AS_OF").str.to_datetime(TIME, time_unit="us"),
    )
    .group_by("sku")
    .agg(pl.col("quantity").sum(), pl.col("as_of").min())
    .collect(engine="streaming")
    .lazy()
)
sold = (
    pl.scan_csv(orders, schema_overrides={"sku": pl.String, "qty": pl.Int64})
    .filter(pl.col("status") != "cancelled")
    .select("sku", "qty", created_at=pl.col("created_at").str.to_datetime(TIME, time_unit="us"))
    .join(level, on="sku")
    .filter(pl.col("created_at") > pl.col("as_of"))
    .group_by("sku")
    .agg(pl.col("qty").sum())
)
available = pl.col("quantity") - pl.col("qty").fill_null(0)
(
    level.join(sold, on="sku", how="left")
    .select("sku", quantity=pl.when(available < MINIMUM_LEVEL).then(0).otherwise(available))
    .sort("sku")
    .sink_csv(out)
)
