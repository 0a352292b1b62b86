"""People are told what is amiss, once, by the routes of the configuration: a command, and a real web hook by Apprise."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

ROWS = "SKU,QTY,AS_OF\nA,5,2026-11-20T09:00:00Z\n"
NOTES = """
import json, sys
with open("told.jsonl", "a") as notes:
    notes.write(json.dumps(json.load(sys.stdin)) + "\\n")
"""
SECRET = "open-sesame-7"
APPRISE = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # its own use of it


def with_route(shop: Any, text: str) -> None:
    path = shop.folder / "stockferry.toml"
    path.write_text(f"{path.read_text()}\n[[alerts]]\n{text}\n")


def told(shop: Any) -> list[dict[str, Any]]:
    path = shop.folder / "told.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def command(*words: str) -> str:
    return f"command = {json.dumps([sys.executable, *words])}"


def broken(shop: Any, *, reason: str = "no folder") -> Path:
    """The cart's folder is a file: nothing can be put there."""
    folder: Path = shop.folder / "shop/front"
    folder.rename(shop.folder / "away")
    folder.write_text(reason)
    return folder


def mend(shop: Any) -> None:
    folder = shop.folder / "shop/front"
    folder.unlink()
    (shop.folder / "away").rename(folder)


@pytest.fixture
def shop(workshop: Any) -> Any:
    (workshop.folder / "note.py").write_text(NOTES)
    with_route(workshop, f'name = "ops"\ndigest = "0s"\n{command("note.py")}')
    workshop.put("wms/INV_1.csv", ROWS)
    return workshop


def test_a_condition_is_told_when_it_begins_and_when_it_is_over_each_once(shop: Any) -> None:
    broken(shop)
    shop.run()
    assert shop.ferry("alert").code == 0
    assert shop.ferry("alert").out == "nothing new to tell\n"
    mend(shop)
    shop.run()
    shop.ferry("alert")
    begun, over = told(shop)
    assert begun["title"] == "Test: cart acme/front is failed"
    assert [(each["turn"], each["kind"], each["merchant"]) for each in begun["conditions"]] == [
        ("begun", "failed", "acme")
    ]
    assert over["title"] == "Test: cart acme/front is failed no longer"


def test_what_cannot_be_told_is_said_kept_and_told_later(shop: Any) -> None:
    (shop.folder / "note.py").write_text(
        "import sys; print('the line is dead', file=sys.stderr); sys.exit(3)"
    )
    broken(shop)
    shop.run()
    done = shop.ferry("alert")
    assert done.code == 1
    assert "ended with 3: the line is dead" in done.out
    (shop.folder / "note.py").write_text(NOTES)
    assert shop.ferry("alert").out == "nothing new to tell\n"  # not at once again
    waited = shop.folder / "state/ledger.sqlite"
    with sqlite3.connect(waited) as ledger:  # as if that were long ago
        ledger.execute("UPDATE routes SET tried_at = '2026-01-01T00:00:00.000000Z'")
    assert shop.ferry("alert").code == 0
    assert [each["title"] for each in told(shop)] == ["Test: cart acme/front is failed"]


def test_a_route_of_one_merchant_hears_nothing_of_another(shop: Any) -> None:
    path = shop.folder / "stockferry.toml"
    text = path.read_text()
    other = text.split("[[merchants.acme.inventory]]")[1].split("[[alerts]]")[0]
    other = ("[[merchants.acme.inventory]]" + other).replace("merchants.acme", "merchants.globex")
    other = other.replace("front_", "globex_")
    path.write_text(
        text.replace("[[alerts]]", f"{other}\n[[alerts]]").replace('"ops"', '"ops"\nmerchants = ["globex"]')
    )
    broken(shop)
    shop.put("wms/INV_2.csv", "nothing of use\n")
    shop.run()
    shop.ferry("alert")
    subjects = [each["subject"] for message in told(shop) for each in message["conditions"]]
    assert subjects
    assert all("globex" in subject for subject in subjects)


def test_a_route_that_is_new_is_told_what_stands_already(shop: Any) -> None:
    broken(shop)
    shop.run()
    shop.ferry("alert")
    with_route(shop, f'name = "late"\ndigest = "0s"\n{command("note.py")}')
    shop.ferry("alert")
    assert [each["title"] for each in told(shop)] == ["Test: cart acme/front is failed"] * 2


def test_no_secret_is_told(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAR_PASSWORD", SECRET)
    path = shop.folder / "stockferry.toml"
    far = '[remotes.far]\nurl = "ftp://u@127.0.0.1:1"\ninsecure = true\npassword_env = "FAR_PASSWORD"\n'
    path.write_text(path.read_text().replace("[remotes.shop]", f"{far}\n[remotes.shop]"))
    shop.put(f"wms/INV_{SECRET}.csv", "of no use\n")  # a partner that has our password in a file's name
    shop.run()
    assert SECRET in shop.ferry("status").out
    assert shop.ferry("alert").code == 0
    assert SECRET not in (shop.folder / "told.jsonl").read_text()
    (message,) = told(shop)
    assert "INV_***.csv" in message["body"]
    assert "INV_***.csv" in message["conditions"][0]["text"]


class Hook(BaseHTTPRequestHandler):
    got: list[dict[str, Any]]

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[Any]:
    handler = type("Hook", (Hook,), {"got": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.got = handler.got  # type: ignore[attr-defined]
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@APPRISE
def test_a_web_hook_is_reached_by_apprise(workshop: Any, hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKS", f"json://ferry:{SECRET}@127.0.0.1:{hook.server_port}/x")
    with_route(workshop, 'name = "hook"\nurls_env = "HOOKS"')
    done = workshop.ferry("alert", "--test")
    assert (done.code, SECRET in done.out + done.err) == (0, False), done.err
    assert [each["title"] for each in hook.got] == ["Test: a test"]
    broken(workshop)
    workshop.put("wms/INV_1.csv", ROWS)
    workshop.run()
    workshop.ferry("alert")
    assert hook.got[1]["title"] == "Test: cart acme/front is failed"
    assert "is failed since" in hook.got[1]["message"]
    assert [each["type"] for each in hook.got] == ["info", "failure"]


@APPRISE
def test_an_address_that_is_not_reached_is_told_by_its_place_and_never_shown(
    workshop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOKS", f"json://ferry:{SECRET}@127.0.0.1:1/x nonsense")
    with_route(workshop, 'name = "hook"\nurls_env = "HOOKS"')
    done = workshop.ferry("alert", "--test", "--json")
    assert done.code == 1
    assert done.json[0]["problem"].startswith("address 1 (json), 2 (no address) of 2: not reached")
    assert SECRET not in done.out + done.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("alert", "--test", "--route", "opps"), "no route 'opps'; known: ops"),
        (("alert", "--route", "ops"), "--route goes with --test"),
    ],
)
def test_what_cannot_be_meant_is_refused(shop: Any, words: tuple[str, ...], sentence: str) -> None:
    done = shop.ferry(*words)
    assert (done.code, sentence in done.err) == (2, True)


def test_without_routes_there_is_nothing_to_tell(workshop: Any) -> None:
    done = workshop.ferry("alert")
    assert (done.code, "no route is configured" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("route", "problem"),
    [
        ('name = "a"', "alerts[0]   missing; urls_env"),
        ('name = "a"\nurls_env = "X"\ncommand = ["page"]', "either urls_env or command, not both"),
        ('name = "a"\ncommand = ["page"]\nmerchants = ["acne"]', "no such merchant"),
        ('name = "a"\ncommand = ["page"]\nkinds = ["layte"]', "alerts[0].kinds"),
        ('name = "a"\ncommand = ["p"]\nkinds = []', "alerts[0].kinds"),
        ('name = "a"\ncommand = []', "a program and its arguments"),
        (
            'name = "a"\ncommand = ["p"]\n[[alerts]]\nname = "a"\ncommand = ["p"]',
            "another route has this name",
        ),
    ],
)
def test_a_route_that_cannot_be_used_is_reported(workshop: Any, route: str, problem: str) -> None:
    with_route(workshop, route)
    done = workshop.ferry("check")
    assert (done.code, problem in done.err) == (2, True), done.err


@APPRISE
def test_one_dead_address_does_not_have_the_others_told_again(
    workshop: Any, hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOKS", f"json://127.0.0.1:{hook.server_port}/x\njson://127.0.0.1:1/x")
    with_route(workshop, 'name = "hook"\ndigest = "0s"\nurls_env = "HOOKS"')
    broken(workshop)
    workshop.put("wms/INV_1.csv", ROWS)
    workshop.run()
    done = workshop.ferry("alert")
    assert (done.code, "address 2 (json) of 2: not reached" in done.out) == (1, True)
    assert workshop.ferry("alert").out == "nothing new to tell\n"
    assert len(hook.got) == 1


def test_what_a_command_says_is_told_without_secrets_however_it_is_cut(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "p\xe4ssw\xf6rd-" + "x" * 190
    monkeypatch.setenv("FAR_PASSWORD", secret)
    path = shop.folder / "stockferry.toml"
    far = '[remotes.far]\nurl = "ftp://u@127.0.0.1:1"\ninsecure = true\npassword_env = "FAR_PASSWORD"\n'
    path.write_text(path.read_text().replace("[remotes.shop]", f"{far}\n[remotes.shop]"))
    words = "import os, sys; sys.stderr.buffer.write(b'no: ' + os.environb[b'FAR_PASSWORD']); sys.exit(1)"
    (shop.folder / "note.py").write_text(words)
    done = shop.ferry("alert", "--test", "--json")
    assert done.json[0]["problem"].endswith("ended with 1: no: ***")


def test_what_a_command_leaves_behind_is_not_waited_for(shop: Any) -> None:
    child = "[sys.executable, '-c', 'import threading; threading.Event().wait(60)']"
    words = f"import subprocess, sys; open('pid', 'w').write(str(subprocess.Popen({child}).pid))"
    (shop.folder / "note.py").write_text(words)
    assert shop.ferry("alert", "--test").code == 0
    os.kill(int((shop.folder / "pid").read_text()), signal.SIGKILL)  # it is still there


def test_one_merchants_damaged_table_silences_nobody(shop: Any) -> None:
    shop.run()
    for table in (shop.folder / "state/tables/acme").glob("*.parquet"):
        table.write_bytes(b"no table")
    with_route(shop, f'name = "late"\ndigest = "0s"\n{command("note.py")}')
    broken(shop)
    shop.put("wms/INV_2.csv", "nothing of use\n")
    shop.run(now="2026-11-20T13:00:00Z")
    with sqlite3.connect(shop.folder / "state/ledger.sqlite") as ledger:
        ledger.execute("DELETE FROM oversold")  # as if the run had been killed before it counted
    done = shop.ferry("alert")
    assert "merchant acme: oversold SKUs cannot be counted" in done.err
    assert told(shop)
