"""What the shell is told: 0 done, 1 done but, 2 did not start, 3 busy, 4 damaged ledger, 130/143 stopped."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from batch.ledger.locks import started

LEVELS = "SKU,QTY,AS_OF\nA-1,12,2026-11-20T09:00:00Z\n"


def ledger_of(workshop: Any) -> Path:
    return workshop.folder / "state" / "ledger.sqlite"


def query(workshop: Any, sql: str, *values: object) -> list[Any]:
    with closing(sqlite3.connect(ledger_of(workshop))) as connection, connection:
        return connection.execute(sql, values).fetchall()


def until(true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it never came to that")


def test_nothing_to_do_is_0(workshop: Any) -> None:
    assert workshop.ferry("run").code == 0


@pytest.mark.parametrize(
    "words",
    [("run", "--cart", "nobody"), ("run", "--merchant", "nobody"), ("run", "--now", "noon"), ("explode",)],
    ids=" ".join,
)
def test_a_command_that_cannot_be_meant_is_2(workshop: Any, words: tuple[str, ...]) -> None:
    done = workshop.ferry(*words)
    assert done.code == 2
    assert done.err


def test_a_wrong_configuration_is_2_and_touches_nothing(workshop: Any) -> None:
    workshop.configure("[account]\nnaem = 'x'\n")
    done = workshop.ferry("run")
    assert done.code == 2
    assert 'did you mean "name"?' in done.err
    assert not ledger_of(workshop).exists()


def test_a_remote_that_cannot_be_reached_is_1_and_the_carts_are_synced_all_the_same(workshop: Any) -> None:
    workshop.put("wms/INV_1.csv", LEVELS)
    (workshop.folder / "shop/orders").rmdir()
    done = workshop.ferry("run", "--json")
    assert done.code == 1
    assert [cart["status"] for cart in done.json["carts"]] == ["sent"]
    assert done.json["problems"][0]["where"] == "feed acme/web"


def test_a_cart_that_another_process_works_on_is_3(workshop: Any) -> None:
    workshop.ferry("run")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        owner = f"{socket.gethostname()} {other.pid} {started(other.pid)}"
        query(
            workshop,
            "INSERT INTO locks VALUES (?, ?, ?)",
            "cart acme/front",
            owner,
            "2999-01-01T00:00:00.000000Z",
        )
        done = workshop.ferry("run")
        other.communicate(b"\n")
    assert done.code == 3
    assert str(other.pid) in done.err
    assert workshop.ferry("run").code == 0, "the lock of a process that is gone holds nobody up"


def test_a_lock_of_another_host_is_free_when_its_lease_is_over(workshop: Any) -> None:
    workshop.ferry("run")
    for expires, code in (("2999-01-01", 3), ("2020-01-01", 0)):
        query(workshop, "DELETE FROM locks")
        stamp = f"{expires}T00:00:00.000000Z"
        query(workshop, "INSERT INTO locks VALUES (?, ?, ?)", "intake acme", "elsewhere 1 00000000", stamp)
        assert workshop.ferry("run").code == code


@pytest.mark.parametrize("damage", ["garbage", "newer", "foreign"])
def test_a_ledger_that_cannot_be_trusted_is_4_and_is_left_alone(workshop: Any, damage: str) -> None:
    workshop.ferry("run")
    workshop.put("wms/INV_1.csv", LEVELS)
    if damage == "garbage":
        ledger_of(workshop).write_bytes(b"not a database, not a database, not a database" * 100)
    elif damage == "newer":
        query(workshop, "UPDATE schema_version SET version = 99")
    else:
        query(workshop, "DROP TABLE schema_version")
    before = ledger_of(workshop).read_bytes()
    done = workshop.ferry("run")
    assert done.code == 4
    assert "Traceback" not in done.err
    assert ledger_of(workshop).read_bytes() == before
    assert workshop.sent("front") == {}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_stops_it_and_the_next_run_goes_on(workshop: Any, number: signal.Signals, code: int) -> None:
    text = (workshop.folder / "stockferry.toml").read_text()
    waiting = text.replace('ready = "rename"', 'ready = "stable"\nsettle = "1h"', 1)
    workshop.configure(waiting)
    workshop.put("wms/INV_1.csv", LEVELS)
    command = [sys.executable, "-c", "from batch.cli import main; main()", "-c", "stockferry.toml", "run"]
    with subprocess.Popen(
        command, cwd=workshop.folder, stderr=subprocess.PIPE, env=dict(os.environ)
    ) as child:
        until(lambda: ledger_of(workshop).exists() and bool(_sightings(workshop)))
        child.send_signal(number)
        _, err = child.communicate(timeout=20)
    assert child.returncode == code
    assert b"Traceback" not in err
    workshop.configure(text)
    assert [cart["status"] for cart in workshop.run()["carts"]] == ["sent"]


def _sightings(workshop: Any) -> list[Any]:
    try:
        return query(workshop, "SELECT * FROM sightings")
    except sqlite3.OperationalError:
        return []
