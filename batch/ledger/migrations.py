"""From the schema of an earlier release to this one's, a version at a time, inside the transaction that opens the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, update

from batch.ledger.schema import SCHEMA_VERSION, versions

STEPS: Mapping[int, Sequence[str]] = {
    1: (
        "ALTER TABLE segments ADD COLUMN sha256 TEXT",
        "ALTER TABLE runs ADD COLUMN kind TEXT DEFAULT 'sync' NOT NULL",
        "ALTER TABLE runs ADD COLUMN repeats INTEGER REFERENCES runs (id)",
        "ALTER TABLE runs ADD COLUMN slot TEXT",
        "CREATE INDEX runs_by_slot ON runs (merchant, cart, slot)",
        "ALTER TABLE watermarks ADD COLUMN repeated INTEGER",
        "CREATE TABLE retention (kept_from TEXT NOT NULL)",
        "CREATE TABLE conditions (kind TEXT NOT NULL, subject TEXT NOT NULL, raised_at TEXT NOT NULL, PRIMARY KEY (kind, subject))",
        "CREATE TABLE heartbeats (process TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (process))",
        "CREATE TABLE scheduled (merchant TEXT NOT NULL, cart TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (merchant, cart))",
    ),
    2: (
        "CREATE INDEX files_by_feed ON files (feed, id)",
        "CREATE INDEX outbox_by_ack ON outbox (merchant, cart, ack, ack_due)",
        "ALTER TABLE conditions ADD COLUMN merchant TEXT",
        "ALTER TABLE conditions ADD COLUMN since TEXT",
        "CREATE TABLE routes (name TEXT NOT NULL, told_at TEXT, tried_at TEXT, PRIMARY KEY (name))",
        "CREATE TABLE notices (id INTEGER NOT NULL, route TEXT NOT NULL, turn TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, merchant TEXT, text TEXT NOT NULL, since TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (id))",
        "CREATE INDEX notices_by_route ON notices (route, id)",
        "CREATE TABLE oversold (merchant TEXT NOT NULL, seq INTEGER NOT NULL, skus INTEGER NOT NULL, worst TEXT NOT NULL, since TEXT, reading TEXT NOT NULL, PRIMARY KEY (merchant))",
        "CREATE TABLE troubles (feed TEXT NOT NULL, since TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (feed))",
    ),
    3: ("CREATE INDEX runs_by_time ON runs (now)",),
}
"""Version → what makes the next one of it. A migrated ledger has the very tables that a new one has."""


def migrate(connection: Connection, version: int) -> None:
    """Brings the ledger from `version`, one that `STEPS` knows, to SCHEMA_VERSION."""
    for step in range(version, SCHEMA_VERSION):
        for statement in STEPS[step]:
            connection.exec_driver_sql(statement)
    connection.execute(update(versions).values(version=SCHEMA_VERSION))
