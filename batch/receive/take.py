"""One file: fetched, archived, read, recorded; only then is the original moved or deleted."""

from __future__ import annotations

import hashlib
import itertools
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from batch.beside import BYTES_OF_A_ROW, WORTH_A_THREAD, beside
from batch.config import AckFeed, InventoryFeed, OrderFeed
from batch.context import Context
from batch.counts import Counts
from batch.errors import FileRefused, RemoteError
from batch.ledger import files
from batch.ledger.files import FeedKey, FileRecord, LedgerRow
from batch.receive import look
from batch.receive.unpack import unpacked
from batch.remotes.contract import Entry, Remote
from batch.remotes.fetch import fetch
from batch.remotes.names import join
from batch.spare import give_back

if TYPE_CHECKING:
    from batch.receive.read import Understood

RowFeed: TypeAlias = InventoryFeed | OrderFeed
AnyFeed: TypeAlias = RowFeed | AckFeed
F_co = TypeVar("F_co", bound=AnyFeed, covariant=True)

READING = "batch.receive.record"
"""The last module that is imported for files to be read and recorded."""


@dataclass(frozen=True, kw_only=True)
class FeedOfCycle(Generic[F_co]):
    """A feed as a cycle meets it. `merchants`: code → merchant id ("" for a merchant's own feed)."""

    key: FeedKey
    feed: F_co
    merchants: Mapping[str, str]


def reading_of(feed: AnyFeed) -> str:
    """A digest of how the feed's files are read: with another one, a file that was of no use may be of use."""
    read = feed if isinstance(feed, AckFeed) else feed.model_copy(update={"expect": None})
    return hashlib.sha256(repr(read).encode()).hexdigest()[:16]


class Arrived(Generic[F_co]):
    """A file whose bytes are in the archive, and that has not been recorded yet.

    What it says is read once, by whoever asks first; its bytes are let go then.
    """

    def __init__(self, *, of: FeedOfCycle[F_co], file: FileRecord, data: bytes) -> None:
        self.of, self.file = of, file
        self._bytes = [data]
        self._understood: Understood | None = None
        self._refusal = ""

    @property
    def rows(self) -> int:
        """How many there are, about."""
        return self.file.entry.size // BYTES_OF_A_ROW

    def read(self) -> None:
        """Reads and conforms it, if it has rows."""
        if isinstance(self.of.feed, AckFeed) or not self._bytes:
            return
        from batch.receive.read import understand

        try:
            self._understood = understand(self._bytes.pop(), self.of.feed, self.file.entry, self.of.merchants)
        except FileRefused as error:
            self._refusal = str(error)  # the error itself would hold on to the bytes
        give_back(self.rows)

    @property
    def understood(self) -> Understood:
        """Its rows.

        Raises:
            FileRefused: the file as a whole cannot be used.
        """
        self.read()
        if self._understood is None:
            raise FileRefused(self._refusal)
        return self._understood

    @property
    def unpacked(self) -> bytes:
        """Its bytes, for a feed without rows.

        Raises:
            FileRefused: what is packed in it is damaged or too large.
        """
        return unpacked(self._bytes[0], self.of.feed.max_size)


def bring(context: Context, of: FeedOfCycle[AnyFeed], entry: Entry) -> Arrived[AnyFeed]:
    """Fetches a file and archives it.

    Raises:
        RemoteError: it could not be had, or not as it was listed.
        StoreError: it could not be kept.
    """
    path = join(of.feed.path, entry.name)
    with loading():
        data = context.remotes.use(
            of.feed.remote, lambda remote: fetch(remote, path, entry, max_size=of.feed.max_size)
        )
        sha256 = context.archive.put(data)
    file = FileRecord(
        feed=of.key,
        remote=of.feed.remote,
        path=path,
        entry=entry,
        sha256=sha256,
        received_at=context.clock.now(),
        status="applied",
        counts=Counts(),
        after_done=of.feed.after.kind == "keep",
        answer_due=not isinstance(of.feed, AckFeed) and of.feed.acknowledge,
        reading=reading_of(of.feed),
    )
    return Arrived(of=of, file=file, data=data)


def loading() -> AbstractContextManager[object]:
    """While it lasts, what files are read with is imported in a thread, unless it has been: the caller waits for something else.

    It takes about as long as a large file takes to be fetched and archived, or a small one of a partner far away.
    """
    return beside(_load_reading, 0 if READING in sys.modules else WORTH_A_THREAD)


def _load_reading() -> None:
    import pyarrow.parquet  # noqa: F401 - loaded, not used

    import batch.receive.read
    import batch.receive.record  # noqa: F401 - loaded, not used


def take_in(context: Context, arrived: Arrived[AnyFeed]) -> FileRecord:
    """Records a file that has been archived; only then its original is moved or deleted. Returns what was recorded."""
    of, entry = arrived.of, arrived.file.entry
    written = _record(context, arrived)
    if not written.after_done:
        with context.ledger.read() as connection:
            row = files.known(connection, of.key, [entry.name])[look.version(entry)]
        tidy(context, of, entry, row.id)
    return written


def take_again(context: Context, of: FeedOfCycle[AnyFeed], row: LedgerRow) -> FileRecord:
    """Takes a file up again that was quarantined or discarded, from the archive, as the feed is configured now.

    `row`: the file's row, which stays as it is; what becomes of it now is recorded beside it.

    Raises:
        StoreError: the archive does not have it any more.
    """
    file = FileRecord(
        feed=of.key,
        remote=row.remote,
        path=row.path,
        entry=Entry(name=row.name, size=row.size, modified=row.modified),
        sha256=row.sha256,
        received_at=context.clock.now(),
        status="applied",
        counts=Counts(),
        after_done=row.after_done,
        answer_due=not isinstance(of.feed, AckFeed) and of.feed.acknowledge,
        reading=reading_of(of.feed),
    )
    return _record(context, Arrived(of=of, file=file, data=context.archive.get(row.sha256)))


def read_ahead(context: Context, arrived: Arrived[AnyFeed]) -> None:
    """Reads a file before its turn, unless what it states is recorded already."""
    with suppress(FileRefused):  # said in its turn
        if _earlier(context, arrived) is None:
            arrived.read()


def _earlier(context: Context, arrived: Arrived[AnyFeed]) -> LedgerRow | None:
    """The file by which the same statement is recorded already."""
    from batch.receive.read import listed_as_of

    of, file = arrived.of, arrived.file
    as_of = listed_as_of(of.feed, file.entry)
    with context.ledger.read() as connection:
        return files.same_statement(connection, of.key, file.sha256, as_of)


def _record(context: Context, arrived: Arrived[AnyFeed]) -> FileRecord:
    from batch.receive.record import record, record_unapplied

    of, file = arrived.of, arrived.file
    try:
        earlier = _earlier(context, arrived)
        if earlier is not None:
            return record_unapplied(context, _duplicate(file, earlier))
        if isinstance(of.feed, AckFeed):
            from batch.receive import acks

            return acks.record(context, file, arrived.unpacked)
        understood = arrived.understood
    except FileRefused as error:
        return record_unapplied(context, replace(file, status="quarantined", reason=str(error)))
    return record(context, replace(file, warnings=understood.warnings), understood, of.feed)


def _duplicate(file: FileRecord, earlier: Any) -> FileRecord:
    return replace(
        file,
        status="duplicate",
        reason=f"the same bytes as {earlier.name}, received {earlier.received_at:%Y-%m-%d %H:%M:%S} UTC",
        counts=Counts(rows=earlier.rows, duplicate=earlier.rows),
        as_of=earlier.as_of,
    )


def tidy(context: Context, of: FeedOfCycle[AnyFeed], entry: Entry, file: int) -> None:
    """Moves or deletes the original of a recorded file, as the feed says. A failure is tried again next time."""
    if context.dry_run:
        return
    try:
        context.remotes.use(of.feed.remote, lambda remote: _put_away(remote, of.feed, entry))
    except RemoteError as error:
        context.warn(f"feed {of.key.title}: {entry.name} is recorded, but stays where it was: {error}")
        return
    with context.ledger.write() as connection:
        files.after_done(connection, file)


def _put_away(remote: Remote, feed: AnyFeed, entry: Entry) -> None:
    path = join(feed.path, entry.name)
    if remote.stat(path) != entry:
        return  # gone, or another file by now: that one will be taken in its turn
    if feed.after.folder is None:
        remote.remove(path)
        return
    folder = join(feed.path, feed.after.folder)
    remote.make_folder(folder)
    remote.rename(path, _free_name(remote, join(folder, entry.name)))


def _free_name(remote: Remote, path: str) -> str:
    """The name, or with a number behind it if an earlier original has it."""
    names = itertools.chain([path], (f"{path}.{number}" for number in itertools.count(2)))
    return next(name for name in names if remote.stat(name) is None)
