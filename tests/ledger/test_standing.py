"""What the ledger says of a cart at once, and how numbers are taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from batch.ledger import outbox, runs
from batch.ledger.engine import open_ledger
from batch.ledger.schema import files, holds, intakes, numbers, watermarks
from batch.ledger.schema import runs as runs_table
from batch.ledger.standing import Known, Watermark, known_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KINDS = {"r": "inventory", "c": "inventory", "o": "orders"}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    ledger = open_ledger(tmp_path / "ledger.sqlite")
    with ledger.write() as connection:
        yield connection
    ledger.close()


def took_in(connection: Connection, merchant: str, reported: str) -> None:
    """An intake per letter: `r` reported inventory, `o` brought order lines, `c` confirmed what was 0 alone."""
    counts = dict.fromkeys(("rows", "applied", "older", "duplicate", "ignored", "rejected", "size"), 0)
    texts = dict.fromkeys(
        ("feed", "kind", "feed_name", "remote", "path", "name", "sha256", "status", "reading"), ""
    )
    times = dict.fromkeys(("modified", "received_at"), NOW)
    for seq, letter in enumerate(reported, start=1):
        flags = {"after_done": True, "answer_due": False}
        file = connection.execute(
            insert(files).values(**counts, **texts | {"kind": KINDS[letter]}, **times, **flags)
        ).inserted_primary_key[0]
        values = {
            "merchant": merchant,
            "seq": seq,
            "file": file,
            "reported": letter == "r",
            "recorded_at": NOW,
        }
        connection.execute(insert(intakes).values(**values))


def was_told(connection: Connection, cart: str, seq: int, repeated: int | None = None) -> None:
    record = runs.RunRecord(
        merchant="acme",
        cart=cart,
        now=NOW,
        status="sent",
        complete=True,
        since=0,
        seq=seq,
        configuration="",
        version="",
    )
    run = runs.record_run(connection, record)
    values = {
        "merchant": "acme",
        "cart": cart,
        "seq": seq,
        "run": run,
        "complete_at": NOW,
        "repeated": repeated,
    }
    connection.execute(insert(watermarks).values(**values))


def test_of_a_cart_that_nobody_knows_nothing_is_known(connection: Connection) -> None:
    took_in(connection, "globex", "r")
    assert known_of(connection, "acme", "front", "s") == Known(
        mark=None, seq=0, reported=False, ordered=False, number=1, released=False
    )


@pytest.mark.parametrize(
    ("intakes", "told", "repeated", "news"),
    [
        ("r", None, None, "reported"),
        ("oo", None, None, "ordered"),
        ("ro", 2, None, ""),
        ("ro", 1, None, "ordered"),
        ("ror", 2, None, "reported"),
        ("rro", 3, 1, "reported ordered"),
        ("roo", 3, 1, "ordered"),
        ("rr", 1, 2, "reported"),
        ("rc", 1, None, ""),
        ("roc", 1, None, "ordered"),
    ],
)
def test_news_is_what_was_reported_or_ordered_after_what_the_cart_has_heard(
    connection: Connection, intakes: str, told: int | None, repeated: int | None, news: str
) -> None:
    took_in(connection, "acme", intakes)
    was_told(connection, "other", len(intakes))
    if told is not None:
        was_told(connection, "front", told, repeated)
    known = known_of(connection, "acme", "front", "s")
    assert known.seq == len(intakes)
    assert [name for name in ("reported", "ordered") if getattr(known, name)] == news.split()
    if told is not None:
        assert known.mark == Watermark(seq=told, complete_at=NOW, repeated=repeated)


@pytest.mark.parametrize(
    ("merchant", "cart", "status", "released"),
    [
        ("acme", "front", "released", True),
        ("acme", "front", "open", False),
        ("acme", "front", "done", False),
        ("acme", "other", "released", False),
        ("globex", "front", "released", False),
    ],
)
def test_a_hold_counts_when_it_is_released_and_the_carts_own(
    connection: Connection, merchant: str, cart: str, status: str, released: bool
) -> None:
    mine = {"merchant": merchant, "cart": cart, "status": status}
    connection.execute(insert(holds).values(**mine, reason="", movers="[]", created_at=NOW))
    assert known_of(connection, "acme", "front", "s").released == released


@pytest.mark.parametrize(
    ("last", "first", "count", "then"),
    [
        (None, 1, 1, 1),
        (None, 1, 3, 3),
        (None, 2, 1, None),
        (4, 5, 2, 6),
        (4, 4, 1, None),
        (4, 6, 1, None),
        (4, 1, 1, None),
    ],
)
def test_numbers_are_taken_only_if_the_first_is_the_next(
    connection: Connection, last: int | None, first: int, count: int, then: int | None
) -> None:
    if last is not None:
        connection.execute(insert(numbers).values(series="s", last=last))
    connection.execute(insert(numbers).values(series="another", last=first - 1))
    assert runs.take_numbers(connection, "s", first, count) == (then is not None)
    assert runs.next_number(connection, "s") == (then or last or 0) + 1
    assert runs.next_number(connection, "another") == first


def test_a_run_is_finished_with_its_last_document(connection: Connection) -> None:
    record = runs.RunRecord(
        merchant="acme",
        cart="front",
        now=NOW,
        status="staged",
        complete=True,
        since=0,
        seq=7,
        configuration="",
        version="",
    )
    run = runs.record_run(connection, record)
    common = {"remote": "shop", "folder": "", "series": "s", "sha256": "", "size": 0, "lines": 0}
    first, second = (
        outbox.stage(
            connection,
            run=run,
            part=part,
            merchant="acme",
            cart="front",
            name=str(part),
            number=part,
            **common,
        )
        for part in (1, 2)
    )
    outbox.settle(connection, first.id, NOW, None, name="1")
    assert runs.finish(connection, run, NOW) is None
    assert known_of(connection, "acme", "front", "s").mark is None
    outbox.settle(connection, second.id, NOW, None, name="2")
    row = runs.finish(connection, run, NOW)
    assert row is not None
    assert (row.id, row.status, row.finished_at) == (run, "sent", NOW)
    assert row == runs.run_of(connection, run)
    assert known_of(connection, "acme", "front", "s").mark == Watermark(seq=7, complete_at=NOW)
    assert connection.execute(runs_table.select()).all() == [row]
