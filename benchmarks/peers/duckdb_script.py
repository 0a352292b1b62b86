"""The numbers alone, as somebody who knows DuckDB would get them: no archive, no record, no rejects, no resume.

`python duckdb_script.py levels.csv orders.csv out.csv`
"""

import sys

import duckdb

levels, orders, out = sys.argv[1:]

duckdb.sql("SET preserve_insertion_order = false")
duckdb.execute(
    f"""
    COPY (
        WITH level AS (
            SELECT ITEM AS sku, sum(QTY_AVAIL) AS quantity, min(AS_OF) AS as_of
            FROM read_csv('{levels}', header = true, delim = ',', columns = {{
                'ITEM': 'VARCHAR', 'WH': 'VARCHAR', 'QTY_AVAIL': 'BIGINT', 'AS_OF': 'TIMESTAMP', 'UPC': 'VARCHAR'
            }})
            GROUP BY ITEM
        ),
        line AS (
            SELECT sku, qty, created_at
            FROM read_csv('{orders}', header = true, delim = ',', columns = {{
                'order_id': 'VARCHAR', 'line_no': 'INTEGER', 'sku': 'VARCHAR', 'qty': 'BIGINT',
                'created_at': 'TIMESTAMP', 'status': 'VARCHAR'
            }})
            WHERE status <> 'cancelled'
        ),
        sold AS (
            SELECT line.sku, sum(line.qty) AS quantity
            FROM line JOIN level ON line.sku = level.sku AND line.created_at > level.as_of
            GROUP BY line.sku
        ),
        available AS (
            SELECT level.sku, level.quantity - coalesce(sold.quantity, 0) AS quantity
            FROM level LEFT JOIN sold ON sold.sku = level.sku
        )
        SELECT sku, CAST(CASE WHEN quantity < 5 THEN 0 ELSE quantity END AS BIGINT) AS quantity
        FROM available
        ORDER BY sku
    ) TO '{out}' (HEADER, DELIMITER ',')
    """
)
