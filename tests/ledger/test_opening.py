"""A ledger may be opened by several processes at the very moment that it comes to be, and shared by threads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from batch.errors import StoreError
from batch.ledger import heartbeats, runs
from batch.ledger.engine import open_ledger
from batch.ledger.locks import this_process

OPENER = """
import sys
from pathlib import Path
from batch.ledger.engine import open_ledger
print("there", flush=True)
for line in sys.stdin:
    try:
        open_ledger(Path(line.strip())).close()
        print("opened", flush=True)
    except Exception as error:
        print(error, flush=True)
"""
PROCESSES, LEDGERS, THREADS, TURNS = 4, 25, 16, 20


@contextmanager
def opener() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", OPENER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_processes_that_open_a_new_ledger_at_once_all_get_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        openers = [stack.enter_context(opener()) for _ in range(PROCESSES)]
        assert [answer(each) for each in openers] == ["there"] * PROCESSES
        for number in range(LEDGERS):
            for each in openers:
                assert each.stdin is not None
                each.stdin.write(f"{tmp_path / str(number)}.sqlite\n")
                each.stdin.flush()
            assert [answer(each) for each in openers] == ["opened"] * PROCESSES


def test_threads_share_a_ledger_and_each_write_is_there_once(tmp_path: Path) -> None:
    with closing(open_ledger(tmp_path / "ledger.sqlite")) as ledger:

        def count(_: int) -> None:
            for _ in range(TURNS):
                with ledger.write() as connection:
                    runs.take_numbers(connection, "s", runs.next_number(connection, "s"), 1)

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(count, range(THREADS)))
        with ledger.read() as connection:
            assert runs.next_number(connection, "s") == THREADS * TURNS + 1


def test_one_that_has_been_closed_serves_who_still_has_it(tmp_path: Path) -> None:
    ledger, now = open_ledger(tmp_path / "ledger.sqlite"), datetime(2026, 11, 20, 12, tzinfo=UTC)
    ledger.close()
    with ledger.write() as connection:
        heartbeats.beat(connection, this_process(), now)
    ledger.close()
    with closing(open_ledger(ledger.path)) as again, again.write() as connection:
        last = heartbeats.latest(connection)
        assert last is not None
        assert now - last.at < timedelta(seconds=1)


def test_what_was_begun_with_a_ledger_is_not_written_into_one_that_took_its_place(tmp_path: Path) -> None:
    path, other = tmp_path / "ledger.sqlite", tmp_path / "other.sqlite"
    with closing(open_ledger(path)) as ledger:
        open_ledger(other).close()
        ledger.close()
        other.replace(path)
        assert ledger.replaced
        with (
            pytest.raises(StoreError, match="another file has taken its place"),
            ledger.write() as connection,
        ):
            runs.take_numbers(connection, "s", 1, 1)
    with closing(open_ledger(path)) as restored, restored.read() as connection:
        assert runs.next_number(connection, "s") == 1
