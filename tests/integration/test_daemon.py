"""The daemon as a real process: carts at their own times, whatever happens to one of them or to the daemon itself."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

FERRY = "import sys; sys.argv[0] = 'stockferry'; from batch.cli import main; main()"
CART = """
[merchants.acme.carts.{name}]
remote = "{remote}"
path = "{name}"
file_name = "{{number:04}}.csv"
format = "csv"
send = "full"
schedule = {{ every = "1s" }}
"""


@dataclass(frozen=True)
class Shop:
    """A workshop whose daemons are real processes."""

    workshop: Shop
    processes: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.workshop, name)


@contextmanager
def new_daemon(shop: Shop) -> Iterator[subprocess.Popen[str]]:
    """As a service starts it: whatever it needs it imports when it is needed, in whatever thread."""
    command = [sys.executable, "-u", "-c", FERRY, "-c", str(shop.folder / "stockferry.toml"), "schedule"]
    log = (shop.folder / "daemon.log").open("a")
    with log, subprocess.Popen(command, stdout=log, stderr=log, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def daemon(shop: Shop, *words: str) -> Iterator[Any]:
    """`stockferry schedule`; killed at the end if it has not been stopped."""
    configuration = shop.folder / "stockferry.toml"
    process = shop.processes.start("-c", configuration, "schedule", *words, said=shop.folder / "daemon.log")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def said(shop: Shop) -> str:
    return (shop.folder / "daemon.log").read_text()


def until(holds: Callable[[], bool], shop: Shop) -> None:
    """Waits for something that the daemon does."""
    done = threading.Event()
    for _ in range(3000):
        if holds():
            return
        done.wait(0.02)
    pytest.fail(f"it did not come about: {said(shop)[-3000:]}")


def slots(shop: Shop, cart: str) -> list[tuple[str, str]]:
    """Slot and status of every run that had one, in order."""
    path = shop.folder / "state/ledger.sqlite"
    if not path.exists():
        return []
    with closing(sqlite3.connect(path, timeout=30)) as ledger:
        query = "SELECT slot, status FROM runs WHERE cart = ? AND slot IS NOT NULL ORDER BY id"
        try:
            return ledger.execute(query, (cart,)).fetchall()
        except sqlite3.OperationalError:  # its tables are being made
            return []


def sent(shop: Shop, cart: str) -> int:
    return sum(status == "sent" for _, status in slots(shop, cart))


@pytest.fixture
def shop(workshop: Shop, processes: Any) -> Shop:
    path = workshop.folder / "stockferry.toml"
    head = path.read_text().split("[merchants.acme.carts.front]")[0]
    path.write_text(head + "".join(CART.format(name=name, remote="shop") for name in ("front", "other")))
    (workshop.folder / "shop/other").mkdir()
    workshop.put("wms/INV_1.csv", "SKU,QTY,AS_OF\nA,5,2026-11-20T09:00:00Z\n")
    return Shop(workshop, processes)


def test_each_cart_runs_when_it_is_due_until_somebody_stops_the_daemon(shop: Shop) -> None:
    with new_daemon(shop) as process:
        until(lambda: sent(shop, "front") >= 3 and sent(shop, "other") >= 3, shop)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert "2 carts by their schedules" in said(shop)
    assert said(shop).rstrip().endswith("stopped")
    for cart in ("front", "other"):
        taken = [slot for slot, _ in slots(shop, cart)]
        assert taken == sorted(set(taken))
        assert len(shop.sent(cart)) == len(taken)
    assert [row["status"] for row in shop.ferry("files", "--json").json] == ["applied"]


def test_the_log_is_json_if_wanted_and_says_what_each_line_is_about(shop: Shop) -> None:
    with daemon(shop, "--json") as process:
        until(lambda: sent(shop, "front") >= 2, shop)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    lines = [json.loads(line) for line in said(shop).splitlines()]
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    about = [(line["merchant"], line["cart"], line["run"]) for line in lines if line.get("cart") == "front"]
    assert about
    assert all(merchant == "acme" and run for merchant, _, run in about)
    assert [line["merchant"] for line in lines if line.get("file") == "INV_1.csv"] == ["acme"]


def test_healthy_tells_whether_the_daemon_is_there(shop: Shop) -> None:
    done = shop.ferry("healthy")
    assert (done.code, "no daemon has ever run here" in done.out) == (1, True)
    with daemon(shop) as process:
        until(lambda: sent(shop, "front") >= 1, shop)
        done = shop.ferry("healthy")
        assert done.code == 0
        assert f"the daemon (process {process.pid} on" in done.out
        late = shop.ferry("healthy", "--now", "2100-01-01T00:00:00Z")
        assert (late.code, "more than 60 s ago" in late.out) == (1, True)
        process.kill()
        process.wait()
    gone = shop.ferry("healthy")
    assert (gone.code, "and is gone" in gone.out) == (1, True)


def test_a_killed_daemon_takes_no_slot_twice_and_what_was_missed_is_one(shop: Shop) -> None:
    for _ in range(2):
        with daemon(shop) as process:
            before = sent(shop, "front")
            until(lambda before=before: sent(shop, "front") >= before + 2, shop)  # type: ignore[misc]
            process.kill()
            process.wait()
    with daemon(shop) as process:
        before = sent(shop, "front")
        until(lambda: sent(shop, "front") > before, shop)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    taken = [slot for slot, _ in slots(shop, "front")]
    assert taken == sorted(set(taken))
    assert list(shop.sent("front")) == [f"{number:04}.csv" for number in range(1, len(taken) + 1)]
    assert shop.ferry("verify").code == 0


def test_two_daemons_on_one_state_folder_take_each_slot_once(shop: Shop) -> None:
    with daemon(shop) as one, daemon(shop) as other:
        until(lambda: sent(shop, "front") >= 5 and sent(shop, "other") >= 5, shop)
        with daemon(shop) as third:
            until(lambda: "another daemon (process" in said(shop), shop)
            third.kill()
            third.wait()
        for process in (one, other):
            process.send_signal(signal.SIGTERM)
        assert [one.wait(30), other.wait(30)] == [0, 0]
    for cart in ("front", "other"):
        taken = slots(shop, cart)
        assert len(taken) == len({slot for slot, _ in taken})
        assert {status for _, status in taken[:-2]} == {"sent"}  # either may be stopped before it uploads
        assert len(shop.sent(cart)) == sent(shop, cart)


def test_a_bad_configuration_is_not_taken_over_and_a_good_one_is(shop: Shop) -> None:
    path = shop.folder / "stockferry.toml"
    good = path.read_text()
    with daemon(shop) as process:
        until(lambda: sent(shop, "front") >= 1, shop)
        path.write_text(good.replace("every", "evry"))
        until(lambda: "the daemon goes on with the configuration it has" in said(shop), shop)
        path.write_text(good.replace('name = "Test"', 'name = "Test"\nstate = "/proc/nope"'))
        until(lambda: "state folder /proc/nope" in said(shop), shop)
        before = sent(shop, "front")
        until(lambda: sent(shop, "front") > before + 1, shop)
        (shop.folder / "shop/third").mkdir()
        path.write_text(good + CART.format(name="third", remote="shop"))
        process.send_signal(signal.SIGHUP)
        until(lambda: sent(shop, "third") >= 1, shop)
        assert "stockferry.toml: taken over" in said(shop)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.sshd
def test_a_partner_that_stalls_delays_nobody_else(
    shop: Shop, sshd: Any, fault_proxy: Callable[..., Any]
) -> None:
    proxy = fault_proxy(sshd.port, stall_after=1500, direction="up", times=100)
    settings = {**sshd.settings(shop.folder / "far", port=proxy.port), "timeout": "5m"}
    remote = "\n".join(
        ["[remotes.far]", *(f"{key} = {json.dumps(value)}" for key, value in settings.items())]
    )
    path = shop.folder / "stockferry.toml"
    path.write_text(f"{path.read_text()}\n{remote}\n{CART.format(name='slow', remote='far')}")
    with daemon(shop) as process:
        until(lambda: proxy.fired >= 1, shop)
        before = sent(shop, "front"), sent(shop, "other")
        until(lambda: sent(shop, "front") >= before[0] + 5 and sent(shop, "other") >= before[1] + 5, shop)
        assert sent(shop, "slow") == 0
        assert len(slots(shop, "slow")) == 1  # still going: it is not begun twice
        assert proxy.fired == 1
        process.send_signal(signal.SIGTERM)
        until(lambda: "once more stops at once" in said(shop), shop)
        assert process.poll() is None  # it waits for the file in hand
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 143


def test_the_daemon_tells_a_condition_once_and_that_it_is_over_once(
    shop: Shop,
) -> None:
    for name in ("front", "other"):
        folder = shop.folder / "shop" / name
        folder.rename(shop.folder / f"{name}-away")
        folder.write_text("no folder")
    for _ in range(2):
        with daemon(shop) as process:
            until(lambda: len(slots(shop, "front")) >= 1 and "cart acme/front is failed" in said(shop), shop)
            process.kill()
            process.wait()
    for name in ("front", "other"):
        folder = shop.folder / "shop" / name
        folder.unlink()
        (shop.folder / f"{name}-away").rename(folder)
    with daemon(shop) as process:
        until(lambda: "cart acme/front is failed no longer" in said(shop), shop)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert said(shop).count("cart acme/front is failed: ") == 1
    assert said(shop).count("cart acme/front is failed no longer") == 1


def test_without_a_schedule_there_is_nothing_to_do(workshop: Shop) -> None:
    done = workshop.ferry("schedule")
    assert done.code == 2
    assert "no cart has a schedule" in done.err


def test_slots_shows_what_is_due_next(shop: Shop) -> None:
    path = shop.folder / "stockferry.toml"
    path.write_text(
        path.read_text().replace('{ every = "1s" }', '{ at = ["06:00"], timezone = "Europe/Berlin" }', 1)
    )
    now = ("--now", "2026-11-20T12:00:30.5Z")
    rows = {row["cart"]: row for row in shop.ferry("slots", "--json", *now).json}
    assert rows["front"]["next"] == "2026-11-21T05:00:00Z"
    assert rows["other"]["next"] == "2026-11-20T12:00:31Z"
    assert "Sat 06:00:00 CET" in shop.ferry("slots", *now).out


def test_metrics_are_answered_in_the_form_that_prometheus_reads(shop: Shop) -> None:
    with daemon(shop, "--metrics", "127.0.0.1:0") as process:
        until(lambda: sent(shop, "front") >= 2 and "/metrics" in said(shop), shop)
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+/metrics", said(shop))
        found: dict[str, float] = {}

        def complete() -> bool:
            with urllib.request.urlopen(url, timeout=30) as answer:
                text = answer.read().decode()
            found.update(
                {
                    f"{each.name} {sorted(each.labels.values())}": each.value
                    for family in parsed(text)
                    for each in family.samples
                }
            )
            counted = (
                "stockferry_runs_total ['acme', 'front', 'sent']",
                "stockferry_slot_delay_seconds_count []",
            )
            told = all(found.get(name, 0) >= 2 for name in counted)
            return told and found.get("stockferry_cart_behind ['acme', 'front']") == 0

        until(complete, shop)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert found["stockferry_files_total ['acme', 'applied', 'inventory', 'inventory']"] == 1
    assert found["stockferry_rows_total ['acme', 'applied', 'inventory', 'inventory']"] == 1
    assert found["stockferry_runs_total ['acme', 'front', 'sent']"] >= 2
    assert found["stockferry_conditions ['late']"] == 0
    assert found["stockferry_slot_delay_seconds_count []"] >= 2
    assert found["stockferry_feed_last_file_timestamp_seconds ['acme', 'inventory', 'inventory']"] > 1.7e9


def test_an_address_for_metrics_that_cannot_be_had_is_a_sentence(shop: Shop) -> None:
    for address, sentence in (("9464", "such as 127.0.0.1:9464"), ("192.0.2.1:9464", "give another address")):
        done = shop.ferry("schedule", "--metrics", address)
        assert (done.code, sentence in done.err) == (2, True), done.err


def test_the_daemon_tells_people_and_tidies_up_by_itself(shop: Shop) -> None:
    path = shop.folder / "stockferry.toml"
    (shop.folder / "note.py").write_text("import sys; open('told.json', 'w').write(sys.stdin.read())")
    command = json.dumps([sys.executable, "note.py"])
    path.write_text(f'{path.read_text()}\n[[alerts]]\nname = "ops"\ncommand = {command}\n')
    front = shop.folder / "shop/front"
    front.rmdir()
    front.write_text("no folder")
    with daemon(shop) as process:
        until(lambda: "alerts ops: told of 1 conditions" in said(shop), shop)
        until(lambda: "gc: 0 files of the archive" in said(shop), shop)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert json.loads((shop.folder / "told.json").read_text())["title"] == "Test: cart acme/front is failed"
