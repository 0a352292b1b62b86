"""The tables. Instants are ISO 8601 text in UTC, so that they sort, and read, as they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

SCHEMA_VERSION = 4


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as `2026-11-20T17:00:00.000000Z`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

versions = Table("schema_version", metadata, Column("version", Integer, nullable=False))

sightings = Table(
    "sightings",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("modified", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False, comment="wall clock of the first look at this size and time"),
    comment="files listed and not yet taken: unchanged between two looks means complete",
)

files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "feed",
        Text,
        nullable=False,
        comment="key of the feed: merchant/kind/name, merchant empty for an account feed",
    ),
    Column("merchant", Text, comment="null: a feed of the account"),
    Column("kind", Text, nullable=False, comment="inventory | orders"),
    Column("feed_name", Text, nullable=False),
    Column("remote", Text, nullable=False),
    Column("path", Text, nullable=False, comment="where it lay, below the remote's url"),
    Column("name", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("modified", Instant, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("as_of", Instant, comment="of the whole file, or the latest of its rows"),
    Column("received_at", Instant, nullable=False),
    Column("status", Text, nullable=False, comment="applied | duplicate | held | quarantined | discarded"),
    Column("reason", Text, nullable=False, default=""),
    Column("warnings", Text, nullable=False, default="", comment="a sentence per line"),
    Column("rows", Integer, nullable=False),
    Column("applied", Integer, nullable=False),
    Column("older", Integer, nullable=False),
    Column("duplicate", Integer, nullable=False),
    Column("ignored", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("after_done", Boolean, nullable=False, comment="the original was moved or deleted, or is to stay"),
    Column(
        "answer_due", Boolean, nullable=False, comment="a 997 is to be written back, and is not staged yet"
    ),
    CheckConstraint(
        "rows = applied + older + duplicate + ignored + rejected", name="every_row_is_in_one_bucket"
    ),
    Column("reading", Text, nullable=False, comment="digest of how the feed's files were read"),
    Index("files_by_feed", "feed", "id"),
    Index("files_by_listing", "feed", "name", "size", "modified"),
    Index("files_by_content", "feed", "sha256"),
    Index("files_by_time", "received_at"),
)

rejects = Table(
    "rejects",
    metadata,
    Column("file", ForeignKey("files.id"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("column", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sku", Text),
    Column("merchant", Text, comment="null: nobody can tell whose row it is"),
    Index("rejects_by_file", "file"),
    Index("rejects_by_sku", "sku"),
)

intakes = Table(
    "intakes",
    metadata,
    Column("merchant", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("file", ForeignKey("files.id"), nullable=False),
    Column("reported", Boolean, nullable=False, comment="the WMS reported at least one level"),
    Column(
        "recorded_at",
        Instant,
        nullable=False,
        comment="the clock when it was applied: later than received, if held",
    ),
    comment="the sequence of what was applied to a merchant",
)

segments = Table(
    "segments",
    metadata,
    Column("merchant", Text, primary_key=True),
    Column("kind", Text, primary_key=True, comment="levels | orders"),
    Column("seq", Integer, primary_key=True),
    Column("checkpoint", Boolean, primary_key=True, comment="all there is at seq, not only what seq added"),
    Column("table", Text, nullable=False, comment="name of the Parquet file"),
    Column("rows", Integer, nullable=False),
    Column("sha256", Text, comment="of the Parquet file; null: written before schema 2"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("merchant", Text, nullable=False),
    Column("cart", Text, nullable=False),
    Column("now", Instant, nullable=False, comment="the run's clock"),
    Column("finished_at", Instant),
    Column("status", Text, nullable=False, comment="staged | sent | nothing-new | held | failed"),
    Column("complete", Boolean, nullable=False, comment="every SKU, not a delta"),
    Column("since", Integer, nullable=False, comment="the watermark it started from"),
    Column("seq", Integer, nullable=False, comment="the intake sequence number it tells the cart up to"),
    Column("lines", Integer, nullable=False),
    Column("zeros", Integer, nullable=False, comment="lines that tell 0"),
    Column("document", Text, comment="file name; of the first document, where there are several"),
    Column("number", Integer, comment="document or interchange control number of the first document"),
    Column("documents", Integer, nullable=False, comment="how many documents"),
    Column("ack", Text, comment="accepted | accepted-with-errors | partial | rejected"),
    Column("reason", Text, nullable=False, default=""),
    Column("configuration", Text, nullable=False, comment="SHA-256 of the configuration file in the archive"),
    Column("version", Text, nullable=False, comment="of Stockferry"),
    Column("kind", Text, nullable=False, server_default="sync", comment="sync | rerun | resend"),
    Column("repeats", ForeignKey("runs.id"), comment="of a rerun or resend: the run that is sent again"),
    Column("slot", Instant, comment="the time that it was due at; null: somebody ran it"),
    Index("runs_by_cart", "merchant", "cart", "id"),
    Index("runs_by_slot", "merchant", "cart", "slot"),
    Index("runs_by_time", "now"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", ForeignKey("runs.id"), comment="null: the answer to a file"),
    Column("file", ForeignKey("files.id"), comment="null: a document of a run"),
    Column("part", Integer, nullable=False, comment="1, 2, ... among the documents of its run"),
    Column("merchant", Text),
    Column("cart", Text),
    Column("remote", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("series", Text, nullable=False, comment="of its control number"),
    Column("number", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("state", Text, nullable=False, comment="staged | settled; uploaded: by an earlier release"),
    Column("attempts", Integer, nullable=False, comment="uploads that may have begun"),
    Column("settled_at", Instant),
    Column("ack_due", Instant, comment="until then it is to be acknowledged; null: nobody does"),
    Column("ack", Text, comment="as in runs, of this document"),
    CheckConstraint("(run IS NULL) <> (file IS NULL)", name="a_document_of_a_run_or_an_answer"),
    Index("outbox_open", "merchant", "cart", "state"),
    Index("outbox_by_run", "run", "part"),
    Index("outbox_by_name", "merchant", "cart", "name"),
    Index("outbox_by_ack", "merchant", "cart", "ack", "ack_due"),
    Index("outbox_by_number", "series", "number", unique=True),
)

acks = Table(
    "acks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", ForeignKey("files.id"), nullable=False, comment="that brought it"),
    Column("document", ForeignKey("outbox.id"), nullable=False),
    Column("kind", Text, nullable=False, comment="997 | 999 | TA1"),
    Column("set", Text, nullable=False, comment="ST02; empty: the group or interchange as a whole"),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("acks_by_document", "document"),
)

ack_errors = Table(
    "ack_errors",
    metadata,
    Column("ack", ForeignKey("acks.id"), nullable=False),
    Column("position", Integer, nullable=False, comment="of the segment, ST being 1"),
    Column("segment", Text, nullable=False, comment="as it stands in our document, else its name"),
    Column("element", Text, nullable=False, comment="such as LIN03; empty: the whole segment"),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sku", Text),
    Index("ack_errors_by_ack", "ack"),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", ForeignKey("files.id"), comment="null: a cart's output"),
    Column("merchant", Text),
    Column("cart", Text, comment="null: a file"),
    Column("status", Text, nullable=False, comment="open | released | discarded | superseded | done"),
    Column("reason", Text, nullable=False),
    Column("movers", Text, nullable=False, comment="JSON: sku, was, now of the biggest changes"),
    Column("created_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Index("holds_by_status", "status"),
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("merchant", Text, primary_key=True),
    Column("cart", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("run", ForeignKey("runs.id"), nullable=False),
    Column("complete_at", Instant, comment="the clock of the last run that sent every SKU"),
    Column(
        "repeated",
        Integer,
        comment="an older state, of this intake, was sent again: the next sync is everything that is known",
    ),
)

numbers = Table(
    "numbers",
    metadata,
    Column("series", Text, primary_key=True, comment="a cart, or a pair of interchange sender and receiver"),
    Column("last", Integer, nullable=False),
)

scheduled = Table(
    "scheduled",
    metadata,
    Column("merchant", Text, primary_key=True),
    Column("cart", Text, primary_key=True),
    Column(
        "since",
        Instant,
        nullable=False,
        comment="when the daemon first saw its schedule: earlier slots are none",
    ),
)

conditions = Table(
    "conditions",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("raised_at", Instant, nullable=False),
    Column("merchant", Text, comment="null: the whole account's"),
    Column("since", Instant, comment="from when on it stands; null: written before schema 3"),
    comment="those that stand; a row goes when its condition does",
)

routes = Table(
    "routes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("told_at", Instant, comment="its last message"),
    Column("tried_at", Instant, comment="the last attempt at one, delivered or not"),
    comment="alert routes that are known: a new one is told what stands already",
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("route", Text, nullable=False),
    Column("turn", Text, nullable=False, comment="begun | over"),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("merchant", Text, comment="null: the whole account's"),
    Column("text", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Index("notices_by_route", "route", "id"),
    comment="what a route has not been told yet; a row goes when it has",
)

oversold = Table(
    "oversold",
    metadata,
    Column("merchant", Text, primary_key=True),
    Column("seq", Integer, nullable=False, comment="the intake up to which was counted"),
    Column("skus", Integer, nullable=False, comment="whose available is below 0"),
    Column("worst", Text, nullable=False, comment="JSON: sku, available of the lowest"),
    Column("since", Instant, comment="from when on there were any"),
    Column("reading", Text, nullable=False, comment="digest of the configuration that the figures depend on"),
)

troubles = Table(
    "troubles",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("text", Text, nullable=False),
    comment="feeds whose remote could not be asked, the last time that somebody tried",
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", Text, primary_key=True, comment="host, process and a token: a daemon"),
    Column("at", Instant, nullable=False, comment="wall clock, when it last looked around"),
)

retention = Table(
    "retention",
    metadata,
    Column("kept_from", Instant, nullable=False, comment="what only earlier days need was removed by gc"),
)

locks = Table(
    "locks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False, comment="host, process and a token"),
    Column("expires_at", Instant, nullable=False, comment="wall clock"),
)
