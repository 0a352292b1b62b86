"""Whatever breaks on the way: nothing lost, nothing doubled, and a sentence that says what to do.

One cycle pulls a file and sends a document over a server that fails in one way; the next one has a server that does not.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.sshd
Bare = Callable[[str], Any]

LEVELS = "SKU,QTY\n" + "".join(f"SKU-{n:05},{n % 50}\n" for n in range(20_000))
EXPECTED = LEVELS.replace("SKU,QTY", "sku,quantity")
NOW, LATER = "2026-11-20T12:00:00Z", "2026-11-20T12:15:00Z"


class Account:
    """An account whose warehouse and partner are on one SSH server, or behind what stands at its port."""

    def __init__(self, bare: Bare, server: Any) -> None:
        workshop = bare("")
        self.shop = type(workshop)(workshop.folder / f"account_{len(list(workshop.folder.iterdir()))}")
        for folder in ("wms", "out"):
            (self.shop.folder / folder).mkdir(parents=True)
        self.shop.put("wms/INV_1.csv", LEVELS)
        self.through(server)

    def through(
        self, server: Any, *, port: int | None = None, timeout: str = "30s", attempts: int = 1
    ) -> None:
        self.shop.configure(f"""
            [account]
            name = "Test"
            [remotes.there]
            url = "{server.url(self.shop.folder, port=port)}"
            key_file = "{server.key}"
            host_keys = ["{server.fingerprint}"]
            timeout = "{timeout}"
            connect_timeout = "{timeout}"
            attempts = {attempts}
            [[merchants.acme.inventory]]
            remote = "there"
            path = "wms"
            files = "INV_*.csv"
            format = "csv"
            ready = "rename"
            as_of = "modified"
            after = "move:done"
            columns = {{ sku = "SKU", quantity = "QTY" }}
            [merchants.acme.carts.front]
            remote = "there"
            path = "out"
            file_name = "stock_{{number:04}}.csv"
            format = "csv"
        """)

    def run(self, now: str) -> Any:
        done = self.shop.ferry("run", "--json", "--now", now)
        assert done.code in (0, 1), done.err
        assert "Traceback" not in done.err
        assert "defect" not in done.err
        for name, content in self.out().items():
            assert name.startswith(".") or content == EXPECTED, f"{name} is not whole"
        return done

    def out(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in (self.shop.folder / "out").iterdir()}

    def is_as_if_nothing_had_happened(self) -> None:
        assert self.out() == {"stock_0001.csv": EXPECTED}
        assert [path.name for path in (self.shop.folder / "wms").iterdir()] == ["done"]
        assert [path.name for path in (self.shop.folder / "wms" / "done").iterdir()] == ["INV_1.csv"]
        (file,) = self.shop.ferry("files", "--json").json
        assert (file["status"], file["rows"], file["applied"]) == ("applied", 20_000, 20_000)
        sent = [run for run in self.shop.ferry("runs", "--json").json if run["status"] == "sent"]
        assert [(run["document"], run["number"], run["lines"]) for run in sent] == [
            ("stock_0001.csv", 1, 20_000)
        ]


@pytest.fixture
def account(bare: Bare, sshd: Any) -> Account:
    return Account(bare, sshd)


def positions(total: int, count: int) -> list[int]:
    """So many places of a connection, first and almost last bytes among them: no two connections are of one length."""
    return sorted({0, total - 500, *(total * step // count for step in range(count))})


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_connection_cut_anywhere_loses_and_doubles_nothing(
    bare: Bare,
    sshd: Any,
    fault_proxy: Callable[..., Any],
    direction: str,
) -> None:
    whole = fault_proxy(sshd.port)
    account = Account(bare, sshd)
    account.through(sshd, port=whole.port)
    account.run(NOW)
    account.is_as_if_nothing_had_happened()
    failed = 0
    for cut_after in positions(whole.passed[direction], 10):
        proxy = fault_proxy(sshd.port, cut_after=cut_after, direction=direction)
        account = Account(bare, sshd)
        account.through(sshd, port=proxy.port)
        first = account.run(NOW)
        assert proxy.fired == 1, cut_after
        told = first.json
        failed += bool(told["problems"]) or [cart["status"] for cart in told["carts"]] != ["sent"]
        assert first.code == (1 if told["problems"] or "failed" in str(told["carts"]) else 0)
        account.through(sshd)
        account.run(LATER)
        account.run(LATER)
        account.is_as_if_nothing_had_happened()
    assert failed


def test_a_second_attempt_in_the_same_cycle_makes_it_good(
    account: Account, sshd: Any, fault_proxy: Callable[..., Any]
) -> None:
    proxy = fault_proxy(sshd.port, cut_after=200_000, direction="down")
    account.through(sshd, port=proxy.port, attempts=2)
    assert account.run(NOW).code == 0
    assert proxy.fired == 1
    account.is_as_if_nothing_had_happened()


@pytest.mark.parametrize(("direction", "stall_after"), [("down", 150_000), ("up", 150_000), ("down", 1000)])
def test_a_server_that_falls_silent_is_left_in_time(
    account: Account, sshd: Any, fault_proxy: Callable[..., Any], direction: str, stall_after: int
) -> None:
    proxy = fault_proxy(sshd.port, stall_after=stall_after, direction=direction)
    account.through(sshd, port=proxy.port, timeout="1s")
    done = account.run(NOW)
    assert proxy.fired == 1
    assert "no answer for 1 s" in done.err
    account.through(sshd)
    account.run(LATER)
    account.is_as_if_nothing_had_happened()


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ({"largest_file": 50_000}, "writing "),
        ({"sftp": "-P posix-rename,rename"}, "renaming "),
        ({"sftp": "-P open"}, "permission denied"),
        ({"sftp": "-R"}, "permission denied"),
    ],
    ids=["disk full", "no rename", "no open", "read only"],
)
def test_what_a_server_refuses_is_told_and_made_up_for_later(
    account: Account, start_sshd: Any, sshd: Any, server: dict[str, Any], said: str
) -> None:
    account.through(start_sshd(**server), attempts=3)
    done = account.run(NOW)
    assert done.code == 1
    assert said in done.err
    assert not [name for name in account.out() if not name.startswith(".")]
    account.through(sshd)
    account.run(LATER)
    account.run(LATER)
    account.is_as_if_nothing_had_happened()


def test_a_file_that_grows_while_it_is_read_is_taken_once_it_is_whole(
    account: Account, sshd: Any, fault_proxy: Callable[..., Any]
) -> None:
    account.shop.put("wms/INV_1.csv", LEVELS[:200_000])

    def grown() -> bool:
        if proxy.fired:
            account.shop.put("wms/INV_1.csv", LEVELS)
        return bool(proxy.fired)

    proxy = fault_proxy(sshd.port, stall_after=100_000, direction="down")
    proxy.release_when(grown)
    account.through(sshd, port=proxy.port, attempts=2)
    done = account.run(NOW)
    assert proxy.fired == 1
    assert "INV_1.csv' goes on after 200000 bytes; it is still being written" in done.err
    assert account.out() == {}
    account.run(LATER)
    account.is_as_if_nothing_had_happened()


@pytest.mark.parametrize("key", ["unknown", "changed"])
def test_a_host_key_that_is_not_pinned_moves_nothing_until_a_person_trusts_it(
    account: Account, sshd: Any, start_sshd: Any, key: str
) -> None:
    configuration = account.shop.folder / "stockferry.toml"
    text = configuration.read_text()
    pinned = start_sshd().fingerprint if key == "changed" else ""
    known = f'host_keys = ["{pinned}"]' if pinned else 'known_hosts = "known_hosts"'
    account.shop.put("known_hosts", "")
    configuration.write_text(text.replace(f'host_keys = ["{sshd.fingerprint}"]', known))
    done = account.run(NOW)
    assert done.code == 1
    for said in (sshd.fingerprint, pinned, "stockferry trust there"):
        assert said in done.err
    assert account.out() == {}
    assert account.shop.ferry("trust", "there", "--yes").code == 0
    account.run(LATER)
    account.is_as_if_nothing_had_happened()


def test_a_wrong_password_is_tried_once_and_never_shown(
    account: Account, sshd: Any, start_sshd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "not-the-password")
    server = start_sshd(options=("PasswordAuthentication yes",))
    account.through(server, attempts=3)
    configuration = account.shop.folder / "stockferry.toml"
    configuration.write_text(
        configuration.read_text().replace(f'key_file = "{server.key}"', 'password_env = "SHOP_PASSWORD"')
    )
    done = account.run(NOW)
    assert done.code == 1
    assert "refused the key or password" in done.err
    assert server.log.read_text().count("Failed password") == 1
    assert "not-the-password" not in done.out + done.err
    account.through(sshd)
    account.run(LATER)
    account.is_as_if_nothing_had_happened()


def test_a_broken_remote_does_not_keep_the_others_waiting(
    account: Account, sshd: Any, fault_proxy: Callable[..., Any]
) -> None:
    """The stalled partner is let go only once the other cart's document has arrived."""
    shop = account.shop
    proxy = fault_proxy(sshd.port, stall_after=3_000, direction="up")
    text = (shop.folder / "stockferry.toml").read_text()
    slow = text[text.index("[remotes.there]") : text.index("[[merchants")].replace(
        "[remotes.there]", "[remotes.slow]"
    )
    slow = slow.replace(f":{sshd.port}/", f":{proxy.port}/").replace("attempts = 1", "attempts = 2")
    cart = text[text.index("[merchants.acme.carts.front]") :]
    first = cart.replace("carts.front", "carts.aaa").replace('remote = "there"', 'remote = "slow"')
    (shop.folder / "slow").mkdir()
    text = text.replace(cart, slow + first.replace('path = "out"', 'path = "slow"') + cart)
    (shop.folder / "stockferry.toml").write_text(text)
    proxy.release_when((shop.folder / "out" / "stock_0001.csv").exists)
    report = account.run(NOW).json
    assert proxy.fired == 1
    assert [(cart["cart"], cart["status"]) for cart in report["carts"]] == [
        ("aaa", "sent"),
        ("front", "sent"),
    ]


def test_fifty_thousand_names_are_listed_and_the_new_one_is_found(account: Account) -> None:
    folder = account.shop.folder / "wms"
    for number in range(50_000):
        os.close(os.open(folder / f"old_{number:05}.csv", os.O_CREAT))
    report = account.run(NOW).json
    assert [file["name"] for file in report["files"]] == ["INV_1.csv"]
    assert [cart["status"] for cart in report["carts"]] == ["sent"]
