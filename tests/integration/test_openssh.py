"""The whole path over a real OpenSSH server: pull, run, upload, run again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.sshd

CARTS = """
[merchants.acme.carts.market]
remote = "shop"
path = "market"
file_name = "market_{number:04}.xml"
format = "xml"

[merchants.acme.carts.bigbox]
remote = "shop"
path = "bigbox"
file_name = "846_{number:09}.edi"
format = "edi846"
edi846 = { sender = "ZZ/ACMEWHSE", receiver = "01/007909411", products = { SK = "sku" } }
"""

LEVELS = "SKU,QTY,AS_OF\nA-1,12,2026-11-20T09:00:00Z\nB-2,3,2026-11-20T09:00:00Z\n"
ORDERS = "order,line,sku,qty,at,status\n1,1,A-1,2,2026-11-20T09:30:00Z,paid\n"


@pytest.fixture
def partner(workshop: Any, sshd: Any) -> Callable[..., Any]:
    """Puts both remotes of the workshop onto an OpenSSH server; `fingerprint` is what the configuration pins."""

    def place(*, port: int | None = None, fingerprint: str | None = None, timeout: str = "30s") -> Any:
        text = (workshop.folder / "stockferry.toml").read_text() + CARTS
        for name in ("wms", "shop"):
            url = f"sftp://{sshd.user}@{sshd.host}:{port or sshd.port}{workshop.folder / name}"
            table = (
                f'url = "{url}"\nkey_file = "{sshd.key}"\ntimeout = "{timeout}"\n'
                f'host_keys = ["{fingerprint or sshd.fingerprint}"]'
            )
            text = text.replace(f'url = "./{name}"', table)
        workshop.configure(text)
        for cart in ("market", "bigbox"):
            (workshop.folder / "shop" / cart).mkdir()
        workshop.put("wms/INV_1.csv", LEVELS)
        workshop.put("shop/orders/o1.csv", ORDERS)
        return workshop

    return place


def by_cart(report: Any) -> dict[str, str]:
    return {cart["cart"]: cart["status"] for cart in report["carts"]}


def test_files_are_pulled_reconciled_and_uploaded(partner: Any) -> None:
    shop = partner()
    report = shop.run()
    assert report["problems"] == []
    assert by_cart(report) == {"front": "sent", "market": "sent", "bigbox": "sent"}
    assert shop.sent("front") == {"front_0001.csv": "sku,quantity\nA-1,10\nB-2,3\n"}
    assert "<sku>A-1</sku><quantity>10</quantity>" in shop.last("market")
    assert "LIN*1*SK*A-1~QTY*33*10*EA~LIN*2*SK*B-2~QTY*33*3*EA~CTT*2~" in shop.last("bigbox")
    assert list(shop.sent("bigbox")) == ["846_000000001.edi"]


def test_without_news_delta_carts_get_nothing_and_an_846_goes_out_again(partner: Any) -> None:
    shop = partner()
    shop.run()
    again = shop.run(now="2026-11-20T12:15:00Z")
    assert by_cart(again) == {"front": "nothing-new", "market": "nothing-new", "bigbox": "sent"}
    assert list(shop.sent("bigbox")) == ["846_000000001.edi", "846_000000002.edi"]


def test_a_wrong_host_key_is_refused_before_anything_is_sent(partner: Any, start_sshd: Any) -> None:
    other = start_sshd()
    shop = partner(fingerprint=other.fingerprint)
    done = shop.ferry("run", "--json", "--now", "2026-11-20T12:00:00Z")
    assert done.code == 1
    assert other.fingerprint in done.err
    assert "Traceback" not in done.err
    assert shop.sent("front") == {}


def test_a_connection_cut_in_the_upload_leaves_no_part_and_the_next_run_delivers_the_same_document(
    partner: Any, sshd: Any, fault_proxy: Any, tmp_path: Path
) -> None:
    levels = "SKU,QTY,AS_OF\n" + "".join(
        f"SKU-{i:06},{i % 50},2026-11-20T09:00:00Z\n" for i in range(100_000)
    )
    proxy = fault_proxy(sshd.port, cut_after=600_000, direction="up", times=1000)
    shop = partner(port=proxy.port)
    shop.put("wms/INV_1.csv", levels)
    first = shop.ferry("run", "--cart", "front", "--json", "--now", "2026-11-20T12:00:00Z")
    assert proxy.fired >= 1
    assert first.code == 1
    assert by_cart(first.json) == {"front": "failed"}
    assert "front_0001.csv" not in shop.sent("front")
    proxy.times = 0
    second = shop.run("--cart", "front", now="2026-11-20T12:15:00Z")
    assert by_cart(second) == {"front": "sent"}
    assert list(shop.sent("front")) == ["front_0001.csv"]
    assert shop.last("front").count("\n") == 100_001
    assert not list((shop.folder / "shop/front").glob(".*"))
